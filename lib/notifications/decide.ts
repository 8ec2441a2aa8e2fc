import type { FoundNotification } from '../adapters/notification';
import type { CrosslinkError } from '../errors';
import type { NotificationChange, NotificationRow } from '../store/notification-log';

/** How long a message may take to show up after a lost answer, in milliseconds: before that, "not there" proves nothing. */
export const SETTLE_MS = 60_000;

/** What follows when a message is asked for that has a row already. */
export type Decision = 'replay' | 'send' | 'lookUp';

export function decide(row: Pick<NotificationRow, 'status' | 'held'>, canLookUp: boolean): Decision {
	if (row.held) return 'replay';
	switch (row.status) {
		case 'delivered':
		case 'accepted':
			return 'replay';
		case 'failed':
			// It has not gone out; who asks again wants it to.
			return 'send';
		case 'sending':
			// The run that was at it has died.
			return 'lookUp';
		case 'unknown':
			return canLookUp ? 'lookUp' : 'replay';
	}
}

/** What a failed call means for the row. `retry` is the setting; later tries need the kept message. */
export function afterFailure(
	error: CrosslinkError,
	{ attempts, retry, kept, canLookUp }: RetryState,
): NotificationChange {
	const failure = error.toPlain();
	// A mistake of ours may have happened after the message was gone.
	if (error.class === 'unknown' || error.class === 'bug') {
		return { status: 'unknown', failure, nextAttemptInSeconds: kept && canLookUp ? SETTLE_MS / 1000 : null };
	}
	const passing = error.class === 'transient' || error.class === 'throttled';
	if (!passing || attempts >= retry.attempts || !kept) {
		return { status: 'failed', failure, nextAttemptInSeconds: null };
	}
	const asked = (error.retryAfterMs ?? 0) / 1000;
	const delay = retry.delaySeconds * (1 + Math.random() * JITTER);
	return { status: 'failed', failure, nextAttemptInSeconds: Math.max(asked, delay) };
}

export interface RetryState {
	/** Calls made, this one included. */
	attempts: number;
	retry: { attempts: number; delaySeconds: number };
	/** The message is kept, so that it can be sent again without the flow. */
	kept: boolean;
	canLookUp: boolean;
}

/** Spread around the delay, so that what failed together does not come back together. */
const JITTER = 0.2;

/** What a look-up proves. */
export function judge(found: FoundNotification, sentMsAgo: number): 'arrived' | 'notSent' | 'unproven' {
	if (found.found === 'arrived') return 'arrived';
	return found.found === 'nothing' && sentMsAgo >= SETTLE_MS ? 'notSent' : 'unproven';
}
