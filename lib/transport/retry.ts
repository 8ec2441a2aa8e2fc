import { CrosslinkError } from '../errors';
import { waitUnlessCancelled } from './cancelled';

/**
 * Longest wait inside one call, in milliseconds. HubSpot's 10-second window must fit; the retry that takes minutes
 * belongs to the link row, where it holds no execution.
 */
export const MAX_IN_CALL_WAIT_MS = 15_000;

export interface RetryOptions {
	/** Calls in all, the first one included. */
	attempts: number;
	/** First wait in milliseconds; later ones grow with jitter. */
	baseMs: number;
	/** Longest wait in milliseconds that is not asked for by the vendor. */
	maxMs: number;
}

export const DEFAULT_RETRY: RetryOptions = { attempts: 4, baseMs: 250, maxMs: 4_000 };

/**
 * Runs `attempt` again while it fails with a `transient` or `throttled` error whose wait is short enough.
 * Everything else, and a wait over {@link MAX_IN_CALL_WAIT_MS}, is thrown at once.
 * @param cancel ends the waiting at once
 */
export async function withRetry<T>(
	options: RetryOptions,
	cancel: AbortSignal | undefined,
	purpose: string,
	attempt: () => Promise<T>,
): Promise<T> {
	const { ExponentialBackoff, handleWhen, retry } = await import('cockatiel');
	const policy = retry(handleWhen(mayRepeat), {
		maxAttempts: options.attempts - 1,
		// cockatiel's own wait does not end when the signal does, so the waiting is ours and its delay is zero.
		backoff: { next: () => immediately },
	});
	const growing = new ExponentialBackoff({ initialDelay: options.baseMs, maxDelay: options.maxMs });
	let backoff: ReturnType<typeof growing.next> | undefined;
	let failed: unknown;
	return await policy.execute(async (context) => {
		if (context.attempt > 0) {
			backoff = backoff ? backoff.next(undefined) : growing.next();
			const asked = failed instanceof CrosslinkError ? (failed.retryAfterMs ?? 0) : 0;
			// Jitter on top of what the vendor asks for: else all workers come back in the same millisecond.
			await waitUnlessCancelled(
				Math.max(asked + Math.min(backoff.duration, options.baseMs), backoff.duration),
				cancel,
				purpose,
			);
		}
		try {
			return await attempt();
		} catch (thrown) {
			failed = thrown;
			throw thrown;
		}
	}, cancel);
}

const immediately = { duration: 0, next: () => immediately };

function mayRepeat(error: Error): boolean {
	if (!(error instanceof CrosslinkError) || error.code === 'cancelled') return false;
	if (error.class !== 'transient' && error.class !== 'throttled') return false;
	return (error.retryAfterMs ?? 0) <= MAX_IN_CALL_WAIT_MS;
}
