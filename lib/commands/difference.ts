import type { Fields, FieldValue } from '../adapters/field-value';
import { canonicalJson } from '../canonical-json';

/** Names told at most; ten say enough. */
const MAX_NAMES = 10;

/** Which values of two payloads differ, by path; never what they are. */
export function differingNames(before: Fields, after: Fields): string[] {
	const names: string[] = [];
	collect(before, after, '', names);
	return names.length > MAX_NAMES ? [...names.slice(0, MAX_NAMES), `${names.length - MAX_NAMES} more`] : names;
}

function collect(before: FieldValue | undefined, after: FieldValue | undefined, path: string, names: string[]): void {
	if (isSame(before, after)) return;
	if (isTree(before) && isTree(after) && Array.isArray(before) === Array.isArray(after)) {
		const inside = (value: FieldValue, key: string) => (value as Fields)[key];
		for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
			const here = Array.isArray(before) ? `${path}[${key}]` : path === '' ? key : `${path}.${key}`;
			collect(inside(before, key), inside(after, key), here, names);
		}
		return;
	}
	names.push(path === '' ? 'the whole payload' : path);
}

function isTree(value: FieldValue | undefined): value is FieldValue[] | Fields {
	return typeof value === 'object' && value !== null;
}

function isSame(before: FieldValue | undefined, after: FieldValue | undefined): boolean {
	if (before === undefined || after === undefined) return before === after;
	return canonicalJson(before) === canonicalJson(after);
}
