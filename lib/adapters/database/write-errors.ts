import { CrosslinkError } from '../../errors';
import type { EntityBinding } from '../adapter';

/** A unique column has the value in another row already. */
export const UNIQUE = 'value_taken';
/** The row is not as it was read any more. */
export const MOVED = 'record_moved';

export function recordGone({ displayName, object }: EntityBinding, id: string): CrosslinkError {
	return new CrosslinkError({
		class: 'rejected',
		code: 'record_gone',
		message: `${displayName} "${id}" has no row in ${object} any more, or never had one.`,
		remedy: 'Look whether it was deleted, and whether the user of the connection may see the row.',
	});
}

export function recordMoved({ displayName, object }: EntityBinding, id: string): CrosslinkError {
	return new CrosslinkError({
		class: 'transient',
		code: MOVED,
		message: `${displayName} "${id}" was changed in ${object} after it had been read; nothing was written.`,
		remedy: 'Read it again and decide anew; Sync Both Ways does that by itself.',
	});
}

export function commitUnknown(
	{ displayName, object }: EntityBinding,
	id: string,
	error: CrosslinkError,
): CrosslinkError {
	return new CrosslinkError({
		class: 'unknown',
		code: 'commit_unknown',
		message: `${displayName} "${id}": the connection broke while ${object} was being written, and the row has changed since: ${error.message}`,
		remedy: 'Run it again: both sides are looked at, and what has come through is not written twice.',
		cause: error,
	});
}

/** The connection broke between the commit and its answer. */
export function commitUnanswered(host: string, purpose: string, reason: string): CrosslinkError {
	return new CrosslinkError({
		class: 'unknown',
		code: 'commit_unknown',
		message: `The connection to ${host} broke while it was to ${purpose}: ${reason}. It may have been written or not.`,
		remedy: 'Run it again: both sides are looked at first.',
	});
}

/** What a column, a constraint or a right has against a write. */
export type Refusal =
	| 'unique'
	| 'reference'
	| 'check'
	| 'empty'
	| 'value'
	| 'readOnlyColumn'
	| 'readOnlyTable'
	| 'readOnlyServer'
	| 'permission'
	| 'locked'
	| 'deadlock'
	| 'trigger';

interface Meaning {
	class: 'rejected' | 'transient';
	code: string;
	what: string;
	remedy: string;
}

const MEANINGS: Record<Refusal, Meaning> = {
	unique: {
		class: 'rejected',
		code: UNIQUE,
		what: 'another row has this value already',
		remedy: 'Give one of the two records another value, or take the field out of the mapping.',
	},
	reference: {
		class: 'rejected',
		code: 'reference_broken',
		what: 'a foreign key leads to a row that is not there, or rows elsewhere still lead here',
		remedy: 'Write the record it refers to first, or map the value to one that exists.',
	},
	check: {
		class: 'rejected',
		code: 'constraint_violated',
		what: 'a check constraint does not allow the value',
		remedy: 'Correct the value on the other side, or map it with a transform to one that is allowed.',
	},
	empty: {
		class: 'rejected',
		code: 'value_missing',
		what: 'the column may not be empty',
		remedy: 'Fill the field on the other side, or let the column be empty.',
	},
	value: {
		class: 'rejected',
		code: 'value_refused',
		what: 'the column cannot hold the value',
		remedy: 'Correct the value, or give the field rule a transform with the type and range of the column.',
	},
	readOnlyColumn: {
		class: 'rejected',
		code: 'column_read_only',
		what: 'the database fills the column itself',
		remedy: 'Set the direction of its field rule to push, or name a plain column.',
	},
	readOnlyTable: {
		class: 'rejected',
		code: 'table_read_only',
		what: 'it is a view, or another kind of table, that cannot be written',
		remedy: 'Name the table behind it as "object" of the entity, or give the view an INSTEAD OF trigger.',
	},
	readOnlyServer: {
		class: 'rejected',
		code: 'server_read_only',
		what: 'the server takes no writes: it is a standby, or set to read-only',
		remedy: 'Let the connection lead to the primary.',
	},
	permission: {
		class: 'rejected',
		code: 'permission_missing',
		what: 'the user of the connection may not write it',
		remedy: 'GRANT SELECT and UPDATE on the table (INSERT, too, where records are made) to that user.',
	},
	locked: {
		class: 'transient',
		code: 'row_locked',
		what: 'another transaction holds the row and does not end',
		remedy: 'Run it again; if it stays, look for a transaction that was left open.',
	},
	deadlock: {
		class: 'transient',
		code: 'deadlock',
		what: 'it and another transaction waited for each other',
		remedy: 'It is tried again by itself.',
	},
	trigger: {
		class: 'rejected',
		code: 'refused_by_trigger',
		what: 'a trigger of the table refused it',
		remedy: 'Look the reason up in the trigger; correct the value on the other side.',
	},
};

/** Where a write was refused, as far as the database says. */
export interface Refused {
	table: string;
	id?: string;
	column?: string;
	constraint?: string;
	/** The database's own words, free of secrets. */
	reason: string;
	code: string;
}

export function refusedWrite(
	refusal: Refusal,
	{ table, id, column, constraint, reason, code }: Refused,
): CrosslinkError {
	const meaning = MEANINGS[refusal];
	const named = [
		id === undefined ? '' : `row "${id}"`,
		column === undefined ? '' : `column "${column}"`,
		constraint === undefined ? '' : `constraint "${constraint}"`,
	].filter((part) => part !== '');
	const where = named.length === 0 ? table : `${table}, ${named.join(', ')}`;
	return new CrosslinkError({
		class: meaning.class,
		code: meaning.code,
		message: `${where} was not written: ${meaning.what} (${reason}, ${code}).`,
		remedy: meaning.remedy,
	});
}
