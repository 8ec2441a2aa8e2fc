import { CrosslinkError } from '../../errors';
import type { FieldValue, Fields } from '../adapter';
import { VALUE_CHARACTERS } from './limits';

/**
 * Field values as HubSpot takes them: strings only. null clears (an empty string does), booleans are `true`/`false`,
 * lists are joined by `;` (multi-select), dates go as the ISO text they are.
 * @throws CrosslinkError `rejected` (`value_not_supported`, `value_too_long`), naming the property
 */
export function toProperties(fields: Fields): Record<string, string> {
	const properties: Record<string, string> = {};
	for (const [name, value] of Object.entries(fields)) properties[name] = toProperty(name, value);
	return properties;
}

function toProperty(name: string, value: FieldValue): string {
	const text = asText(name, value);
	if (text.length > VALUE_CHARACTERS) {
		throw new CrosslinkError({
			class: 'rejected',
			code: 'value_too_long',
			message: `The value for HubSpot property "${name}" has ${text.length} characters; HubSpot keeps ${VALUE_CHARACTERS}.`,
			remedy: 'Shorten the value or map another field.',
		});
	}
	return text;
}

function asText(name: string, value: FieldValue): string {
	if (value === null) return '';
	if (typeof value === 'string') return value;
	if (typeof value === 'boolean') return String(value);
	if (typeof value === 'number' && Number.isFinite(value)) return plainNumber(value);
	if (Array.isArray(value) && value.every((one) => typeof one !== 'object')) {
		return value.map((one) => asText(name, one)).join(';');
	}
	throw new CrosslinkError({
		class: 'rejected',
		code: 'value_not_supported',
		message: `The value for HubSpot property "${name}" is no text, number, yes/no or list of these.`,
		remedy: 'Map a field with a plain value, for example by a dotted path into the object.',
	});
}

/** HubSpot does not document exponents, so `1e21` is written out. */
function plainNumber(value: number): string {
	const text = String(value);
	if (!text.includes('e')) return text;
	return value.toLocaleString('en-US', { useGrouping: false, maximumFractionDigits: 20 });
}

/**
 * Values as HubSpot gave them, of the asked properties only. HubSpot makes no difference between empty and null, and
 * answers a cleared property as '' after a write and as null after a read: both become null.
 */
export function fromProperties(properties: Record<string, string | null | undefined>, asked: string[]): Fields {
	const fields: Fields = {};
	for (const name of asked) {
		const value = properties[name];
		if (value !== undefined) fields[name] = value === '' ? null : value;
	}
	return fields;
}
