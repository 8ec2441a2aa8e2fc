/** Why a certificate does not hold at this time; undefined = it does. */
export function outOfDate(from: Date, to: Date, now: Date): string | undefined {
	if (to < now) return `expired on ${day(to)}`;
	if (from > now) return `is not valid before ${from.toISOString()}`;
	return undefined;
}

const day = (date: Date): string => date.toISOString().slice(0, 10);
