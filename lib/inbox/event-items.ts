import type { FieldValue } from '../adapters/adapter';
import type { EventKey, InboxEvent, Store, StoredEvent } from '../store/store';
import { foldEvents } from './fold';
import { findLinks, type LinkOf } from './links';
import { isOwnSystem } from './own-system';

/** What a trigger emits for one event, or for several of one record folded into one. */
export interface EventItem {
	tenant: string;
	integration: string;
	entity: string;
	externalId: string;
	/** Left out while the record is not linked. */
	localId?: string;
	event: string;
	/** ISO 8601; of the latest event. */
	occurredAt: string;
	/** The latest event's. */
	eventId: string;
	/** All events of this record, oldest first; only when there are several. */
	eventIds?: string[];
	/** The latest event as it was received. */
	raw?: FieldValue;
}

export interface ItemOptions {
	includeRaw: boolean;
	/** Events of one record become one item. */
	fold: boolean;
}

type Event = StoredEvent | InboxEvent;

/** An event with the local id of its record; undefined while that is not linked. */
export type LinkedEvent = Event & { localId: string | undefined };

/** Makes the items of these events, with the local ids their links know now. */
export async function toItems(store: Store, events: Event[], options: ItemOptions): Promise<EventItem[]> {
	return itemsOf(withLocalIds(await findLinks(store, events), events), options);
}

/** In your own system every id is a local id. */
export function withLocalIds(linkOf: LinkOf, events: readonly Event[]): LinkedEvent[] {
	return events.map((event) => {
		return { ...event, localId: isOwnSystem(event.integration) ? event.externalId : linkOf(event)?.localId };
	});
}

/** The items of events whose links were looked up already. */
export function itemsOf(events: readonly LinkedEvent[], options: ItemOptions): EventItem[] {
	const groups = options.fold ? foldEvents(events) : events.map((event) => ({ ...event, all: [event] }));
	return groups.map((group) => {
		return {
			tenant: group.tenant,
			integration: group.integration,
			entity: group.entity,
			externalId: group.externalId,
			...(group.localId === undefined ? {} : { localId: group.localId }),
			event: group.event,
			occurredAt: group.occurredAt.toISOString(),
			eventId: group.externalEventId,
			...(group.all.length > 1 ? { eventIds: group.all.map(({ externalEventId }) => externalEventId) } : {}),
			...(options.includeRaw ? { raw: group.payload } : {}),
		};
	});
}

/** The events an item stands for; none when it is no item of a trigger. */
export function eventKeysOf(item: Readonly<Record<string, unknown>>): EventKey[] {
	const { tenant, integration, eventId, eventIds } = item;
	if (typeof tenant !== 'string' || typeof integration !== 'string' || typeof eventId !== 'string') return [];
	const ids = Array.isArray(eventIds) ? eventIds.filter((id) => typeof id === 'string') : [eventId];
	return ids.map((externalEventId) => ({ tenant, integration, externalEventId }));
}
