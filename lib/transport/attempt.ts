import type { HttpAnswer, HttpClient } from './http';
import type { HttpNetwork } from './network';
import type { TransportRequest } from './transport';

export type AttemptOutcome =
	| { kind: 'answer'; answer: HttpAnswer }
	| { kind: 'failure'; thrown: unknown; timedOut: boolean }
	| { kind: 'cancelled' };

/**
 * Makes one attempt under a deadline and the execution's cancel signal. Both hold even when the HttpClient ignores
 * the signal it is given: then its late answer is dropped.
 */
export async function attemptOnce(
	http: HttpClient,
	request: TransportRequest & { network?: HttpNetwork },
	timeoutMs: number,
	cancel: AbortSignal | undefined,
): Promise<AttemptOutcome> {
	if (cancel?.aborted) return { kind: 'cancelled' };
	const controller = new AbortController();
	let ended: 'timeout' | 'cancelled' | undefined;
	let stop: (why: 'timeout' | 'cancelled') => void = () => {};
	const stopped = new Promise<never>((_, reject) => {
		stop = (why) => {
			ended ??= why;
			const reason = new Error(why);
			controller.abort(reason);
			reject(reason);
		};
	});
	const onCancel = () => stop('cancelled');
	const timer = setTimeout(() => stop('timeout'), timeoutMs);
	cancel?.addEventListener('abort', onCancel, { once: true });
	try {
		const sent = http({
			method: request.method,
			url: request.url,
			headers: request.headers ?? {},
			body: request.body,
			timeoutMs,
			signal: controller.signal,
			...(request.network && { network: request.network }),
		});
		// A late failure of an abandoned attempt belongs to nobody.
		sent.catch(() => {});
		return { kind: 'answer', answer: await Promise.race([sent, stopped]) };
	} catch (thrown) {
		if (ended === 'cancelled') return { kind: 'cancelled' };
		return { kind: 'failure', thrown, timedOut: ended === 'timeout' };
	} finally {
		clearTimeout(timer);
		cancel?.removeEventListener('abort', onCancel);
	}
}
