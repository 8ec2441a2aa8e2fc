import { createHash } from 'node:crypto';
import type { FieldValue } from './adapters/adapter';

/** JSON with sorted keys and no spaces: equal values give equal text, whatever order their keys came in. */
export function canonicalJson(value: FieldValue): string {
	return JSON.stringify(value, (_key, part: FieldValue) => {
		if (part === null || typeof part !== 'object' || Array.isArray(part)) return part;
		// No prototype, so that a key called `__proto__` stays a key.
		const sorted = Object.create(null) as Record<string, FieldValue | undefined>;
		for (const key of Object.keys(part).sort()) sorted[key] = part[key];
		return sorted;
	});
}

/** sha256 of {@link canonicalJson}, hexadecimal. */
export function hashText(canonical: string): string {
	return createHash('sha256').update(canonical).digest('hex');
}

/** sha256 of a value's canonical JSON: equal values give equal hashes. */
export function hashOf(value: FieldValue): string {
	return hashText(canonicalJson(value));
}
