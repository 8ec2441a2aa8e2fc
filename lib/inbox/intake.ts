import type { EntityBinding, FieldValue, WebhookEvent } from '../adapters/adapter';
import type { EventKey, InboxEvent, InboxStatus } from '../store/store';

/** What the inbox is told of an event besides the event itself. */
export interface Place {
	tenant: string;
	integration: string;
	entity: string;
	status: InboxStatus;
	deliver: boolean;
}

/** A webhook's event on its way into the inbox. */
export function inboxEventOf(event: WebhookEvent, place: Place): InboxEvent {
	return {
		...place,
		externalEventId: event.eventId,
		externalId: event.externalId,
		event: event.event,
		occurredAt: event.occurredAt,
		payload: event.raw as FieldValue,
		account: event.accountId === '' ? null : event.accountId,
	};
}

/** Objects that no entity is mapped to are kept under the vendor's name, set apart by this. */
const UNMAPPED = 'object:';

/** Names the entity of an event: your own system says it itself, of others the mapping knows. */
export function entityNames(
	bindings: ReadonlyMap<string, EntityBinding>,
	ownSystem: boolean,
): (object: string) => { entity: string; mapped: boolean } {
	if (ownSystem) return (object) => ({ entity: object, mapped: true });
	const byObject = new Map([...bindings.values()].map(({ object, entity }) => [object, entity]));
	return (object) => {
		const entity = byObject.get(object);
		return entity === undefined ? { entity: `${UNMAPPED}${object}`, mapped: false } : { entity, mapped: true };
	};
}

/** One text per event key. */
export function keyTextOf({ tenant, integration, externalEventId }: EventKey): string {
	return JSON.stringify([tenant, integration, externalEventId]);
}
