import type { Span } from '../store/figures';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** What a report looks back on. */
export type Period = 'day' | 'week' | 'month';

const PERIODS: Readonly<Record<Period, { lengthMs: number; stepMs: number }>> = {
	day: { lengthMs: DAY_MS, stepMs: HOUR_MS },
	week: { lengthMs: 7 * DAY_MS, stepMs: 6 * HOUR_MS },
	month: { lengthMs: 30 * DAY_MS, stepMs: DAY_MS },
};

/** The period up to now, in whole steps (UTC): the last one is still running. Pure. */
export function spanOf(period: Period, now: Date): Span {
	const { lengthMs, stepMs } = PERIODS[period];
	const end = Math.ceil((now.getTime() + 1) / stepMs) * stepMs;
	return { from: new Date(end - lengthMs), stepMs, steps: lengthMs / stepMs };
}
