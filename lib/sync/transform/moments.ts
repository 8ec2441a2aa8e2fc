import type { FieldValue } from '../../adapters/adapter';
import { notOfType } from './not-of-type';
import { instantOf, offsetAt, wallTime } from './time-zone';

/** ISO 8601 as JSON, PostgreSQL and vendors write it: `2026-12-01`, `2026-12-01T14:30:00.000Z`, `2026-12-01 14:30:00+01`. */
const ISO =
	/^(\d{4}-\d{2}-\d{2})(?:[T ](([01]\d|2[0-3]):[0-5]\d)(?::([0-5]\d)(?:\.(\d{1,9}))?)?\s?(?:(Z)|([+-]\d{2}):?(\d{2})?)?)?$/;
const EPOCH_MILLISECONDS = /^-?\d{11,14}$/;
const ISO_CHARACTERS = '2026-12-01T14:30:00.000Z'.length;
const MINUTE_MS = 60_000;

/** A moment as it was written. */
interface Written {
	/** The date that stands there; undefined where only an instant was given. */
	date?: string;
	/** Milliseconds of the written wall time, read as UTC; undefined = a date without a time. */
	wall?: number;
	/** undefined = without an offset, or without a time. */
	instant?: number;
}

/** Local date (or time) to the external form: the date itself, or the instant at which it begins in the zone. */
export function dateOut(value: FieldValue, field: string, zone: string | undefined): string {
	const date = dateIn(value, field, zone);
	return zone === undefined ? date : isoOf(instantOf(midnight(date), zone), value, field);
}

/** External date or instant to a local date. A date without a time is the same date in every zone. */
export function dateIn(value: FieldValue, field: string, zone: string | undefined): string {
	const { date, instant } = momentFrom(value, field);
	if (instant !== undefined && zone !== undefined) return wallTime(instant, zone).slice(0, 10);
	return date ?? isoOf(instant ?? Number.NaN, value, field).slice(0, 10);
}

/** Local time to UTC; one without an offset is the wall time of the zone. */
export function timeOut(value: FieldValue, field: string, zone: string | undefined): string {
	const { date, wall, instant } = momentFrom(value, field);
	if (instant !== undefined) return isoOf(instant, value, field);
	const written = wall ?? midnight(date ?? '');
	return isoOf(zone === undefined ? written : instantOf(written, zone), value, field);
}

/** External time to UTC, or to the zone's wall time with its offset; one without an offset is UTC. */
export function timeIn(value: FieldValue, field: string, zone: string | undefined): string {
	const utc = timeOut(value, field, undefined);
	if (zone === undefined) return utc;
	const instant = Date.parse(utc);
	// Zones of old had seconds in their offsets, which ISO cannot say.
	const minutes = Math.round(offsetAt(instant, zone) / MINUTE_MS);
	const wall = new Date(instant + minutes * MINUTE_MS).toISOString().slice(0, -1);
	return `${wall}${minutes < 0 ? '-' : '+'}${twoDigits(Math.trunc(Math.abs(minutes) / 60))}:${twoDigits(Math.abs(minutes) % 60)}`;
}

function momentFrom(value: FieldValue, field: string): Written {
	if (typeof value === 'number' && Number.isInteger(value)) return { instant: value };
	const text = typeof value === 'string' ? value.trim() : '';
	if (EPOCH_MILLISECONDS.test(text)) return { instant: Number(text) };
	const [, date, time, , seconds = '00', fraction = '0', utc, hours, minutes = '00'] = ISO.exec(text) ?? [];
	if (date === undefined || !isDay(date)) throw notOfType(field, value, 'a date such as 2026-12-31');
	if (time === undefined) return { date };
	const wall = Date.parse(`${date}T${time}:${seconds}.${fraction.slice(0, 3).padEnd(3, '0')}Z`);
	if (utc !== undefined) return { date, wall, instant: wall };
	if (hours === undefined) return { date, wall };
	const sign = hours.startsWith('-') ? -1 : 1;
	const offset = sign * (Math.abs(Number(hours)) * 60 + Number(minutes)) * MINUTE_MS;
	return { date, wall, instant: wall - offset };
}

/** Date.parse takes 30 February for 2 March. */
function isDay(date: string): boolean {
	const time = midnight(date);
	return !Number.isNaN(time) && new Date(time).toISOString().startsWith(date);
}

const midnight = (date: string): number => Date.parse(`${date}T00:00:00.000Z`);
const twoDigits = (number: number): string => String(number).padStart(2, '0');

function isoOf(instant: number, value: FieldValue, field: string): string {
	const date = new Date(instant);
	const text = Number.isNaN(date.getTime()) ? '' : date.toISOString();
	// Years of more than four digits, and those before Christ, are written in a form that few systems read.
	if (text.length === ISO_CHARACTERS) return text;
	throw notOfType(field, value, 'a date between the years 0 and 9999');
}
