import { randomUUID } from 'node:crypto';
import type { InboxStatus, StoredEvent } from '../store/store';
import type { Poll } from './poll';

/** Long enough to be put away at once after it was taken. */
const SET_ASIDE_SECONDS = 60;

/**
 * Events this node was to hand on and nobody has taken: an execution that never began, a process that died. Those of an
 * earlier set-up of the node (another tenant, another integration, another thing to poll) are put away: they are no
 * business of the present one.
 */
export async function waitingEvents(
	poll: Poll,
	limit: number,
	wanted: (status: InboxStatus) => boolean,
): Promise<StoredEvent[]> {
	const { store, receiver, againSeconds } = poll;
	const found: StoredEvent[] = [];
	while (found.length < limit) {
		const due = await store.deliveries.due(receiver, { limit: limit - found.length, againSeconds });
		const foreign = due.filter((event) => !isOf(poll, event) || !wanted(event.status));
		found.push(...due.filter((event) => !foreign.includes(event)));
		if (foreign.length === 0) break;
		await setAside(poll, foreign);
	}
	return found;
}

function isOf({ tenant, integration }: Poll, event: StoredEvent): boolean {
	return event.tenant === tenant && event.integration === integration;
}

async function setAside({ store, receiver }: Poll, events: StoredEvent[]): Promise<void> {
	const taking = { receiver, taker: `set-aside:${randomUUID()}` };
	await store.deliveries.take(taking, events, SET_ASIDE_SECONDS);
	await store.deliveries.done([taking]);
}
