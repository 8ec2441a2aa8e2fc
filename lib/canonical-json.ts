import { hash } from 'node:crypto';
import type { FieldValue } from './adapters/adapter';

/** JSON with sorted keys and no spaces: equal values give equal text, whatever order their keys came in. */
export function canonicalJson(value: FieldValue): string {
	return JSON.stringify(inOrder(value));
}

/** The value itself where its keys are in order already, as what was kept once is: then nothing has to be copied. */
function inOrder(value: FieldValue): FieldValue {
	if (value === null || typeof value !== 'object') return value;
	if (Array.isArray(value)) {
		const parts = value.map(inOrder);
		return parts.every((part, index) => part === value[index]) ? value : parts;
	}
	let asItIs = true;
	let before: string | undefined;
	const parts: Array<[key: string, part: FieldValue]> = [];
	for (const key of Object.keys(value)) {
		const part = inOrder(value[key] as FieldValue);
		asItIs &&= (before === undefined || before < key) && part === value[key];
		before = key;
		parts.push([key, part]);
	}
	if (asItIs) return value;
	// No prototype, so that a key called `__proto__` stays a key.
	const sorted = Object.create(null) as Record<string, FieldValue>;
	for (const [key, part] of parts.sort(([left], [right]) => (left < right ? -1 : 1))) sorted[key] = part;
	return sorted;
}

/** sha256 of {@link canonicalJson}, hexadecimal. */
export function hashText(canonical: string): string {
	return hash('sha256', canonical);
}

/** sha256 of a value's canonical JSON: equal values give equal hashes. */
export function hashOf(value: FieldValue): string {
	return hashText(canonicalJson(value));
}
