import type { FieldRule, FieldValue } from '../adapters/adapter';
import { CrosslinkError } from '../errors';

const TRUE_WORDS = new Set(['true', 'yes', '1']);
const FALSE_WORDS = new Set(['false', 'no', '0']);

/**
 * A value on its way out: what the local side holds, in a form every adapter understands
 * (numbers and booleans as such, dates as ISO text). The adapter brings it into the vendor's form.
 * @throws CrosslinkError `rejected` when the value is not of the rule's type
 */
export function toExternal(rule: FieldRule, value: FieldValue): FieldValue {
	return typed(rule, value, rule.local);
}

/**
 * A value on its way in: the vendor's form (HubSpot: text) turned into what the local side holds.
 * An empty text for a number, boolean or date means "no value" and becomes null.
 * @throws CrosslinkError `rejected` when the value is not of the rule's type
 */
export function toLocal(rule: FieldRule, value: FieldValue): FieldValue {
	return typed(rule, value, rule.external);
}

function typed(rule: FieldRule, value: FieldValue, field: string): FieldValue {
	const type = rule.transform?.type;
	if (type === undefined || value === null) return value;
	if (type === 'text') return typeof value === 'string' ? value : JSON.stringify(value);
	if (typeof value === 'string' && value.trim() === '') return null;
	switch (type) {
		case 'number':
			return numberFrom(value, field);
		case 'boolean':
			return booleanFrom(value, field);
		case 'date':
			return dateFrom(value, field).toISOString().slice(0, 10);
		case 'datetime':
			return dateFrom(value, field).toISOString();
	}
}

function numberFrom(value: FieldValue, field: string): number {
	const number = typeof value === 'number' ? value : typeof value === 'string' ? Number(value.trim()) : Number.NaN;
	if (Number.isFinite(number)) return number;
	throw notOfType(field, value, 'a number');
}

function booleanFrom(value: FieldValue, field: string): boolean {
	if (typeof value === 'boolean') return value;
	const word = String(value).trim().toLowerCase();
	if (TRUE_WORDS.has(word)) return true;
	if (FALSE_WORDS.has(word)) return false;
	throw notOfType(field, value, 'true or false');
}

/** Accepts ISO text and epoch milliseconds (HubSpot gives either, as text). */
function dateFrom(value: FieldValue, field: string): Date {
	const epoch =
		typeof value === 'number'
			? value
			: typeof value === 'string' && /^-?\d{11,14}$/.test(value)
				? Number(value)
				: undefined;
	const date =
		epoch !== undefined ? new Date(epoch) : typeof value === 'string' ? new Date(value) : new Date(Number.NaN);
	if (!Number.isNaN(date.getTime())) return date;
	throw notOfType(field, value, 'a date such as 2026-12-31');
}

function notOfType(field: string, value: FieldValue, wanted: string): CrosslinkError {
	return new CrosslinkError({
		class: 'rejected',
		code: 'value_not_of_type',
		message: `Field "${field}" should be ${wanted}, but is ${shortened(value)}.`,
		remedy: 'Correct the value at its source, or change the type in the field rule.',
	});
}

const SHOWN_CHARACTERS = 40;

function shortened(value: FieldValue): string {
	const text = JSON.stringify(value);
	return text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}…` : text;
}
