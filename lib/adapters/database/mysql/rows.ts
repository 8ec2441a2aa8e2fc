import { randomUUID } from 'node:crypto';
import type { ExternalRecord, Fields, FieldValue } from '../../adapter';
import type { Followed } from '../follow';
import { MAX_VALUE_BYTES } from '../limits';
import type { Row } from '../reader';
import type { Column } from '../table';
import { toFieldValue } from '../values';
import { literal, quoted } from './literal';
import { readMoment, toInstant } from './wall-time';

export interface Selection {
	/** What stands between SELECT and FROM; the table is `t`. */
	list: string;
	toRecord(row: Row): ExternalRecord;
}

/** Columns before those of the fields: id, changed, version. */
export const ID = 0;
export const CHANGED = 1;
const CHANGED_UTC = 2;
const VERSION = 3;
const FIRST_FIELD = 4;

/** What a statement has to select to make records of its rows. */
export function selection(followed: Followed, columns: Column[]): Selection {
	const { id, changed, version, source } = followed;
	const tooLarge = `larger than a record takes: ${randomUUID()}`;
	const name = (column: Column): string => `t.${quoted(column.name)}`;
	const utc =
		changed.type === 'timestamptz' || source.timeZone !== undefined
			? name(changed)
			: `CONVERT_TZ(${name(changed)}, @@global.time_zone, '+00:00')`;
	const head = [name(id), name(changed), utc, name(version ?? changed)];
	return {
		list: [...head, ...columns.map((column) => selected(column, tooLarge))].join(', '),
		toRecord(row) {
			// From entries, because a column may be named `__proto__`.
			const fields: Fields = Object.fromEntries(
				columns
					.map((column, at) => [column, row[FIRST_FIELD + at] ?? null] as const)
					.filter(([, text]) => text !== tooLarge)
					.map(([column, text]) => [column.name, valueOf(column, text)]),
			);
			return {
				externalId: row[ID] ?? '',
				fields,
				version: row[VERSION] ?? null,
				modifiedAt: toDate(row[CHANGED_UTC] ?? null, changed.type === 'timestamptz' ? undefined : source.timeZone),
				aliases: [],
				deleted: false,
			};
		},
	};
}

function selected(column: Column, tooLarge: string): string {
	const name = `t.${quoted(column.name)}`;
	if (column.type === 'bit' || column.type === 'bit1') return `CAST(${name} AS UNSIGNED)`;
	if (!column.sizeless) return name;
	return `CASE WHEN OCTET_LENGTH(${name}) > ${MAX_VALUE_BYTES} THEN ${literal(tooLarge)} ELSE ${name} END`;
}

/** As from PostgreSQL; a date of zeros, which only servers with lax modes take, is none. */
function valueOf(column: Column, text: string | null): FieldValue {
	if (text === null) return null;
	switch (column.type) {
		case 'bool':
		case 'bit1':
			return text !== '0';
		case 'timestamptz':
			return text.startsWith('0000-00-00') ? null : toFieldValue(column, `${text}+00`);
		case 'timestamp':
		case 'date':
			return text.startsWith('0000-00-00') ? null : toFieldValue(column, text);
		default:
			return toFieldValue(column, text);
	}
}

/** Only for showing and sorting: a Date has milliseconds. */
function toDate(text: string | null, zone: string | undefined): Date | null {
	const moment = text === null ? undefined : readMoment(text);
	if (moment === undefined) return null;
	const at = zone === undefined ? moment.at : toInstant(moment.at, zone);
	const date = new Date(Number(at / 1_000n));
	return Number.isNaN(date.getTime()) ? null : date;
}
