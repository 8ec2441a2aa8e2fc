import { CrosslinkError } from '../../../lib/errors';

/** ISO text with its zone, also as databases print it (blank for T, `+02`); a day alone is that day in UTC. */
const ZONED = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?) ?(Z|[+-]\d{2})(?::?(\d{2}))?)?$/i;
const EPOCH_MS = /^\d{11,14}$/;

/**
 * Yes or no as an expression gives it; nothing at all means no. Anything else is refused: what hangs on it may be a
 * deletion.
 */
export function flagFrom(value: unknown, displayName: string, index: number): boolean {
	if (value === undefined || value === null || value === '') return false;
	if (typeof value === 'boolean') return value;
	const word = plainText(value)?.toLowerCase();
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
	const text = (isDateObject(value) ? value.toJSON() : plainText(value)) ?? '';
	const time = new Date(EPOCH_MS.test(text) ? Number(text) : isoOf(text));
	if (!Number.isNaN(time.getTime())) return time;
	throw invalid(
		`"${displayName}" of item ${index} is no time that can be read without guessing its zone.`,
		'Give it as 2026-12-31T10:00:00Z, as milliseconds since 1970, or by an expression such as {{ $json.updatedAt.toDateTime().toISO() }}.',
	);
}

/** In the one form that JavaScript reads alike everywhere; what is no such text becomes no date. */
function isoOf(text: string): string {
	const [, day, time, zone = '', minutes = '00'] = ZONED.exec(text) ?? [];
	if (day === undefined || time === undefined) return day ?? '';
	return `${day}T${time}${zone.toUpperCase() === 'Z' ? 'Z' : `${zone}:${minutes}`}`;
}

/** A whole number within bounds; the default when it is empty. */
export function wholeNumberFrom(
	value: unknown,
	displayName: string,
	index: number,
	{ min, max, byDefault }: { min: number; max: number; byDefault: number },
): number {
	if (value === undefined || value === null || value === '') return byDefault;
	const number = Number(plainText(value) ?? Number.NaN);
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

/** Text of what is text by nature; an object's own idea of its text is not asked for. */
function plainText(value: unknown): string | undefined {
	return typeof value === 'string' || typeof value === 'number' ? String(value).trim() : undefined;
}

/** JavaScript's dates, and Luxon's, which n8n's expressions make. */
function isDateObject(value: unknown): value is { toJSON(): string | null } {
	if (value instanceof Date) return true;
	if (typeof value !== 'object' || value === null || !('isLuxonDateTime' in value) || !('toJSON' in value))
		return false;
	return typeof value.toJSON === 'function';
}

function invalid(message: string, remedy: string): CrosslinkError {
	return new CrosslinkError({ class: 'rejected', code: 'parameter_invalid', message, remedy });
}
