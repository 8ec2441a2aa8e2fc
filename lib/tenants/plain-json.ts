import type { FieldValue } from '../adapters/adapter';
import { CrosslinkError } from '../errors';

/** Names that would reach into an object's prototype instead of naming a value. */
export const FORBIDDEN_NAMES: ReadonlySet<string> = new Set(['__proto__', 'prototype', 'constructor']);

/** Deepest nesting that settings need is 5: entities.order.fields[0].transform. */
const MAX_DEPTH = 16;

const CONTROL_CHARACTERS = /[\u0000-\u001f\u007f-\u009f]/;

export const hasControlCharacters = (text: string): boolean => CONTROL_CHARACTERS.test(text);

/** A name from outside, fit for one line of a message: control characters out, at most 40 characters. */
export function shownName(name: string): string {
	const clean = name.replace(new RegExp(CONTROL_CHARACTERS, 'g'), '�');
	return clean.length > 40 ? `${clean.slice(0, 40)}…` : clean;
}

/**
 * Takes a JSON text or a value that came out of one, and gives it back as plain JSON, at most `maxCharacters` of it.
 * Keys with an undefined value are left out. Throws `rejected`, `<code>`, for broken JSON, what JSON cannot hold
 * (functions, dates, NaN, cycles), too much of it, or names that reach into prototypes. Never quotes a value.
 */
export function boundedJson(
	given: unknown,
	limits: { what: string; code: string; maxCharacters: number; tooLarge?: string },
): FieldValue | undefined {
	const fail = (reason: string, remedy: string): CrosslinkError =>
		new CrosslinkError({ class: 'rejected', code: limits.code, message: `The ${limits.what} ${reason}.`, remedy });
	const tooLarge = (): CrosslinkError =>
		fail(
			`are larger than ${limits.maxCharacters} characters`,
			limits.tooLarge ?? 'Shorten them; they hold field rules, not records.',
		);

	let left = limits.maxCharacters;
	const spend = (characters: number): void => {
		left -= characters;
		if (left < 0) throw tooLarge();
	};

	const copy = (value: unknown, path: string, depth: number): FieldValue => {
		spend(1);
		if (value === null || typeof value === 'boolean') return value;
		if (typeof value === 'string') {
			spend(value.length);
			return value;
		}
		if (typeof value === 'number' && Number.isFinite(value)) return value;
		if (depth >= MAX_DEPTH) throw fail(`are nested deeper than ${MAX_DEPTH} levels at ${path}`, 'Flatten them.');
		if (Array.isArray(value)) return value.map((entry: unknown, index) => copy(entry, `${path}[${index}]`, depth + 1));
		if (isPlainObject(value)) return copyObject(value, path, depth);
		throw fail(
			`hold something that is not JSON at ${path || 'the top'}`,
			'Give text, numbers, true, false, null, lists and objects only.',
		);
	};

	const copyObject = (value: object, path: string, depth: number): FieldValue => {
		const result: Record<string, FieldValue> = {};
		for (const [key, entry] of Object.entries(value) as Array<[string, unknown]>) {
			if (entry === undefined) continue;
			const here = path === '' ? shownName(key) : `${path}.${shownName(key)}`;
			if (FORBIDDEN_NAMES.has(key)) throw fail(`use the forbidden name ${here}`, 'Take that name out.');
			spend(key.length);
			result[key] = copy(entry, here, depth + 1);
		}
		return result;
	};

	if (given === undefined || given === null) return undefined;
	if (typeof given !== 'string') return copy(given, '', 0);
	if (given.trim() === '') return undefined;
	if (given.length > limits.maxCharacters) throw tooLarge();
	let parsed: unknown;
	try {
		parsed = JSON.parse(given);
	} catch {
		// The parser's own message quotes the text around the fault, which may hold a secret pasted by mistake.
		throw fail('are not valid JSON', 'Check quotes, commas and braces, for instance with a JSON validator.');
	}
	return copy(parsed, '', 0);
}

function isPlainObject(value: unknown): value is object {
	if (typeof value !== 'object' || value === null) return false;
	const prototype: unknown = Object.getPrototypeOf(value);
	// Objects made in another realm (n8n's expression sandbox, jest) have another Object.prototype, whose own prototype is null.
	return prototype === null || Object.getPrototypeOf(prototype) === null;
}
