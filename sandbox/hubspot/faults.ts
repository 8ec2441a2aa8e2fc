/** Which calls a fault meets; everything given must fit. */
export interface FaultMatch {
	method?: string;
	pathIncludes?: string;
	bodyIncludes?: string;
}

export type PolicyName = 'DAILY' | 'TEN_SECONDLY_ROLLING' | 'SECONDLY';

/** A misbehaviour of the vendor, on demand. */
export type Fault = {
	match?: FaultMatch;
	/** How many calls it meets; 1 when left out, Infinity (or 0 over HTTP) for all. */
	times?: number;
	/** Lets this many matching calls through first. */
	skip?: number;
} & (
	| {
			kind: 'status';
			status: number;
			/** For 429. */
			policyName?: PolicyName;
			retryAfterSeconds?: number;
			category?: string;
			message?: string;
			/** Replaces the error body. */
			body?: unknown;
	  }
	/** Does the work, then cuts the connection. */
	| { kind: 'lostAnswer' }
	/** Cuts the connection before any work. */
	| { kind: 'lostRequest' }
	/** Never answers; the connection ends when the stand-in stops. */
	| { kind: 'hang' }
	/** Answers after this many milliseconds. */
	| { kind: 'slow'; ms: number }
	/** Answers 200 with an HTML page, as a proxy in between would. */
	| { kind: 'garbage'; status?: number }
	/** Fails the inputs at these positions of a batch; the others are done. */
	| { kind: 'perItemErrors'; inputs: number[]; category?: string; message?: string }
);

interface Armed {
	fault: Fault;
	left: number;
	skip: number;
}

/** The faults waiting for their calls. */
export class Faults {
	private armed: Armed[] = [];

	add(...faults: Fault[]): void {
		for (const fault of faults) {
			const times = fault.times === 0 ? Infinity : (fault.times ?? 1);
			this.armed.push({ fault, left: times, skip: fault.skip ?? 0 });
		}
	}

	clear(): void {
		this.armed = [];
	}

	/** Faults that have not met all their calls yet. */
	get pending(): Fault[] {
		return this.armed.map((one) => one.fault);
	}

	/** The first fault that fits this call; uses it up by one. */
	take(method: string, path: string, body: string): Fault | undefined {
		for (const one of this.armed) {
			if (!fits(one.fault.match ?? {}, method, path, body)) continue;
			if (one.skip > 0) {
				one.skip -= 1;
				continue;
			}
			one.left -= 1;
			if (one.left <= 0) this.armed = this.armed.filter((other) => other !== one);
			return one.fault;
		}
		return undefined;
	}
}

const fits = (match: FaultMatch, method: string, path: string, body: string): boolean =>
	(match.method === undefined || match.method.toUpperCase() === method) &&
	(match.pathIncludes === undefined || path.includes(match.pathIncludes)) &&
	(match.bodyIncludes === undefined || body.includes(match.bodyIncludes));
