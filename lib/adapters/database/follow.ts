import { CrosslinkError } from '../../errors';
import type { EntityBinding, RecordSource } from '../adapter';
import { columnOf, type Column, type Table } from './table';
import { quoted } from './table-name';
import type { Bind } from './rows';

/** How the rows of a table are told apart and followed. */
export interface Followed {
	id: Column;
	changed: Column;
	/** Tells whether a row is still as it was read; left out = `changed` does. */
	version?: Column;
	source: RecordSource;
	/** Times, or numbers of transactions. */
	by: 'time' | 'transaction';
	/** Zone of times without one. */
	timeZone: string;
}

/** @throws CrosslinkError `rejected`, `source_missing` */
export function sourceOf(binding: EntityBinding): RecordSource {
	if (binding.source !== undefined) return binding.source;
	throw new CrosslinkError({
		class: 'rejected',
		code: 'source_missing',
		message: `The settings do not say which columns of ${binding.object} hold id and time of change (entity ${binding.entity}).`,
		remedy:
			`Add to the settings: { "entities": { "${binding.entity}": { "object": "${binding.object}", ` +
			'"source": { "id": "id", "changed": "updated_at" } } } }.',
	});
}

/** @throws CrosslinkError `rejected`: `source_missing`, `column_unknown`, `changed_unusable` */
export function follow(table: Table, binding: EntityBinding): Followed {
	const source = sourceOf(binding);
	const changed = columnOf(table, source.changed);
	const by = changed.type === 'xid8' ? 'transaction' : 'time';
	if (by === 'time' && !['timestamp', 'timestamptz', 'date'].includes(changed.type)) throw unusable(table, changed);
	return {
		id: columnOf(table, source.id),
		changed,
		...(source.version !== undefined && { version: columnOf(table, source.version) }),
		source,
		by,
		timeZone: source.timeZone ?? table.timeZone,
	};
}

/** When a row was last changed, in seconds since 1970, as an expression; NULL where its column is no time. */
export function changedEpoch({ changed, by, timeZone }: Followed, bind: Bind): string {
	const column = `t.${quoted(changed.name)}`;
	if (by === 'transaction') return 'NULL';
	if (changed.type === 'timestamptz') return `extract(epoch FROM ${column})`;
	return `extract(epoch FROM ${column}::timestamp AT TIME ZONE ${bind(timeZone)}::text)`;
}

function unusable({ shown, system }: Table, { name, sqlType }: Column): CrosslinkError {
	return new CrosslinkError({
		class: 'rejected',
		code: 'changed_unusable',
		message:
			`The column "${name}" of ${shown} is of type ${sqlType}, which tells no poll what is safe to have seen: ` +
			'a number is given when a row is written, but the row appears when its transaction ends.',
		remedy:
			system === 'MySQL'
				? 'Name a column of type timestamp, datetime or date.'
				: 'Name a column of type timestamptz, timestamp or date; or one of type xid8 that a trigger sets to ' +
					'pg_current_xact_id().',
	});
}
