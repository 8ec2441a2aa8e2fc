import type { FieldValue } from '../adapter';
import type { Bind } from './rows';
import type { Column } from './table';

/** Types whose empty text is a value; of every other one it means "nothing". */
const TEXTS = new Set(['text', 'varchar', 'bpchar', 'citext', 'name']);
const WITH_ZONE = /\d(z|[+-]\d\d(:?\d\d)?)$/i;
const WITH_TIME = /\d[T ]\d/;

/**
 * What a column is set to, as an expression. Everything goes as text, so that no digit is lost on the way; times without a
 * zone are those of `timeZone`, and so is the wall time that a column without one gets.
 */
export function assigned(column: Column, value: FieldValue, timeZone: string, bind: Bind): string {
	if (value === null || (value === '' && !(TEXTS.has(column.type) && !column.isArray))) return 'NULL';
	if (column.isArray && Array.isArray(value)) {
		return `ARRAY(SELECT json_array_elements_text(${bind(JSON.stringify(value))}::text::json))::${column.sqlType}`;
	}
	if (column.type === 'json' || column.type === 'jsonb')
		return `${bind(JSON.stringify(value))}::text::${column.sqlType}`;
	const text = typeof value === 'object' ? JSON.stringify(value) : String(value);
	const plain = (type = column.sqlType): string => `${bind(text)}::text::${type}`;
	const zone = (): string => `${bind(timeZone)}::text`;
	switch (column.type) {
		case 'timestamptz':
			return WITH_ZONE.test(text) || !/^\d/.test(text) ? plain() : `(${plain('timestamp')} AT TIME ZONE ${zone()})`;
		case 'timestamp':
			return WITH_ZONE.test(text) && WITH_TIME.test(text)
				? `(${plain('timestamptz')} AT TIME ZONE ${zone()})`
				: plain();
		case 'date':
			return WITH_ZONE.test(text) && WITH_TIME.test(text)
				? `(${plain('timestamptz')} AT TIME ZONE ${zone()})::date`
				: plain();
		default:
			return plain();
	}
}
