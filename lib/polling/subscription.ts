import type { EventFilter, InboxStatus } from '../store/store';
import type { Found, Poll, Start } from './poll';
import { waitingEvents } from './waiting';

/** A turn of a subscription to the inbox. */
export interface InboxPoll extends Poll {
	filter: EventFilter;
	start: Start;
}

/** Events gone past in one transaction. */
const STEP = 500;
/** Stands for all entities in a position: filters may change without losing the place. */
const EVERY_ENTITY = '*';

/**
 * Hands out what waits, then goes on through the inbox until everything is seen, enough is found or the time is up. The
 * position moves together with the deliveries noted for it, so that nothing is lost between the two; what it has gone past
 * is handed out here.
 */
export async function pollInbox(poll: InboxPoll): Promise<Found> {
	const { store, tenant, integration, receiver, filter, start, limit } = poll;
	const key = { tenant, integration, entity: EVERY_ENTITY, poll: receiver };
	const isEvent = (status: InboxStatus) => status !== 'attention';
	const events = await waitingEvents(poll, limit, isEvent);
	while (events.length < limit && poll.timeLeft()) {
		const passed = await store.inbox.advance(key, filter, { start, limit: STEP });
		if (passed === 0) break;
		events.push(...(await waitingEvents(poll, limit - events.length, isEvent)));
	}
	return { events };
}
