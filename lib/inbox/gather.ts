import type { LinkedEvent } from './event-items';

/** Two starts of one workflow lie at least so far apart while deliveries keep coming in. */
const PAUSE_MS = 250;

/** With so many events waiting the workflow is started without a pause. */
const MOST_EVENTS = 1_000;

/** Starts a workflow with events; never throws. */
export type Start = (events: LinkedEvent[]) => void;

/**
 * Gathers the deliveries of a busy moment: the first one starts the workflow at once, those that come within the pause
 * after it start it together. Nothing is lost with a process that dies meanwhile: what it gathered was kept before, is in
 * nobody's hand, and comes up again.
 */
export class Gatherer {
	private waiting: LinkedEvent[] = [];
	private pausing: NodeJS.Timeout | undefined;

	constructor(
		private readonly start: Start,
		private readonly pauseMs = PAUSE_MS,
		private readonly mostEvents = MOST_EVENTS,
	) {}

	add(events: readonly LinkedEvent[]): void {
		for (const event of events) this.waiting.push(event);
		if (this.pausing === undefined || this.waiting.length >= this.mostEvents) this.flush();
	}

	/** Starts the workflow with what waits, for the last time. */
	close(): void {
		this.flush();
		clearTimeout(this.pausing);
	}

	private flush(): void {
		clearTimeout(this.pausing);
		this.pausing = undefined;
		if (this.waiting.length === 0) return;
		const events = this.waiting;
		this.waiting = [];
		this.pausing = setTimeout(() => this.flush(), this.pauseMs).unref();
		this.start(events);
	}
}
