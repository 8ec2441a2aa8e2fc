import type { CrmEvent } from '../account/events';
import { deliver, type Delivery, type DeliveryOptions } from './delivery';
import {
	allSubscriptions,
	payloadOf,
	wants,
	type Subscription,
	type WebhookFormat,
	type WebhookPayload,
} from './payloads';

/** Events of one request, at most. */
export const MAX_EVENTS = 100;
/** Requests in flight for one account, at most. */
export const MAX_IN_FLIGHT = 10;

const KEPT_DELIVERIES = 1_000;

export interface WebhookOptions extends DeliveryOptions {
	target?: string;
	format: WebhookFormat;
	portalId: number;
	appId: number;
}

/** Sends what happens in the account to one target URL, as an app's webhooks do. */
export class Webhooks {
	/** Where events go; undefined = they are dropped. */
	target: string | undefined;
	subscriptions: Subscription[];
	/** Every try, oldest first, bounded. */
	readonly deliveries: Delivery[] = [];
	retryDelaysMs: number[];
	timeoutMs: number;

	private readonly queue: WebhookPayload[] = [];
	private readonly inFlight = new Set<Promise<void>>();
	private readonly stopping = new AbortController();
	private readonly waiting: Array<() => void> = [];
	private lastEventId = 310_000_000;
	private held = false;
	private scheduled = false;
	private doubles = 0;
	private batchSize = MAX_EVENTS;

	constructor(private readonly options: WebhookOptions) {
		this.target = options.target;
		this.subscriptions = allSubscriptions(options.format);
		this.retryDelaysMs = options.retryDelaysMs;
		this.timeoutMs = options.timeoutMs;
	}

	/** Replaces what the app listens to. */
	subscribe(...wanted: Array<Omit<Subscription, 'id' | 'active'>>): void {
		this.subscriptions = wanted.map((one, index) => ({ ...one, id: 5_200_001 + index, active: true }));
	}

	/** Listens to everything about all objects, in this format. */
	subscribeToAll(format: WebhookFormat): void {
		this.subscriptions = allSubscriptions(format);
	}

	/** Sends the next deliveries twice, as the vendor sometimes does. */
	duplicateNext(deliveries = 1): void {
		this.doubles += deliveries;
	}

	/** Keeps events back; {@link release} sends them, in the order it is told. */
	hold(): void {
		this.held = true;
	}

	/** Sends what was held: in order, reversed, or as the function orders it; in requests of `batchSize` events. */
	release({
		order = (events: WebhookPayload[]) => events,
		batchSize = MAX_EVENTS,
	}: { order?: 'reversed' | ((events: WebhookPayload[]) => WebhookPayload[]); batchSize?: number } = {}): void {
		this.held = false;
		this.batchSize = Math.min(batchSize, MAX_EVENTS);
		const events = this.queue.splice(0);
		this.queue.push(...(order === 'reversed' ? events.reverse() : order(events)));
		this.schedule();
	}

	/** Sends these payloads as they are; for events that the account itself cannot make. */
	send(...events: WebhookPayload[]): void {
		this.queue.push(...events);
		this.schedule();
	}

	/** Events waiting or being delivered. */
	get pending(): number {
		return this.queue.length + this.inFlight.size;
	}

	/** Resolves when nothing waits and nothing is in flight; events held back do not count. */
	async settled(): Promise<void> {
		while (this.inFlight.size > 0 || (this.queue.length > 0 && !this.held)) {
			await (this.inFlight.size > 0
				? Promise.race(this.inFlight)
				: new Promise<void>((resolve) => this.waiting.push(resolve)));
		}
	}

	/** Takes up what happened in the account. */
	hear(event: CrmEvent): void {
		if (this.target === undefined) return;
		for (const subscription of this.subscriptions.filter((one) => wants(one, event))) {
			const { portalId, appId } = this.options;
			this.queue.push(payloadOf(event, subscription, { eventId: ++this.lastEventId, portalId, appId }));
		}
		this.schedule();
	}

	async stop(): Promise<void> {
		this.stopping.abort();
		this.queue.length = 0;
		this.wake();
		await Promise.allSettled(this.inFlight);
	}

	/** Gathers the events of one tick, so that a batch write becomes one request. */
	private schedule(): void {
		if (this.held || this.scheduled) return;
		this.scheduled = true;
		setImmediate(() => {
			this.scheduled = false;
			this.flush();
		});
	}

	private flush(): void {
		const target = this.target;
		if (target === undefined) this.queue.length = 0;
		while (!this.held && target !== undefined && this.queue.length > 0 && this.inFlight.size < MAX_IN_FLIGHT) {
			const events = this.queue.splice(0, this.batchSize);
			const copies = this.doubles > 0 ? 2 : 1;
			if (copies === 2) this.doubles -= 1;
			for (let copy = 0; copy < copies; copy++) this.start(target, events);
		}
		if (this.queue.length === 0) this.batchSize = MAX_EVENTS;
		this.wake();
	}

	private start(target: string, events: WebhookPayload[]): void {
		const { clientSecret } = this.options;
		const options = { clientSecret, retryDelaysMs: this.retryDelaysMs, timeoutMs: this.timeoutMs };
		const running = deliver(target, events, options, this.stopping.signal, (one) => this.record(one)).finally(() => {
			this.inFlight.delete(running);
			this.schedule();
		});
		this.inFlight.add(running);
	}

	private record(delivery: Delivery): void {
		this.deliveries.push(delivery);
		if (this.deliveries.length > KEPT_DELIVERIES) this.deliveries.shift();
	}

	private wake(): void {
		for (const resume of this.waiting.splice(0)) resume();
	}
}
