import type { Owner } from './owners';
import type { Pipelines } from './pipelines';
import type { PropertyDefinition } from './property-definition';

/** Longest property value that the vendor stores, in characters. */
export const MAX_VALUE_LENGTH = 65_536;

export interface ValueFault {
	code: string;
	message: string;
}

export type CheckedValue = { ok: true; value: string } | ({ ok: false } & ValueFault);

/** What some enumerations take their options from. */
export interface OptionSources {
	pipelines: Pipelines;
	owners: Owner[];
}

const refused = (code: string, message: string): CheckedValue => ({ ok: false, code, message });
const accepted = (value: string): CheckedValue => ({ ok: true, value });

const NUMBER = /^-?\d+(\.\d+)?([eE][+-]?\d+)?$/;
const EMAIL = /^[^\s@]+@[^\s@]+\.[^\s@]+$/;
const ISO = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:?\d{2})?)?$/;
const DAY_MS = 86_400_000;

/**
 * Checks and normalises one value as it is stored. Text is trimmed; other types refuse surrounding blanks
 * (vendor change of April 2025). The empty string is handled by the caller: it clears.
 */
export function checkValue(definition: PropertyDefinition, value: string, sources: OptionSources): CheckedValue {
	if (value.length > MAX_VALUE_LENGTH) {
		return refused('INVALID_STRING', `${definition.name} is too long: the maximum is ${MAX_VALUE_LENGTH} characters`);
	}
	switch (definition.type) {
		case 'string':
			return checkText(definition, value.trim());
		case 'number':
			return NUMBER.test(value) ? accepted(value) : refused('INVALID_INTEGER', `${value} was not a valid number.`);
		case 'bool':
			return ['true', 'false'].includes(value)
				? accepted(value)
				: refused('INVALID_BOOLEAN', `${value} was not a valid boolean.`);
		case 'date':
		case 'datetime':
			return checkMoment(definition.type, value);
		case 'enumeration':
			return checkOptions(definition, value, sources);
	}
}

function checkText(definition: PropertyDefinition, value: string): CheckedValue {
	if (definition.name === 'email') {
		const email = value.toLowerCase();
		return value === '' || EMAIL.test(email)
			? accepted(email)
			: refused('INVALID_EMAIL', `Email address ${value} is invalid`);
	}
	if (definition.name === 'domain' && definition.hubspotDefined) return accepted(bareDomain(value));
	return accepted(value);
}

const bareDomain = (value: string): string =>
	value
		.toLowerCase()
		.replace(/^https?:\/\//, '')
		.replace(/^www\./, '')
		.replace(/[/?#].*$/, '');

/** Milliseconds since the epoch for an ISO text or a text of milliseconds; undefined for anything else. */
export function momentOf(value: string): number | undefined {
	if (/^-?\d{1,15}$/.test(value)) return Number(value);
	if (!ISO.test(value)) return undefined;
	const zoned = /T/.test(value) && !/(Z|[+-]\d{2}:?\d{2})$/.test(value) ? `${value}Z` : value;
	const time = Date.parse(zoned);
	// Date.parse rolls 31 February over to March; the vendor refuses it.
	if (Number.isNaN(time) || Number(value.slice(8, 10)) > daysInMonth(value)) return undefined;
	return time;
}

const daysInMonth = (iso: string) =>
	new Date(Date.UTC(Number(iso.slice(0, 4)), Number(iso.slice(5, 7)), 0)).getUTCDate();

function checkMoment(type: 'date' | 'datetime', value: string): CheckedValue {
	const time = momentOf(value);
	if (time === undefined || Math.abs(time) > 8.64e15) {
		return refused(type === 'date' ? 'INVALID_DATE' : 'INVALID_LONG', `${value} was not a valid ${type}.`);
	}
	if (type === 'datetime') return accepted(new Date(time).toISOString());
	return time % DAY_MS === 0
		? accepted(new Date(time).toISOString().slice(0, 10))
		: refused('INVALID_DATE', `${value} is at ${new Date(time).toISOString()}, not midnight UTC.`);
}

function checkOptions(definition: PropertyDefinition, value: string, sources: OptionSources): CheckedValue {
	const allowed = optionsOf(definition, sources);
	const chosen = definition.fieldType === 'checkbox' ? value.split(';').filter((one) => one !== '') : [value];
	const wrong = chosen.find((one) => !allowed.includes(one));
	if (wrong === undefined) return accepted(chosen.join(';'));
	return refused('INVALID_OPTION', `${wrong} was not one of the allowed options: [${allowed.join(', ')}]`);
}

function optionsOf(definition: PropertyDefinition, { pipelines, owners }: OptionSources): string[] {
	if (!definition.externalOptions) return definition.options.map((option) => option.value);
	if (definition.name === 'pipeline') return pipelines.list('deals').map((pipeline) => pipeline.id);
	if (definition.name === 'dealstage') {
		return pipelines.list('deals').flatMap((pipeline) => pipeline.stages.map((stage) => stage.id));
	}
	return owners.map((owner) => owner.id);
}
