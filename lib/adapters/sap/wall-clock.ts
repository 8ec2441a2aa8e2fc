/** What a clock on the wall of a time zone shows. */
export interface WallTime {
	/** `2026-11-28` */
	date: string;
	/** `13:05:00` */
	time: string;
}

export function wallTime(instant: Date, timeZone: string): WallTime {
	const parts = new Intl.DateTimeFormat('en-CA', {
		timeZone,
		year: 'numeric',
		month: '2-digit',
		day: '2-digit',
		hour: '2-digit',
		minute: '2-digit',
		second: '2-digit',
		hourCycle: 'h23',
	}).formatToParts(instant);
	const part = (type: Intl.DateTimeFormatPartTypes) => parts.find((one) => one.type === type)?.value ?? '';
	return {
		date: `${part('year')}-${part('month')}-${part('day')}`,
		time: `${part('hour')}:${part('minute')}:${part('second')}`,
	};
}

/** The instant at which the clock showed this; the earlier one where it showed it twice. null for what is no time. */
export function instantOf({ date, time }: WallTime, timeZone: string): Date | null {
	const asUtc = Date.parse(`${date}T${time}Z`);
	if (Number.isNaN(asUtc)) return null;
	// Zones are within 15 hours of UTC and change by whole quarter hours; two steps settle it.
	let guess = asUtc;
	for (let step = 0; step < 2; step++) {
		const shown = wallTime(new Date(guess), timeZone);
		guess += asUtc - Date.parse(`${shown.date}T${shown.time}Z`);
	}
	const earlier = wallTime(new Date(guess - 3_600_000), timeZone);
	return new Date(earlier.date === date && earlier.time === time ? guess - 3_600_000 : guess);
}
