import type { FieldValue } from '../adapter';
import { MAX_VALUE_BYTES } from './limits';
import type { Column } from './table';
import { quoted } from './table-name';

/**
 * The column as text. Of what has no fixed length, a value that is too large is told by `tooLarge` (a parameter with a text
 * nobody can guess) instead, so that it does not get onto the wire.
 */
export function selected(column: Column, tooLarge: string): string {
	const name = `t.${quoted(column.name)}`;
	// As a list of texts: numbers in JSON would lose digits.
	const text = column.isArray ? `to_json(${name}::text[])::text` : `${name}::text`;
	if (!column.sizeless) return text;
	return `CASE WHEN octet_length(${text}) > ${MAX_VALUE_BYTES} THEN ${tooLarge}::text ELSE ${text} END`;
}

/**
 * A value in the form of a record: whole numbers up to 32 bits and floating ones as numbers, `int8`, `numeric` and
 * `money` as text with all their digits, times in ISO 8601 with microseconds, `json` as it is, the rest as the database
 * writes it. Infinite numbers and times, and years before Christ, stay text.
 */
export function toFieldValue(column: Column, text: string | null): FieldValue {
	if (text === null) return null;
	if (column.isArray) return JSON.parse(text) as FieldValue;
	switch (column.type) {
		case 'bool':
			return text === 't' || text === 'true';
		case 'int2':
		case 'int4':
		case 'float4':
		case 'float8':
			return Number.isFinite(Number(text)) ? Number(text) : text;
		case 'json':
		case 'jsonb':
			return JSON.parse(text) as FieldValue;
		case 'timestamp':
			return toIsoTime(text);
		case 'timestamptz':
			return toIsoTime(text);
		default:
			return text;
	}
}

const TIME = /^(\d{4,6}-\d\d-\d\d) (\d\d:\d\d:\d\d(?:\.\d{1,6})?)(\+00)?$/;

/** `2026-11-23 10:00:00.123456+00` becomes `2026-11-23T10:00:00.123456Z`; without a zone it stays without one. */
function toIsoTime(text: string): string {
	const [, day, time, utc] = TIME.exec(text) ?? [];
	return day === undefined ? text : `${day}T${time}${utc === undefined ? '' : 'Z'}`;
}
