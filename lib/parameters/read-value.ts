import type { FieldValue } from '../adapters/field-value';
import type { ParameterDescription } from '../adapters/parameters';
import { nearestName } from '../tenants/nearest-name';
import { decimalsOf, numberFrom } from './numbers';

/** A value in the form that adapters get, or what is wrong with it; neither ever quotes the value, which may be personal. */
export type Reading = { value: FieldValue } | { wrong: string; remedy: string };

type Reader = (given: FieldValue, parameter: ParameterDescription) => Reading;

const DAY = /^\d{4}-\d{2}-\d{2}$/;
/** ISO 8601 with its zone; seconds and their parts may be left out. */
const MOMENT = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?)(Z|[+-]\d{2}:?\d{2})$/i;
/** Midnight of any zone, or of none (as n8n's date picker gives it), is a day; any other time could be another day elsewhere. */
const MIDNIGHT = /^(\d{4}-\d{2}-\d{2})[T ]00:00(?::00(?:\.0+)?)?(?:Z|[+-]\d{2}:?\d{2})?$/i;

const SHAPES = { object: 'an object', list: 'a list', text: 'a text', number: 'a number', boolean: 'true or false' };

/** By type; objects and lists are read by their parts, see `schema.ts`. */
export const READERS: Record<Exclude<ParameterDescription['type'], 'object' | 'list'>, Reader> = {
	text(given, { maxLength }) {
		const text = plainText(given);
		if (text === undefined) return notA('text', given);
		if (maxLength === undefined || text.length <= maxLength) return { value: text };
		return {
			wrong: `has ${text.length} characters; at most ${maxLength} are taken`,
			remedy: 'Shorten it; it is never cut off silently.',
		};
	},
	number(given, { decimals }) {
		const number = numberFrom(given);
		if (typeof number !== 'number') return { wrong: number.wrong, remedy: number.remedy };
		const has = decimalsOf(number);
		if (decimals === undefined || has <= decimals) return { value: number };
		const places = decimals === 0 ? 'no digits' : decimals === 1 ? 'one digit' : `${decimals} digits`;
		return {
			wrong: `has ${has} ${has === 1 ? 'digit' : 'digits'} behind the point; the other side keeps ${places}`,
			remedy: `Round it first, for example with {{ $json.value.toFixed(${decimals}) }}.`,
		};
	},
	boolean(given) {
		if (typeof given === 'boolean') return { value: given };
		const word = typeof given === 'string' ? given.trim().toLowerCase() : '';
		if (word === 'true' || word === 'false') return { value: word === 'true' };
		return notA('boolean', given);
	},
	date(given) {
		const text = typeof given === 'string' ? given.trim() : '';
		const found = DAY.test(text) ? text : MIDNIGHT.exec(text)?.[1];
		if (found !== undefined && isRealDay(found)) return { value: found };
		return {
			wrong: 'is no day',
			remedy: 'Give it as 2026-12-31, for example with {{ $json.date.toDateTime().toISODate() }}.',
		};
	},
	datetime(given) {
		const text = typeof given === 'string' ? given.trim() : '';
		const [, day, time, zone = ''] = MOMENT.exec(text) ?? [];
		if (day !== undefined && time !== undefined && isRealDay(day)) {
			const offset = /^[+-]\d{4}$/.test(zone) ? `${zone.slice(0, 3)}:${zone.slice(3)}` : zone.toUpperCase();
			const moment = new Date(`${day}T${time}${offset}`);
			if (!Number.isNaN(moment.getTime())) return { value: moment.toISOString() };
		}
		return {
			wrong: 'is no time with its zone',
			remedy: 'Give it as 2026-12-31T10:00:00Z, for example with {{ $json.date.toDateTime().toISO() }}.',
		};
	},
	enumeration(given, { choices = [] }) {
		const text = plainText(given);
		if (choices.some(({ value }) => value === text)) return { value: text ?? '' };
		const allowed = choices.map(({ value, label }) => (value === label ? value : `${value} (${label})`)).join(', ');
		const meant =
			choices.find(({ label }) => label === text)?.value ??
			nearestName(
				text ?? '',
				choices.map(({ value }) => value),
			);
		return {
			wrong: 'is none of the values allowed',
			remedy: `${meant === undefined ? '' : `Did you mean "${meant}"? `}Use one of: ${allowed}.`,
		};
	},
};

/** A value that is not of its type, in words. */
export function notA(type: keyof typeof SHAPES, given: FieldValue): Reading {
	const is = given === null ? 'null' : SHAPES[shapeOf(given)];
	const remedy = type === 'list' ? 'Give a list, for example ["a", "b"].' : `Give ${SHAPES[type]}.`;
	// Text that is no number, say, and text where a list is due.
	return { wrong: `must be ${SHAPES[type]}, not ${is === SHAPES[type] ? 'this' : is}`, remedy };
}

function shapeOf(given: Exclude<FieldValue, null>): keyof typeof SHAPES {
	if (Array.isArray(given)) return 'list';
	switch (typeof given) {
		case 'string':
			return 'text';
		case 'number':
			return 'number';
		case 'boolean':
			return 'boolean';
		default:
			return 'object';
	}
}

/** Ids are often numbers in one system and texts in another. */
function plainText(given: FieldValue): string | undefined {
	return typeof given === 'string' ? given : typeof given === 'number' ? String(given) : undefined;
}

function isRealDay(day: string): boolean {
	const date = new Date(`${day}T00:00:00Z`);
	return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(day);
}
