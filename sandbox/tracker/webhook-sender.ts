import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';

import { reasonOf } from './failure-reason';
import { PendingChanges } from './pending-changes';
import type { Entity } from './records';
import { signatureHeaders } from './webhook-signature';

export interface WebhookTarget {
	url: string;
	/** Only changes of these; left out = all. */
	entities?: Entity[];
}

export interface WebhookOptions {
	/** Standard Webhooks secret, `whsec_` and base64. */
	secret: string;
	/** Sent as `X-Tracker-Token`, for receivers that compare one static header. */
	token: string;
	/** How long changes are gathered before a message goes out, in milliseconds. */
	coalesceMs: number;
	/** Waits between the tries of one message, in milliseconds; one more try than waits. */
	retryDelaysMs: number[];
	/** How long one try may take, in milliseconds. */
	timeoutMs: number;
}

/** One message to one target, as it ended. */
export interface Delivery {
	id: string;
	url: string;
	entity: Entity;
	ids: string[];
	attempts: number;
	delivered: boolean;
	/** Of the last try; null when no answer came. */
	status: number | null;
	error: string | null;
	at: string;
}

/** Deliveries remembered for whoever looks. */
const DELIVERIES_KEPT = 200;

/** Sends changes to everyone who listens: in order, one message at a time, each until it is taken or given up. */
export class WebhookSender {
	readonly deliveries: Delivery[] = [];
	private readonly pending = new PendingChanges();
	private readonly stopped = new AbortController();
	private targets: WebhookTarget[] = [];
	private running: Promise<void> | undefined;

	constructor(
		private readonly options: WebhookOptions,
		private readonly now: () => Date,
	) {}

	setTargets(targets: WebhookTarget[]): void {
		this.targets = [...targets];
	}

	changed(entity: Entity, ids: Iterable<string>): void {
		if (this.stopped.signal.aborted || this.targets.length === 0) return;
		this.pending.add(entity, ids);
		this.running ??= this.run().finally(() => {
			this.running = undefined;
		});
	}

	/** Resolves when nothing waits and nothing is under way; given-up messages count as done. */
	async settled(): Promise<void> {
		while (this.running) await this.running;
	}

	async close(): Promise<void> {
		this.stopped.abort();
		await this.settled();
	}

	private async run(): Promise<void> {
		const { signal } = this.stopped;
		// An abort ends the wait early; what is pending is dropped with the Tracker.
		await delay(this.options.coalesceMs, undefined, { signal }).catch(() => undefined);
		for (let next = this.pending.take(); next && !signal.aborted; next = this.pending.take()) {
			const { entity, ids } = next;
			for (const target of this.targets.filter((each) => each.entities?.includes(entity) ?? true)) {
				await this.deliver(target.url, entity, ids);
			}
		}
	}

	private async deliver(url: string, entity: Entity, ids: string[]): Promise<void> {
		const { signal } = this.stopped;
		const at = this.now().toISOString();
		const body = JSON.stringify(
			ids.map((recordId) => ({ type: `${entity}.updated`, timestamp: at, data: { id: recordId } })),
		);
		const delivery: Delivery = {
			...{ id: `msg_${randomUUID()}`, url, entity, ids, at },
			...{ attempts: 0, delivered: false, status: null, error: null },
		};
		for (const wait of [0, ...this.options.retryDelaysMs]) {
			await delay(wait * (0.8 + 0.4 * Math.random()), undefined, { signal }).catch(() => undefined);
			if (signal.aborted) break;
			await this.attempt(delivery, body);
			if (delivery.delivered) break;
		}
		this.deliveries.push(delivery);
		if (this.deliveries.length > DELIVERIES_KEPT) this.deliveries.shift();
	}

	private async attempt(delivery: Delivery, body: string): Promise<void> {
		delivery.attempts += 1;
		try {
			const response = await fetch(delivery.url, {
				method: 'POST',
				headers: {
					'content-type': 'application/json',
					'x-tracker-token': this.options.token,
					...signatureHeaders(this.options.secret, delivery.id, this.now(), body),
				},
				body,
				signal: AbortSignal.any([this.stopped.signal, AbortSignal.timeout(this.options.timeoutMs)]),
			});
			await response.body?.cancel();
			delivery.status = response.status;
			delivery.delivered = response.ok;
			delivery.error = response.ok ? null : `answered ${response.status}`;
		} catch (error) {
			delivery.status = null;
			delivery.error = reasonOf(error);
		}
	}
}
