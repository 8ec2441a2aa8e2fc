import { createHash } from 'node:crypto';
import type { FieldValue, WebhookEvent, WebhookRequest } from '../adapter';
import { readEventList, type EventListBounds } from '../bounded-event-list';
import { WEBHOOK_BYTES, WEBHOOK_DEPTH, WEBHOOK_EVENTS } from './limits';
import { objectOfSingular, objectOfTypeId } from './objects';

const EVENTS: Record<string, WebhookEvent['event']> = {
	creation: 'created',
	propertyChange: 'updated',
	associationChange: 'updated',
	deletion: 'deleted',
	privacyDeletion: 'deleted',
	merge: 'merged',
	restore: 'restored',
};

const BOUNDS: EventListBounds = {
	sender: 'HubSpot',
	bytes: WEBHOOK_BYTES,
	depth: WEBHOOK_DEPTH,
	events: WEBHOOK_EVENTS,
};

type RawEvent = Record<string, unknown>;

/**
 * The events of a verified body, in the order sent, in HubSpot's classic (`deal.creation`) and generic
 * (`object.creation` with `objectTypeId`) forms. What is about no CRM record (conversations) or names none is left out.
 */
export function parseEvents(request: WebhookRequest): WebhookEvent[] {
	return readEventList(request.rawBody, BOUNDS).flatMap((raw) => toEvent(raw, request.receivedAt) ?? []);
}

function toEvent(raw: RawEvent, receivedAt: Date): WebhookEvent | undefined {
	// HubSpot's field table says `eventType`; its real payloads say `subscriptionType`.
	const type = text(raw['subscriptionType']) || text(raw['eventType']);
	const dot = type.lastIndexOf('.');
	const verb = type.slice(dot + 1);
	const event = EVENTS[verb];
	if (dot < 0 || !event) return undefined;
	const object = objectOf(raw, type.slice(0, dot), verb);
	const record = recordOf(raw, verb);
	if (!object || !record) return undefined;
	return {
		eventId: eventId(raw, type),
		accountId: text(raw['portalId']),
		object,
		event,
		occurredAt: time(raw['occurredAt']) ?? receivedAt,
		...(verb === 'propertyChange' ? changeOf(raw) : {}),
		raw: raw as FieldValue,
		...record,
	};
}

function objectOf(raw: RawEvent, prefix: string, verb: string): string | undefined {
	if (prefix !== 'object') return objectOfSingular(prefix);
	const typeId = text(raw['objectTypeId']) || (verb === 'associationChange' ? text(raw['fromObjectTypeId']) : '');
	if (typeId) return objectOfTypeId(typeId);
	// `DEAL_TO_COMPANY`: the changed record is the left one.
	return objectOfSingular(text(raw['associationType']).split('_TO_')[0] ?? '');
}

function recordOf(
	raw: RawEvent,
	verb: string,
): Pick<WebhookEvent, 'externalId' | 'survivorId' | 'mergedIds'> | undefined {
	if (verb === 'merge') return mergeOf(raw);
	const externalId = verb === 'associationChange' ? text(raw['fromObjectId']) : text(raw['objectId']);
	return externalId ? { externalId } : undefined;
}

/** A merge may make a new record, which then stands for the primary one too. */
function mergeOf(raw: RawEvent): Pick<WebhookEvent, 'externalId' | 'survivorId' | 'mergedIds'> | undefined {
	const survivorId = text(raw['newObjectId']) || text(raw['primaryObjectId']) || text(raw['objectId']);
	if (!survivorId) return undefined;
	const merged = Array.isArray(raw['mergedObjectIds']) ? raw['mergedObjectIds'].map(text) : [];
	const gone = new Set([text(raw['primaryObjectId']), ...merged].filter((id) => id !== '' && id !== survivorId));
	return { externalId: survivorId, survivorId, mergedIds: [...gone] };
}

/** An event without the new value says less than nothing: compared as null it could pass for our own clearing of a field. */
function changeOf(raw: RawEvent): Pick<WebhookEvent, 'changed'> {
	const field = text(raw['propertyName']);
	const value = raw['propertyValue'];
	if (!field || value === undefined) return {};
	return { changed: { field, value: value as FieldValue } };
}

/** What makes an event this event. Not `attemptNumber`: a re-delivery is the same event. */
const IDENTITY = [
	'portalId',
	'subscriptionId',
	'objectTypeId',
	'objectId',
	'fromObjectId',
	'toObjectId',
	'associationType',
	'associationTypeId',
	'associationRemoved',
	'isPrimaryAssociation',
	'primaryObjectId',
	'mergedObjectIds',
	'newObjectId',
	'propertyName',
	'occurredAt',
	'eventId',
];

/** HubSpot does not promise that `eventId` is unique, so all parts that tell events apart go into one hash. */
function eventId(raw: RawEvent, type: string): string {
	const parts = [type, ...IDENTITY.map((name) => raw[name] ?? null)];
	return createHash('sha256').update(JSON.stringify(parts)).digest('base64url');
}

function text(value: unknown): string {
	if (typeof value === 'string') return value;
	return typeof value === 'number' && Number.isFinite(value) ? String(value) : '';
}

function time(value: unknown): Date | undefined {
	const ms = typeof value === 'number' ? value : Date.parse(text(value));
	const read = new Date(ms);
	return Number.isNaN(read.getTime()) ? undefined : read;
}
