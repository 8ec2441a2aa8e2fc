import type { FieldValue } from '../adapters/adapter';
import { canonicalJson, hashText } from '../canonical-json';
import type { Flip } from '../store/store';

/** Entries kept per field; more than any sensible limit of flips needs. */
const KEPT = 12;
/** Characters of the value's hash: enough to tell a handful of values of one field apart. */
const HASH_CHARACTERS = 12;

export interface FreezeRule {
	flips: number;
	minutes: number;
}

/** The field's history with one more value, without what is older than the window. */
export function withFlip(history: Flip[] | undefined, value: FieldValue, now: Date, freeze: FreezeRule): Flip[] {
	const oldest = now.getTime() - freeze.minutes * 60_000;
	const recent = (history ?? []).filter((flip) => flip.at >= oldest);
	return [...recent, { hash: hashOfValue(value), at: now.getTime() }].slice(-KEPT);
}

/**
 * The history with the value that is about to be replaced, where somebody has set it since both sides agreed: one automation
 * that enforces a value and another that sets its own would else look like one value written again and again.
 */
export function withReplaced(
	history: Flip[] | undefined,
	replaced: FieldValue | undefined,
	agreed: FieldValue | undefined,
	now: Date,
	freeze: FreezeRule,
): Flip[] | undefined {
	if (replaced === undefined || agreed === undefined) return history;
	const hash = hashOfValue(replaced);
	if (hash === hashOfValue(agreed) || hash === history?.at(-1)?.hash) return history;
	return withFlip(history, replaced, now, freeze);
}

/**
 * True when writing this value would be one flip too many: the field goes to and fro between the same values, which two
 * automations correcting each other do, and people do not.
 */
export function flipsTooOften(history: Flip[] | undefined, value: FieldValue, now: Date, freeze: FreezeRule): boolean {
	// A flip needs two values before it; most fields have no history at all.
	if ((history?.length ?? 0) <= freeze.flips) return false;
	const hashes = withFlip(history, value, now, freeze).map((flip) => flip.hash);
	const flips = hashes.filter((hash, index) => index >= 2 && hash === hashes[index - 2] && hash !== hashes[index - 1]);
	return flips.length >= freeze.flips;
}

/** A number and its text are one value here: the other side may answer either. */
function hashOfValue(value: FieldValue): string {
	return hashText(typeof value === 'object' ? canonicalJson(value) : String(value)).slice(0, HASH_CHARACTERS);
}
