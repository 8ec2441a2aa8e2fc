import type { types as PgTypes } from 'pg';

/** Type ids: https://github.com/postgres/postgres/blob/master/src/include/catalog/pg_type.dat */
const BOOL = 16;
const INT8 = 20;
const INT2 = 21;
const INT4 = 23;
const JSON_TEXT = 114;
const FLOAT8 = 701;
const TIMESTAMPTZ = 1184;

/**
 * How values are read on our connections, whatever another part of the process has set globally: pg's own
 * `types` is one object for everybody who shares the module.
 */
export function ownTypes(pgTypes: typeof PgTypes) {
	const parsers = new Map<number, (text: string) => unknown>([
		[BOOL, (text) => text === 't'],
		[INT2, Number],
		[INT4, Number],
		// Only counts come back as int8 here, far below 2^53.
		[INT8, Number],
		[FLOAT8, Number],
		[JSON_TEXT, (text) => text],
		[TIMESTAMPTZ, parseTime],
	]);
	return {
		getTypeParser(id: number, format?: 'text' | 'binary') {
			const own = format === 'binary' ? undefined : parsers.get(id);
			// pg-types declares one overload per type id; ours are asked by number only.
			return own ?? (pgTypes.getTypeParser(id, 'text') as (text: string) => unknown);
		},
	};
}

/** `2026-01-31 10:20:30.123456+00` or `+05:30` -> Date. */
function parseTime(text: string): Date {
	// As nearly every server answers; four of these are read with each link.
	if (text.endsWith('+00') && text[10] === ' ') return new Date(`${text.slice(0, 10)}T${text.slice(11, -3)}Z`);
	return new Date(text.replace(' ', 'T').replace(/([+-]\d\d)$/, '$1:00'));
}
