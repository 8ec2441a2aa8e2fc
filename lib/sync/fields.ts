import type { Fields, FieldValue } from '../adapters/adapter';
import { canonicalJson } from '../canonical-json';

/** Path segments that would reach into an object's prototype; never a field name. */
const FORBIDDEN_SEGMENTS = new Set(['__proto__', 'prototype', 'constructor']);

/**
 * The value at a dotted path, or `undefined` for "absent".
 * A key that literally holds the dotted path wins over the nested one, because flat tables exist too.
 */
export function valueAt(record: Fields, path: string): FieldValue | undefined {
	if (Object.hasOwn(record, path)) return record[path];
	let value: FieldValue | undefined = record;
	for (const segment of path.split('.')) {
		if (!isPlainObject(value) || FORBIDDEN_SEGMENTS.has(segment) || !Object.hasOwn(value, segment)) return undefined;
		value = value[segment];
	}
	return value;
}

/** A copy of `record` with the value at the dotted path set; objects on the way are made. */
export function withValueAt(record: Fields, path: string, value: FieldValue): Fields {
	const [head, ...rest] = path.split('.');
	if (head === undefined || FORBIDDEN_SEGMENTS.has(head)) return record;
	if (rest.length === 0) return { ...record, [head]: value };
	const inner = record[head];
	return { ...record, [head]: withValueAt(isPlainObject(inner) ? inner : {}, rest.join('.'), value) };
}

/** Equal as values: key order does not matter; absent, null and empty are three different values. */
export function sameValue(a: FieldValue | undefined, b: FieldValue | undefined): boolean {
	if (a === b) return true;
	if (a === undefined || b === undefined) return false;
	if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
	return canonicalJson(a) === canonicalJson(b);
}

/** True for null, '' and the empty list: the values that `onlyIfEmpty` may overwrite. Absent counts too. */
export function isEmpty(value: FieldValue | undefined): boolean {
	return value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0);
}

function isPlainObject(value: FieldValue | undefined): value is Fields {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}
