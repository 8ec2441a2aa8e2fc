import { setTimeout as delay } from 'node:timers/promises';

const POLL_MS = 50;

/**
 * Looks again and again until the condition holds; false = the time is over. An abort throws the signal's reason.
 */
export async function waitUntil(
	condition: () => boolean | Promise<boolean>,
	{ signal, timeoutMs }: { signal: AbortSignal; timeoutMs: number },
): Promise<boolean> {
	const until = Date.now() + timeoutMs;
	for (;;) {
		signal.throwIfAborted();
		if (await condition()) return true;
		if (Date.now() > until) return false;
		await delay(POLL_MS, undefined, { signal }).catch(() => undefined);
	}
}
