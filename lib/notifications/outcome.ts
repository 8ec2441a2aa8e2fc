import type { PlainError } from '../errors';
import type { NotificationRow } from '../store/notification-log';
import type { NotificationRun } from './run';

/** What a node gives out of one message. */
export interface NotificationOutcome {
	/**
	 * `accepted`: taken by a relay that does not tell whether it arrived. `skipped`: another run is at it. `failed`: it has not
	 * gone out. `unknown`: it may have, and is not repeated.
	 */
	outcome: 'delivered' | 'accepted' | 'failed' | 'skipped' | 'unknown';
	/** It had gone out before: nothing was sent now. */
	replayed: boolean;
	tenant: string;
	integration: string;
	event: string;
	eventKey: string;
	messageId: string | null;
	/** Addressees that were refused while others were not. */
	refused: Array<{ to: string; reason: string }>;
	attempts: number;
	/** When **Event: Retry** takes it up; null = it does not. */
	nextAttemptAt: string | null;
	error?: PlainError;
}

/** A row as an outcome. */
export function outcomeOf(
	run: Pick<NotificationRun, 'tenant' | 'integration'>,
	row: NotificationRow,
	replayed: boolean,
): NotificationOutcome {
	const inHand = row.status === 'sending';
	const error = inHand ? IN_HAND : row.failure;
	return {
		outcome: row.status === 'sending' ? 'skipped' : row.status,
		replayed,
		tenant: run.tenant,
		integration: run.integration,
		event: row.event,
		eventKey: row.eventKey,
		messageId: row.messageId,
		refused: row.refused,
		attempts: row.attempts,
		nextAttemptAt: row.nextAttemptAt?.toISOString() ?? null,
		...(error !== null && { error }),
	};
}

const IN_HAND: PlainError = {
	class: 'transient',
	code: 'notification_in_hand',
	message: 'Another run is sending this message at the moment.',
	remedy: 'Nothing has to be done: that run tells what comes of it.',
};

/** What is told of a message that never came as far as the log. */
export function withoutRow(
	given: Pick<NotificationOutcome, 'outcome' | 'tenant' | 'integration' | 'event' | 'eventKey'>,
	error: PlainError,
): NotificationOutcome {
	return { ...given, replayed: false, messageId: null, refused: [], attempts: 0, nextAttemptAt: null, error };
}
