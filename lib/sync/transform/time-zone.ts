/** Formats per zone: making one takes longer than using it a thousand times. */
const formats = new Map<string, Intl.DateTimeFormat>();

/** True for a name of the IANA list that this runtime knows; offsets such as +01:00 know no summer time and are none. */
export function isTimeZone(name: string): boolean {
	if (!/^[A-Za-z]/.test(name)) return false;
	try {
		formatOf(name);
		return true;
	} catch {
		return false;
	}
}

/** The wall time in a zone, as ISO text without an offset: `2026-12-01T14:30:00.000`. */
export function wallTime(instant: number, zone: string): string {
	const part: Record<string, string> = {};
	for (const { type, value } of formatOf(zone).formatToParts(instant)) part[type] = value;
	const year = (part.year ?? '').padStart(4, '0');
	const milliseconds = String(((instant % 1_000) + 1_000) % 1_000).padStart(3, '0');
	return `${year}-${part.month}-${part.day}T${part.hour}:${part.minute}:${part.second}.${milliseconds}`;
}

/** How far the zone's clocks are ahead of UTC at an instant, in milliseconds. */
export function offsetAt(instant: number, zone: string): number {
	// Six digits: a day after the last one of 9999 is asked for, too.
	return Date.parse(`+${wallTime(instant, zone).padStart(LONG_YEAR_CHARACTERS, '0')}Z`) - instant;
}

const LONG_YEAR_CHARACTERS = '009999-12-31T23:59:59.999'.length;

/**
 * The instant at which the clocks of a zone show this wall time. An hour that comes twice is its first; one that is
 * left out is counted on from before the gap, so that midnight of a day that starts at one is one.
 * @param wall the wall time, read as if it were UTC
 */
export function instantOf(wall: number, zone: string): number {
	// No zone is further than a day from UTC, so the two offsets are those before and after any change nearby.
	const before = offsetAt(wall - DAY_MS, zone);
	const after = offsetAt(wall + DAY_MS, zone);
	const early = wall - Math.max(before, after);
	if (before === after) return early;
	if (offsetAt(early, zone) === wall - early) return early;
	const late = wall - Math.min(before, after);
	if (offsetAt(late, zone) === wall - late) return late;
	return wall - before;
}

const DAY_MS = 86_400_000;

function formatOf(zone: string): Intl.DateTimeFormat {
	const known = formats.get(zone);
	if (known !== undefined) return known;
	const format = new Intl.DateTimeFormat('en-US', {
		timeZone: zone,
		calendar: 'iso8601',
		numberingSystem: 'latn',
		hourCycle: 'h23',
		year: 'numeric',
		month: '2-digit',
		day: '2-digit',
		hour: '2-digit',
		minute: '2-digit',
		second: '2-digit',
	});
	formats.set(zone, format);
	return format;
}
