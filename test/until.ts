import { setTimeout as sleep } from 'node:timers/promises';

const POLL_MS = 10;

/** Waits until the condition holds; fails after `timeoutMs` with what was waited for. */
export async function until(
	condition: () => boolean | Promise<boolean>,
	what = 'the condition',
	timeoutMs = 10_000,
): Promise<void> {
	const deadline = Date.now() + timeoutMs;
	while (!(await condition())) {
		if (Date.now() > deadline) throw new Error(`Waited ${timeoutMs} ms in vain for ${what}.`);
		await sleep(POLL_MS);
	}
}
