import type { NotificationRow } from '../store/notification-log';
import { eventIdOf, type AttentionItem, type Origin } from './trouble';

const SEND_REMEDY =
	'Nobody was told. Mend what is named here, then let your flow notify again with the same event key: a message that has not gone out is sent then.';
const LOOK_REMEDY =
	'Look whether it has arrived. If it has not, send it with "Deliver Repeatedly" (Event → Notify); by itself it is not sent again.';

/** How the ids of these items begin; a message that itself tells of one has such an id for its event key. */
const ABOUT_NOTIFICATIONS = 'notification';

/**
 * What a message to people has to say that has not gone out, or may not have, and is not tried again by itself; undefined for
 * one that was about another such message: two channels that are both down would tell of each other for ever. The id stays
 * the same until the message is sent again. Pure.
 */
export function notificationTroubleOf(
	{ tenant, integration, displayName }: Omit<Origin, 'entity'>,
	row: NotificationRow,
): AttentionItem | undefined {
	if ((row.status !== 'failed' && row.status !== 'unknown') || row.nextAttemptAt !== null) return undefined;
	const { event, eventKey, reference, failure, attempts } = row;
	if (eventKey.startsWith(eventIdOf(ABOUT_NOTIFICATIONS))) return undefined;
	const unknown = row.status === 'unknown';
	return {
		kind: row.status,
		tenant,
		integration,
		entity: null,
		localId: null,
		externalId: null,
		message: `The message of "${event}" with event key "${eventKey}" to ${displayName} ${unknown ? 'may or may not have gone out' : 'has not gone out'}: ${failure?.message ?? 'no reason was noted.'}`,
		remedy: unknown ? LOOK_REMEDY : SEND_REMEDY,
		since: row.updatedAt.toISOString(),
		eventId: eventIdOf(ABOUT_NOTIFICATIONS, [row.status, reference, attempts]),
		notification: { event, eventKey, reference, attempts },
	};
}
