import type { EdmProperty } from '../metadata/model';
import { badRequest } from './gateway-error';

/**
 * A value as the system keeps it: texts and decimals as text, days as `2026-11-28T00:00:00`, instants as ISO with seven
 * digits, times as `09:05:00`. So every one of them compares as text.
 */
export type Value = string | boolean | null;
export type Row = Record<string, Value>;

/** `/Date(...)/` and so on, as JSON has it. */
export function toJson(property: EdmProperty, value: Value): unknown {
	if (value === null) return null;
	const text = String(value);
	switch (property.type) {
		case 'Edm.Boolean':
			return value === true;
		case 'Edm.DateTime':
			return `/Date(${Date.parse(`${text}Z`)})/`;
		case 'Edm.DateTimeOffset':
			// Digits below the millisecond are lost here, and only here.
			return `/Date(${Date.parse(text)}+0000)/`;
		case 'Edm.Time': {
			const [hours, minutes, seconds] = text.split(':');
			return `PT${hours}H${minutes}M${seconds}S`;
		}
		default:
			return text;
	}
}

/** Checks and takes a value of a JSON body. @throws GatewayError 400 */
export function fromJson(property: EdmProperty, value: unknown): Value {
	const wrong = () => badRequest(`Property '${property.name}' has invalid value '${String(value).slice(0, 60)}'`);
	if (value === null) {
		if (!property.nullable) throw wrong();
		return property.type === 'Edm.String' ? '' : null;
	}
	switch (property.type) {
		case 'Edm.Boolean':
			if (typeof value !== 'boolean') throw wrong();
			return value;
		case 'Edm.DateTime':
		case 'Edm.DateTimeOffset': {
			const ms = typeof value === 'string' ? readDate(value) : undefined;
			if (ms === undefined) throw wrong();
			const iso = new Date(ms).toISOString();
			return property.type === 'Edm.DateTime' ? iso.slice(0, 19) : `${iso.slice(0, 23)}0000Z`;
		}
		case 'Edm.Time': {
			const found = typeof value === 'string' ? /^PT(\d{2})H(\d{2})M(\d{2})S$/.exec(value) : null;
			if (!found) throw wrong();
			return found.slice(1).join(':');
		}
		case 'Edm.Decimal':
			// A JSON number is refused: decimals travel as text.
			if (typeof value !== 'string' || !/^-?\d+(\.\d+)?$/.test(value)) throw wrong();
			return checkDecimal(property, value);
		default:
			if (typeof value !== 'string') throw wrong();
			if (property.maxLength !== undefined && value.length > property.maxLength) {
				throw badRequest(`Property '${property.name}' has a value longer than ${property.maxLength}`);
			}
			return property.display === 'UpperCase' ? value.toUpperCase() : value;
	}
}

function checkDecimal(property: EdmProperty, value: string): string {
	const { precision = 31, scale = 0 } = property;
	const [whole = '', fraction = ''] = value.replace('-', '').split('.');
	if (fraction.length > scale || whole.replace(/^0+/, '').length > precision - scale) {
		throw badRequest(`Property '${property.name}' exceeds precision ${precision} and scale ${scale}: '${value}'`);
	}
	return value;
}

function readDate(text: string): number | undefined {
	const found = /^\/Date\((-?\d+)(?:[+-]\d+)?\)\/$/.exec(text);
	const ms = found
		? Number(found[1])
		: /^\d{4}-\d{2}-\d{2}T/.test(text)
			? Date.parse(text.endsWith('Z') ? text : `${text}Z`)
			: NaN;
	return Number.isNaN(ms) ? undefined : ms;
}

/** Numbers are kept with leading zeros inside, and compared that way (conversion exit ALPHA). */
export function comparable(property: EdmProperty | undefined, value: Value): Value {
	if (typeof value !== 'string' || !property) return value;
	if (property.type === 'Edm.Decimal') return Number(value).toFixed(9).padStart(40, '0');
	const isNumber = property.type === 'Edm.String' && (property.maxLength === 10 || property.maxLength === 6);
	return isNumber && /^\d+$/.test(value) ? value.padStart(property.maxLength ?? 0, '0') : value;
}

/** A literal of a URL. @throws GatewayError 400 */
export function fromLiteral(text: string): Value {
	const inside = (prefix: string) => new RegExp(`^${prefix}'(.*)'$`, 's').exec(text)?.[1];
	const plain = inside('');
	if (plain !== undefined) return plain.replaceAll("''", "'");
	const day = inside('datetime');
	if (day !== undefined) return day.slice(0, 19);
	const instant = inside('datetimeoffset');
	if (instant !== undefined) {
		const [seconds, fraction = ''] = instant.replace('Z', '').split('.');
		return `${seconds}.${fraction.padEnd(7, '0').slice(0, 7)}Z`;
	}
	const time = inside('time');
	if (time !== undefined) {
		const found = /^PT(\d{2})H(\d{2})M(\d{2})S$/.exec(time);
		if (!found) throw badRequest(`Invalid time literal '${text}'`);
		return found.slice(1).join(':');
	}
	const guid = inside('guid');
	if (guid !== undefined) return guid.toLowerCase();
	if (text === 'true' || text === 'false') return text === 'true';
	if (text === 'null') return null;
	if (/^-?\d+(\.\d+)?[mMdDlL]?$/.test(text)) return text.replace(/[mMdDlL]$/, '');
	throw badRequest(`Invalid literal '${text}'`);
}
