import type { InboxEvent } from '../../lib/store/store';

/** An event as a webhook brings it; unless said otherwise, everybody's first look at it is to be delivered. */
export function inboxEvent(externalEventId: string, more: Partial<InboxEvent> = {}): InboxEvent {
	return {
		tenant: 't',
		integration: 'hubspot',
		externalEventId,
		entity: 'order',
		externalId: '1',
		event: 'updated',
		occurredAt: new Date('2026-01-02T03:04:05.678Z'),
		payload: { text: 'a\u0000b', nested: [1, null, { x: 'ü' }] },
		account: '100',
		status: 'received',
		deliver: true,
		...more,
	};
}

export const idsOf = (events: Array<{ externalEventId: string }> | undefined) =>
	events?.map((event) => event.externalEventId);
