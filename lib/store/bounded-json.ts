import type { FieldValue } from '../adapters/adapter';

/** Longest value in the sync log, in characters of JSON: a line says what happened, it is no copy of a document. */
export const MAX_LOGGED_VALUE = 4_000;
/** Longest value in a conflict, in characters of JSON: over what the longest text field of a CRM takes (65,536). */
export const MAX_CONFLICT_VALUE = 200_000;
/** How much of a cut value is kept, in characters of JSON. */
const KEPT = 500;

/** What stands in place of a value that was too long. */
export interface CutValue {
	cut: true;
	/** Length of the whole value's JSON. */
	characters: number;
	/** The beginning of that JSON. */
	begins: string;
}

/** A value as it is bound to a json column: SQL's NULL for null and absent, {@link CutValue} for what is too long. */
export function boundedJson(value: FieldValue | undefined, maxLength: number): string | null {
	if (value === null || value === undefined) return null;
	const text = JSON.stringify(value);
	if (text.length <= maxLength) return text;
	return JSON.stringify({ cut: true, characters: text.length, begins: text.slice(0, KEPT) } satisfies CutValue);
}
