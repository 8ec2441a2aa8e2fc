/** Microseconds since 1970, of an instant or of what a clock on the wall shows. */
export type Micros = bigint;

const MS = 1_000n;
const MOMENT =
	/^(\d{4,6})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?)?\s*(Z|[+-]\d\d(?::?\d\d)?)?$/i;

/** A moment as text taken apart; undefined for what is none. `zoned` = it named its offset, and `at` is an instant. */
export function readMoment(text: string): { at: Micros; zoned: boolean; dateOnly: boolean } | undefined {
	const [, year, month, day, hour, minute, second, fraction, zone] = MOMENT.exec(text.trim()) ?? [];
	if (year === undefined) return undefined;
	const date = new Date(0);
	date.setUTCFullYear(Number(year), Number(month) - 1, Number(day));
	date.setUTCHours(Number(hour ?? 0), Number(minute ?? 0), Number(second ?? 0));
	const wall = BigInt(date.getTime()) * MS + BigInt((fraction ?? '').padEnd(6, '0').slice(0, 6) || 0);
	return { at: wall - offsetOf(zone), zoned: zone !== undefined, dateOnly: hour === undefined };
}

/** `2026-11-23 10:00:00.123456` */
export function writeMoment(at: Micros): string {
	const ms = at >= 0n || at % MS === 0n ? at / MS : at / MS - 1n;
	const rest = at - ms * MS;
	const iso = new Date(Number(ms)).toISOString();
	return `${iso.slice(0, -1).replace('T', ' ')}${String(rest).padStart(3, '0')}`;
}

/** What a clock in the zone shows at this instant. */
export function toWall(instant: Micros, zone: string): Micros {
	return instant + zoneOffset(instant, zone);
}

/** The instant at which a clock in the zone shows this; where it runs twice, the first one. */
export function toInstant(wall: Micros, zone: string): Micros {
	const guess = wall - zoneOffset(wall, zone);
	return wall - zoneOffset(guess, zone);
}

/** @throws RangeError for a zone that does not exist */
function zoneOffset(instant: Micros, zone: string): Micros {
	const ms = Number(instant / MS);
	const parts = Object.fromEntries(
		formatOf(zone)
			.formatToParts(ms)
			.map(({ type, value }) => [type, Number(value)]),
	) as Record<string, number>;
	const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
	const wall = Date.UTC(year, month - 1, day, hour % 24, minute, second);
	return BigInt(wall - Math.floor(ms / 1000) * 1000) * MS;
}

const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(zone: string): Intl.DateTimeFormat {
	const known = formats.get(zone);
	if (known !== undefined) return known;
	const format = new Intl.DateTimeFormat('en-US', {
		timeZone: zone,
		hourCycle: 'h23',
		year: 'numeric',
		month: 'numeric',
		day: 'numeric',
		hour: 'numeric',
		minute: 'numeric',
		second: 'numeric',
	});
	formats.set(zone, format);
	return format;
}

function offsetOf(zone: string | undefined): Micros {
	if (zone === undefined || /^z$/i.test(zone)) return 0n;
	const digits = zone.replace(/\D/g, '').padEnd(4, '0');
	const minutes = BigInt(digits.slice(0, 2)) * 60n + BigInt(digits.slice(2));
	return (zone.startsWith('-') ? -1n : 1n) * minutes * 60n * 1_000_000n;
}
