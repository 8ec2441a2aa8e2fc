import { setTimeout as delay } from 'node:timers/promises';
import { CrosslinkError } from '../errors';

export const CANCELLED = 'cancelled';

/**
 * What a cancelled execution gets, at once, whatever the call was waiting for. Class `transient`: nothing happened,
 * or repeating does no harm; class `unknown` when a call that must not be repeated was under way.
 */
export function cancelledError(purpose: string, outcomeKnown: boolean): CrosslinkError {
	return new CrosslinkError({
		class: outcomeKnown ? 'transient' : 'unknown',
		code: CANCELLED,
		message: `The execution was cancelled while it was about to ${purpose}.`,
		remedy: outcomeKnown
			? 'Start it again; what was done already is not done twice.'
			: 'Look up whether the other side has taken the call before it is repeated.',
	});
}

/** Whether an error only says that the execution was cancelled. */
export function isCancelled(thrown: unknown): boolean {
	return thrown instanceof CrosslinkError && thrown.code === CANCELLED;
}

/** Waits, unless the execution is cancelled first: then throws {@link cancelledError} at once. */
export async function waitUnlessCancelled(ms: number, signal: AbortSignal | undefined, purpose: string): Promise<void> {
	if (signal?.aborted) throw cancelledError(purpose, true);
	if (ms <= 0) return;
	try {
		await delay(ms, undefined, { signal });
	} catch {
		throw cancelledError(purpose, true);
	}
}
