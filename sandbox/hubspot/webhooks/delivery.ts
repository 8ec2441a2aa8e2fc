import { setTimeout as pause } from 'node:timers/promises';
import { signV3 } from './signature';
import type { WebhookPayload } from './payloads';

export interface DeliveryOptions {
	/** Waits between the tries, in milliseconds; their number is the number of retries. The vendor: 10 over 24 hours. */
	retryDelaysMs: number[];
	/** How long the receiver may take, in milliseconds. The vendor: 5 s. */
	timeoutMs: number;
	clientSecret: string;
}

/** One try to hand over a batch of events. */
export interface Delivery {
	events: WebhookPayload[];
	attempt: number;
	/** The receiver's status; 0 for no answer. */
	status: number;
	at: number;
}

/** Ten short waits, so that a demo or test sees all retries within about ten seconds. */
export const DEFAULT_RETRY_DELAYS_MS = [50, 100, 200, 400, 800, 1_000, 1_500, 2_000, 2_000, 2_000];
export const DEFAULT_TIMEOUT_MS = 5_000;

/**
 * Hands a batch over until the receiver answers below 400 or the tries are used up. Each try is signed anew and
 * carries its number in every event.
 */
export async function deliver(
	target: string,
	events: WebhookPayload[],
	options: DeliveryOptions,
	stopping: AbortSignal,
	record: (delivery: Delivery) => void,
): Promise<void> {
	for (let attempt = 0; attempt <= options.retryDelaysMs.length && !stopping.aborted; attempt++) {
		const numbered = events.map((event) => ({ ...event, attemptNumber: attempt }));
		const status = await post(target, JSON.stringify(numbered), options, stopping);
		record({ events: numbered, attempt, status, at: Date.now() });
		if (status > 0 && status < 400) return;
		const delay = options.retryDelaysMs[attempt];
		if (delay === undefined) return;
		await pause(delay, undefined, { signal: stopping }).catch(() => undefined);
	}
}

async function post(target: string, body: string, options: DeliveryOptions, stopping: AbortSignal): Promise<number> {
	// The receiver checks the age against its own clock, so the sandbox's clock must not be used here.
	const timestamp = String(Date.now());
	try {
		const response = await fetch(target, {
			method: 'POST',
			body,
			redirect: 'manual',
			headers: {
				'content-type': 'application/json',
				'user-agent': 'HubSpot Connect 2.0 (sandbox)',
				'x-hubspot-request-timestamp': timestamp,
				'x-hubspot-signature-v3': signV3(options.clientSecret, 'POST', target, body, timestamp),
				'x-hubspot-signature-version': 'v3',
			},
			signal: AbortSignal.any([stopping, AbortSignal.timeout(options.timeoutMs)]),
		});
		await response.body?.cancel();
		return response.status;
	} catch {
		return 0;
	}
}
