import { randomUUID } from 'node:crypto';
import type { ExternalRecord, Fields } from '../adapter';
import { changedEpoch, type Followed } from './follow';
import type { Row } from './reader';
import type { Column } from './table';
import { quoted } from './table-name';
import { selected, toFieldValue } from './values';

/** Takes a value for a statement and gives the `$n` that stands for it. */
export type Bind = (value: unknown) => string;

/** The parameters of one statement, in order. */
export function parameters(): { values: unknown[]; bind: Bind } {
	const values: unknown[] = [];
	return { values, bind: (value) => `$${values.push(value)}` };
}

export interface Selection {
	/** What stands between SELECT and FROM; the table is `t`. */
	list: string;
	toRecord(row: Row): ExternalRecord;
}

/** Columns before those of the fields: id, changed, changed in seconds, version. */
export const ID = 0;
export const CHANGED = 1;
const EPOCH = 2;
const VERSION = 3;
const FIRST_FIELD = 4;

/** What a statement has to select to make records of its rows. */
export function selection(followed: Followed, columns: Column[], bind: Bind): Selection {
	const tooLarge = `larger than a record takes: ${randomUUID()}`;
	// Bound only where it is used: the server must be able to tell the type of each parameter.
	const mark = columns.some((column) => column.sizeless) ? bind(tooLarge) : '';
	const head = [
		`t.${quoted(followed.id.name)}::text`,
		`t.${quoted(followed.changed.name)}::text`,
		changedEpoch(followed, bind),
		`t.${quoted((followed.version ?? followed.changed).name)}::text`,
	];
	return {
		list: [...head, ...columns.map((column) => selected(column, mark))].join(', '),
		toRecord(row) {
			// From entries, because a column may be named `__proto__`.
			const fields: Fields = Object.fromEntries(
				columns
					.map((column, at) => [column, row[FIRST_FIELD + at] ?? null] as const)
					.filter(([, text]) => text !== tooLarge)
					.map(([column, text]) => [column.name, toFieldValue(column, text)]),
			);
			return {
				externalId: row[ID] ?? '',
				fields,
				version: row[VERSION] ?? null,
				modifiedAt: toDate(row[EPOCH] ?? null),
				aliases: [],
				deleted: false,
			};
		},
	};
}

/** Only for showing and sorting: a Date has milliseconds, and there is none for infinity. */
function toDate(epoch: string | null): Date | null {
	const date = new Date(Math.floor(Number(epoch) * 1_000));
	return epoch === null || Number.isNaN(date.getTime()) ? null : date;
}
