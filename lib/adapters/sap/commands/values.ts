import type { Fields, FieldValue } from '../../adapter';
import { CrosslinkError } from '../../../errors';
import { toJsonDate } from '../../../odata/values';

/** A text of the payload, trimmed; undefined where it is absent. null stands for "clear it" and becomes ''. */
export function text(payload: Fields, name: string): string | undefined {
	const value = payload[name];
	if (value === undefined) return undefined;
	if (value === null) return '';
	return String(value).trim();
}

/** @throws CrosslinkError `rejected`, `payload_invalid` */
export function requiredText(payload: Fields, name: string): string {
	const value = text(payload, name);
	if (!value) throw invalid(`"${name}" is missing`);
	return value;
}

/** A day for V2's JSON; null clears it. */
export function day(payload: Fields, name: string): string | null | undefined {
	const value = payload[name];
	if (value === undefined || value === null || value === '') return value === undefined ? undefined : null;
	const written = toJsonDate(String(value).slice(0, 10));
	if (written === undefined) throw invalid(`"${name}" is no day such as 2026-11-28: ${JSON.stringify(value)}`);
	return written;
}

/**
 * A number as the text that SAP's decimals are sent as: no exponent, no binary rounding (0.1 + 0.2 is refused, not sent
 * as 0.30000000000000004).
 */
export function decimal(payload: Fields, name: string, places: number): string | undefined {
	const value = payload[name];
	if (value === undefined || value === null || value === '') return undefined;
	const written = typeof value === 'number' ? plainNumber(value) : String(value).trim();
	const found = /^(-?\d{1,20})(?:\.(\d{1,20}))?$/.exec(written);
	if (!found) throw invalid(`"${name}" is no number: ${JSON.stringify(value)}`);
	const fraction = (found[2] ?? '').replace(/0+$/, '');
	if (fraction.length > places) throw invalid(`"${name}" has more than ${places} decimal places: ${written}`);
	return fraction === '' ? String(found[1]) : `${found[1]}.${fraction}`;
}

function plainNumber(value: number): string {
	const written = String(value);
	return written.includes('e') ? value.toFixed(20).replace(/\.?0+$/, '') : written;
}

/** The rows of a list of objects. */
export function rows(payload: Fields, name: string): Fields[] {
	const value = payload[name];
	if (value === undefined || value === null) return [];
	if (!Array.isArray(value) || !value.every(isFields)) throw invalid(`"${name}" is no list of objects`);
	return value;
}

export function part(payload: Fields, name: string): Fields | undefined {
	const value = payload[name];
	if (value === undefined || value === null) return undefined;
	if (!isFields(value)) throw invalid(`"${name}" is no object`);
	return Object.keys(value).length === 0 ? undefined : value;
}

/** Without what is undefined: SAP must not see a property that nobody gave. */
export function given(fields: Record<string, FieldValue | undefined>): Fields {
	return Object.fromEntries(
		Object.entries(fields).filter((entry): entry is [string, FieldValue] => entry[1] !== undefined),
	);
}

export function invalid(reason: string): CrosslinkError {
	return new CrosslinkError({
		class: 'rejected',
		code: 'payload_invalid',
		message: `The command cannot be sent to SAP: ${reason}.`,
		remedy: 'Correct the payload; nothing was sent.',
	});
}

const isFields = (value: FieldValue): value is Fields =>
	typeof value === 'object' && value !== null && !Array.isArray(value);
