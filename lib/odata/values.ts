import type { FieldValue } from '../adapters/adapter';

const JSON_DATE = /^\/Date\((-?\d{1,16})([+-]\d{1,4})?\)\/$/;
const JSON_TIME = /^PT(\d{1,2})H(\d{1,2})M(\d{1,2})(?:\.\d+)?S$/;
const DAY_MS = 86_400_000;

/** A calendar day in V2's JSON: `/Date(1795824000000)/`. undefined for what is no day. */
export function toJsonDate(day: string): string | undefined {
	if (!/^\d{4}-\d{2}-\d{2}$/.test(day)) return undefined;
	const time = Date.parse(`${day}T00:00:00Z`);
	if (Number.isNaN(time) || new Date(time).toISOString().slice(0, 10) !== day) return undefined;
	return `/Date(${time})/`;
}

/** The instant behind `/Date(ms)/` or `/Date(ms+0000)/`: the milliseconds count from 1970 in UTC whatever the offset says. */
export function readJsonDate(text: unknown): Date | undefined {
	if (typeof text !== 'string') return undefined;
	const found = JSON_DATE.exec(text);
	if (!found) return undefined;
	const time = new Date(Number(found[1]));
	return Number.isNaN(time.getTime()) ? undefined : time;
}

/** `PT09H05M00S` as `09:05:00`. */
export function readJsonTime(text: unknown): string | undefined {
	const found = typeof text === 'string' ? JSON_TIME.exec(text) : null;
	return found
		? found
				.slice(1, 4)
				.map((part) => part.padStart(2, '0'))
				.join(':')
		: undefined;
}

/**
 * An entity of a V2 answer in plain JSON: days as `2026-11-28`, instants in ISO form, times of day as `09:05:00`, Decimal
 * and Int64 as the texts they come as; links that were not asked for and `__metadata` are left out.
 */
export function plainV2(value: unknown): FieldValue {
	if (Array.isArray(value)) return value.map(plainV2);
	if (isObject(value)) {
		const results = value['results'];
		if (Array.isArray(results)) return results.map(plainV2);
		const plain: Record<string, FieldValue> = {};
		for (const [name, held] of Object.entries(value)) {
			if (name === '__metadata' || (isObject(held) && '__deferred' in held)) continue;
			plain[name] = plainV2(held);
		}
		return plain;
	}
	if (typeof value === 'string') return plainText(value);
	return typeof value === 'number' || typeof value === 'boolean' ? value : null;
}

function plainText(value: string): string {
	const time = readJsonDate(value);
	if (!time) return readJsonTime(value) ?? value;
	if (JSON_DATE.exec(value)?.[2] !== undefined) return time.toISOString();
	// Without an offset it is a wall clock's; SAP uses it for days, which then are midnight.
	return time.getTime() % DAY_MS === 0 ? time.toISOString().slice(0, 10) : time.toISOString().slice(0, 19);
}

/** The same for V4, whose JSON is plain already: annotations are left out. */
export function plainV4(value: unknown): FieldValue {
	if (Array.isArray(value)) return value.map(plainV4);
	if (isObject(value)) {
		const entries = Object.entries(value).filter(([name]) => !name.includes('@') && !name.startsWith('SAP__'));
		return Object.fromEntries(entries.map(([name, held]) => [name, plainV4(held)]));
	}
	return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : null;
}

export function isObject(value: unknown): value is Record<string, unknown> {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}
