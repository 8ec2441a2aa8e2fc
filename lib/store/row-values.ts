import type { FieldValue } from '../adapters/adapter';
import type { Row } from './dialect';

/** Values come back in each driver's own form (Date or ISO text, true or 1); these read both. */

export function textOf(row: Row, column: string): string {
	const value = row[column];
	if (typeof value !== 'string') throw new TypeError(`Column ${column} holds ${typeof value} where text is due.`);
	return value;
}

export function textOrNull(row: Row, column: string): string | null {
	return row[column] === null || row[column] === undefined ? null : textOf(row, column);
}

export function numberOf(row: Row, column: string): number {
	const value = Number(row[column]);
	if (Number.isNaN(value)) throw new TypeError(`Column ${column} holds no number.`);
	return value;
}

export function flagOf(row: Row, column: string): boolean {
	return row[column] === true || row[column] === 1;
}

export function timeOf(row: Row, column: string): Date {
	const value = row[column];
	const time = value instanceof Date ? value : new Date(String(value));
	if (Number.isNaN(time.getTime())) throw new TypeError(`Column ${column} holds no time.`);
	return time;
}

export function timeOrNull(row: Row, column: string): Date | null {
	return row[column] === null || row[column] === undefined ? null : timeOf(row, column);
}

export function jsonOf(row: Row, column: string): FieldValue {
	return JSON.parse(textOf(row, column)) as FieldValue;
}

/** SQL's NULL is JSON's null. */
export function jsonOrNull(row: Row, column: string): FieldValue {
	return row[column] === null || row[column] === undefined ? null : jsonOf(row, column);
}

/** A time as it is bound to a placeholder. */
export function boundTime(time: Date | null): string | null {
	return time === null ? null : time.toISOString();
}

/** PostgreSQL has no NUL in text, and a vendor's message or stage name may hold one. */
export function storable(text: string | null): string | null {
	return text === null ? null : text.replaceAll('\u0000', '\uFFFD');
}
