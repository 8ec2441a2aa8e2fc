import type { CrmEvent } from '../account/events';
import { OBJECT_TYPES, type ObjectType } from '../account/object-types';

/** One event as it is delivered. Which fields it has depends on its type. */
export interface WebhookPayload {
	eventId: number;
	subscriptionId: number;
	portalId: number;
	appId: number;
	/** Milliseconds since the epoch. */
	occurredAt: number;
	subscriptionType: string;
	attemptNumber: number;
	changeSource: string;
	sourceId: string;
	objectId?: number;
	objectTypeId?: string;
	changeFlag?: string;
	propertyName?: string;
	propertyValue?: string;
	isSensitive?: boolean;
	primaryObjectId?: number;
	mergedObjectIds?: number[];
	newObjectId?: number;
	numberOfPropertiesMoved?: number;
	associationType?: string;
	fromObjectId?: number;
	toObjectId?: number;
	associationRemoved?: boolean;
	isPrimaryAssociation?: boolean;
}

/** `classic`: `deal.creation`. `generic`: `object.creation` with `objectTypeId`. */
export type WebhookFormat = 'classic' | 'generic';

/** What an app listens to. Without `propertyName` a propertyChange subscription hears every property. */
export interface Subscription {
	id: number;
	/** In either format: `deal.propertyChange`, or `object.propertyChange` with `objectTypeId`. */
	type: string;
	objectTypeId?: string;
	propertyName?: string;
	active: boolean;
}

const KINDS = ['creation', 'deletion', 'restore', 'merge', 'propertyChange', 'associationChange'] as const;

/** Everything about the three objects. */
export const allSubscriptions = (format: WebhookFormat): Subscription[] =>
	Object.values(OBJECT_TYPES).flatMap((type) =>
		KINDS.map((kind, index) => ({
			id: 4_100_000 + Number(type.typeId.slice(2)) * 100 + index,
			type: format === 'classic' ? `${type.singular}.${kind}` : `object.${kind}`,
			...(format === 'generic' ? { objectTypeId: type.typeId } : {}),
			active: true,
		})),
	);

/** Does this subscription ask for this event? */
export function wants(subscription: Subscription, event: CrmEvent): boolean {
	if (!subscription.active) return false;
	const [object, kind] = subscription.type.split('.');
	if (kind !== event.kind) return false;
	if (object === 'object' ? subscription.objectTypeId !== event.type.typeId : object !== event.type.singular)
		return false;
	return event.kind !== 'propertyChange' || (subscription.propertyName ?? event.property) === event.property;
}

/** The event as this subscription delivers it. */
export function payloadOf(
	event: CrmEvent,
	subscription: Subscription,
	ids: { eventId: number; portalId: number; appId: number },
): WebhookPayload {
	return {
		eventId: ids.eventId,
		subscriptionId: subscription.id,
		portalId: ids.portalId,
		appId: ids.appId,
		occurredAt: event.at,
		subscriptionType: subscription.type,
		attemptNumber: 0,
		changeSource: event.actor.source,
		sourceId: event.actor.sourceId,
		...(subscription.type.startsWith('object.') ? { objectTypeId: event.type.typeId } : {}),
		...details(event),
	};
}

function details(event: CrmEvent): Partial<WebhookPayload> {
	const objectId = Number(event.id);
	switch (event.kind) {
		case 'creation':
			return { objectId, changeFlag: 'CREATED' };
		case 'deletion':
			return { objectId, changeFlag: 'DELETED' };
		case 'restore':
			return { objectId, changeFlag: 'RESTORED' };
		case 'propertyChange':
			return { objectId, propertyName: event.property, propertyValue: event.value, isSensitive: false };
		case 'merge':
			return {
				objectId,
				primaryObjectId: Number(event.primaryId),
				mergedObjectIds: event.mergedIds.map(Number),
				newObjectId: Number(event.newId),
				numberOfPropertiesMoved: event.numberOfPropertiesMoved,
			};
		case 'associationChange':
			return {
				associationType: associationName(event.type, event.toType),
				fromObjectId: objectId,
				toObjectId: Number(event.toId),
				associationRemoved: event.removed,
				isPrimaryAssociation: event.primary,
			};
	}
}

const associationName = (from: ObjectType, to: ObjectType) => `${from.upper}_TO_${to.upper}`;
