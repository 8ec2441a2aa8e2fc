import type { FieldRule, Fields, FieldValue, Scalar, Transform } from '../adapters/adapter';
import { isEmpty, sameValue } from './fields';
import { localValueOf } from './transform/join';
import { dateIn, dateOut, timeIn, timeOut } from './transform/moments';
import { notOfType } from './transform/not-of-type';
import { numberFrom, scaledIn, scaledOut } from './transform/numbers';
import { mapped } from './transform/value-map';

export { localFieldsOf, localValueOf } from './transform/join';

const TRUE_WORDS = new Set(['true', 'yes', '1']);
const FALSE_WORDS = new Set(['false', 'no', '0']);

/**
 * A value on its way out: what the local side holds, in a form every adapter understands
 * (numbers and booleans as such, dates as ISO text). The adapter brings it into the vendor's form.
 * An absent value stays absent, or becomes the rule's default: give `undefined` only where the record is new.
 * @param record the whole record; joined fields are then taken from it instead of `value`
 * @throws CrosslinkError `rejected` (`value_not_of_type`, `value_not_mapped`, `value_not_joinable`)
 */
export function toExternal(rule: FieldRule, value: FieldValue, record?: Fields): FieldValue;
export function toExternal(rule: FieldRule, value: FieldValue | undefined, record?: Fields): FieldValue | undefined;
export function toExternal(rule: FieldRule, value: FieldValue | undefined, record?: Fields): FieldValue | undefined {
	const { transform } = rule;
	if (transform === undefined) return value;
	const joined = transform.join !== undefined && record !== undefined ? localValueOf(rule, record) : value;
	const given = trimmed(joined, transform);
	const held = isEmpty(blankless(given, transform)) ? (transform.default ?? given) : given;
	return held === undefined ? undefined : out(rule, transform, held);
}

/**
 * A value on its way in: the vendor's form (HubSpot: text) turned into what the local side holds.
 * An empty text for a number, boolean or date means "no value" and becomes null.
 * @param current what the local side holds now. It is given back as it is where it means the same, so that neither
 * rounding nor trimming nor a map with several locals for one external value changes it.
 * @throws CrosslinkError `rejected` (`value_not_of_type`, `value_not_mapped`)
 */
export function toLocal(rule: FieldRule, value: FieldValue, current?: FieldValue): FieldValue {
	const { transform } = rule;
	if (transform === undefined) return value;
	const local = into(rule, transform, value);
	return current !== undefined && sameValue(inExternalTerms(rule, current), local) ? current : local;
}

/**
 * True when both sides hold the same by this rule, however each writes it: `12.5` and `"12.50"`, a date and its
 * midnight, a text and its trimmed form. What does not fit the rule is the same as nothing else.
 */
export function sidesAgree(rule: FieldRule, local: FieldValue, external: FieldValue): boolean {
	if (rule.transform === undefined) return sameValue(local, external);
	try {
		return sameValue(inExternalTerms(rule, local), into(rule, rule.transform, external));
	} catch {
		return false;
	}
}

/** The local value as it would come back from the other side; undefined when it does not fit the rule. */
function inExternalTerms(rule: FieldRule, local: FieldValue): FieldValue | undefined {
	try {
		return into(rule, rule.transform ?? {}, toExternal(rule, local));
	} catch {
		return undefined;
	}
}

function out(rule: FieldRule, transform: Transform, value: FieldValue): FieldValue {
	const local = typed(rule, transform, value);
	if (transform.map !== undefined) return mapped(rule, transform.map, scalar(local, rule.local), 'external');
	if (transform.type === 'number' && typeof local === 'number') return scaledOut(local, transform);
	return local;
}

/** The value as the type wants it; dates and times in their external form already. */
function typed(rule: FieldRule, transform: Transform, value: FieldValue): FieldValue {
	const { type, timeZone, decimalMark } = transform;
	if (type === undefined || value === null) return value;
	if (type === 'text') return asText(value);
	if (blankless(value, transform) === '') return null;
	switch (type) {
		case 'number':
			return numberFrom(value, rule.local, decimalMark);
		case 'boolean':
			return booleanFrom(value, rule.local);
		case 'date':
			return dateOut(value, rule.local, timeZone);
		case 'datetime':
			return timeOut(value, rule.local, timeZone);
	}
}

function into(rule: FieldRule, transform: Transform, external: FieldValue): FieldValue {
	const given = trimmed(external, transform);
	const { type, timeZone } = transform;
	const value =
		transform.map === undefined ? given : mapped(rule, transform.map, scalar(given, rule.external), 'local');
	if (type === undefined || value === null) return value;
	if (type === 'text') return asText(value);
	if (blankless(value, transform) === '') return null;
	switch (type) {
		case 'number': {
			const number = numberFrom(value, rule.external);
			return transform.map === undefined ? scaledIn(number, transform) : number;
		}
		case 'boolean':
			return booleanFrom(value, rule.external);
		case 'date':
			return dateIn(value, rule.external, timeZone);
		case 'datetime':
			return timeIn(value, rule.external, timeZone);
	}
}

function booleanFrom(value: FieldValue, field: string): boolean {
	if (typeof value === 'boolean') return value;
	const word = typeof value === 'object' ? '' : String(value).trim().toLowerCase();
	if (TRUE_WORDS.has(word)) return true;
	if (FALSE_WORDS.has(word)) return false;
	throw notOfType(field, value, 'true or false');
}

function scalar(value: FieldValue, field: string): Scalar {
	if (typeof value !== 'object' || value === null) return value;
	throw notOfType(field, value, 'one plain value', 'Map the field without "map", or by a path to a plain value.');
}

const asText = (value: FieldValue): string => (typeof value === 'string' ? value : JSON.stringify(value));

function trimmed<T extends FieldValue | undefined>(value: T, { trim }: Transform): T | string {
	return trim && typeof value === 'string' ? value.trim() : value;
}

/** Blanks alone are a text, but no number, date or choice. */
function blankless<T extends FieldValue | undefined>(value: T, { type }: Transform): T | string {
	return type !== undefined && type !== 'text' && typeof value === 'string' ? value.trim() : value;
}
