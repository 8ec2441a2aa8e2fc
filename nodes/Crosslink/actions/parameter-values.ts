import { CrosslinkError } from '../../../lib/errors';

/** Text with a zone at its end, or a date alone, which JavaScript takes as UTC. */
const ZONED = /(?:[zZ]|[+-]\d{2}:?\d{2}|^\d{4}-\d{2}-\d{2})$/;
const EPOCH_MS = /^\d{11,14}$/;

/**
 * Yes or no as an expression gives it; nothing at all means no. Anything else is refused: what hangs on it may be a
 * deletion.
 */
export function flagFrom(value: unknown, displayName: string, index: number): boolean {
	if (value === undefined || value === null || value === '') return false;
	if (typeof value === 'boolean') return value;
	const word = String(value).trim().toLowerCase();
	if (word === 'true' || word === '1') return true;
	if (word === 'false' || word === '0') return false;
	throw invalid(
		`"${displayName}" of item ${index} is neither true nor false.`,
		`Let the expression end in a comparison, for example {{ $json.deletedAt !== null }}.`,
	);
}

/** A point in time: ISO text with its zone, epoch milliseconds, or a date object; undefined when it is empty. */
export function timeFrom(value: unknown, displayName: string, index: number): Date | undefined {
	if (value === undefined || value === null || value === '') return undefined;
	const text = value instanceof Date ? value.toJSON() : String(value).trim();
	const time = EPOCH_MS.test(text) ? new Date(Number(text)) : new Date(ZONED.test(text) ? text : Number.NaN);
	if (!Number.isNaN(time.getTime())) return time;
	throw invalid(
		`"${displayName}" of item ${index} is no time that can be read without guessing its zone.`,
		'Give it as 2026-12-31T10:00:00Z, as milliseconds since 1970, or by an expression such as {{ $json.updatedAt.toDateTime().toISO() }}.',
	);
}

/** A whole number within bounds; the default when it is empty. */
export function wholeNumberFrom(
	value: unknown,
	displayName: string,
	index: number,
	{ min, max, byDefault }: { min: number; max: number; byDefault: number },
): number {
	if (value === undefined || value === null || value === '') return byDefault;
	const number = Number(value);
	if (Number.isInteger(number) && number >= min && number <= max) return number;
	throw invalid(
		`"${displayName}" of item ${index} is not a whole number from ${min} to ${max}.`,
		`Set "${displayName}" to a number in that range.`,
	);
}

/** One of the values a list offers; an expression may give anything. */
export function choiceFrom<T extends string>(
	value: unknown,
	choices: readonly T[],
	displayName: string,
	index: number,
): T {
	const choice = choices.find((known) => known === value);
	if (choice !== undefined) return choice;
	throw invalid(
		`"${displayName}" of item ${index} is none of the choices there are.`,
		`Set "${displayName}" to one of: ${choices.join(', ')}.`,
	);
}

function invalid(message: string, remedy: string): CrosslinkError {
	return new CrosslinkError({ class: 'rejected', code: 'parameter_invalid', message, remedy });
}
