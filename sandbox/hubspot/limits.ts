import { rateLimited } from './http/fault-answer';

/** Calls allowed; the defaults are a Professional account's. */
export interface RateLimit {
	perTenSeconds: number;
	searchPerSecond: number;
	daily: number;
}

export const DEFAULT_RATE_LIMIT: RateLimit = { perTenSeconds: 190, searchPerSecond: 5, daily: 650_000 };

const TEN_SECONDS = 10_000;
const ONE_SECOND = 1_000;
const DAY = 86_400_000;

/** Counts calls as the vendor does: a rolling ten seconds, a calendar day, and a rolling second for search. */
export class Limits {
	private general: number[] = [];
	private searches: number[] = [];
	private day = 0;
	private usedToday = 0;

	constructor(
		readonly rateLimit: RateLimit,
		private readonly now: () => number,
	) {}

	/** Charges one call; throws the vendor's 429 when there is none left. */
	charge(search: boolean): void {
		const now = this.now();
		this.roll(now);
		if (this.usedToday >= this.rateLimit.daily) throw rateLimited('DAILY');
		if (search) {
			if (this.searches.length >= this.rateLimit.searchPerSecond) throw rateLimited('SECONDLY');
			this.searches.push(now);
		} else {
			if (this.general.length >= this.rateLimit.perTenSeconds) throw rateLimited('TEN_SECONDLY_ROLLING');
			this.general.push(now);
		}
		this.usedToday += 1;
	}

	/** The headers of every answer but those of search. */
	headers(): Record<string, string> {
		const { perTenSeconds, daily } = this.rateLimit;
		return {
			'x-hubspot-ratelimit-max': String(perTenSeconds),
			'x-hubspot-ratelimit-remaining': String(Math.max(0, perTenSeconds - this.general.length)),
			'x-hubspot-ratelimit-interval-milliseconds': String(TEN_SECONDS),
			'x-hubspot-ratelimit-daily': String(daily),
			'x-hubspot-ratelimit-daily-remaining': String(Math.max(0, daily - this.usedToday)),
		};
	}

	reset(): void {
		this.general = [];
		this.searches = [];
		this.usedToday = 0;
	}

	private roll(now: number): void {
		this.general = this.general.filter((at) => at > now - TEN_SECONDS);
		this.searches = this.searches.filter((at) => at > now - ONE_SECOND);
		const day = Math.floor(now / DAY);
		if (day !== this.day) this.usedToday = 0;
		this.day = day;
	}
}
