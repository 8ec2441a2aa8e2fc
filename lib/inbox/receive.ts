import type { FieldValue, WebhookEvent, WebhookRequest } from '../adapters/adapter';
import { requireCapability } from '../adapters/capability';
import { asCrosslinkError, CrosslinkError } from '../errors';
import type { InboxEvent, LinkRow, Store } from '../store/store';
import type { Connected } from '../tenants/connected';

/** Largest webhook body read, in bytes. HubSpot sends at most 100 events of well under 1 KB each. */
export const MAX_WEBHOOK_BYTES = 1024 * 1024;

/** Which received events are handed on. All are kept in the inbox. */
export interface EventFilter {
	/** Undefined = every kind. */
	events?: ReadonlySet<WebhookEvent['event']>;
	/** Undefined = every mapped entity. */
	entities?: ReadonlySet<string>;
	/** Events of other vendor accounts are not even stored: they are another tenant's. */
	accountId?: string;
	includeRaw: boolean;
}

/** One event as it leaves the trigger (design 3.2). */
export interface ReceivedEvent {
	tenant: string;
	integration: string;
	entity: string;
	externalId: string;
	localId?: string;
	event: WebhookEvent['event'];
	/** ISO 8601. */
	occurredAt: string;
	eventId: string;
	raw?: FieldValue;
}

export type Reception =
	/** The signature is missing or wrong: nothing was looked at. */
	| { outcome: 'unverified'; reason: string }
	/** Signed, but no list of events. */
	| { outcome: 'malformed'; reason: string }
	| { outcome: 'received'; received: number; repeated: number; emitted: ReceivedEvent[] };

/**
 * Takes a webhook request in: checks its signature, keeps every event in the inbox in one statement, and returns those
 * seen for the first time whose object is mapped to an entity and which pass the filter.
 *
 * The links are looked up before the events are stored: if the store fails at either, nothing is kept, the caller answers
 * with an error, and the vendor sends the same again.
 * @throws CrosslinkError of the store, or `capability_missing` for an integration without webhooks
 */
export async function receiveWebhook(
	connected: Connected,
	store: Store,
	request: WebhookRequest,
	filter: EventFilter,
): Promise<Reception> {
	const { integration, adapter, tenant } = connected;
	const verdict = requireCapability(integration, adapter, 'verifyWebhook')(request);
	if (!verdict.ok) return { outcome: 'unverified', reason: verdict.reason };

	const parsed = parse(connected, request);
	if (parsed instanceof CrosslinkError) return { outcome: 'malformed', reason: parsed.message };
	const events = parsed.filter(({ accountId }) => filter.accountId === undefined || accountId === filter.accountId);
	if (events.length === 0) return { outcome: 'received', received: 0, repeated: 0, emitted: [] };

	const entities = entityByObject(connected);
	const wanted = events.filter((event) => passes(event, entities.get(event.object), filter));
	const localIds = await localIdsOf(connected, store, wanted, entities);
	const fresh = await store.inbox.receive(
		tenant,
		integration,
		events.map((event) => inboxEvent(event, entities)),
	);

	const emitted: ReceivedEvent[] = [];
	for (const event of wanted) {
		if (!fresh.has(event.eventId)) continue;
		const entity = entities.get(event.object) as string;
		const localId = localIds.get(entity)?.get(event.externalId)?.localId;
		emitted.push({
			tenant,
			integration,
			entity,
			externalId: event.externalId,
			...(localId === undefined ? {} : { localId }),
			event: event.event,
			occurredAt: event.occurredAt.toISOString(),
			eventId: event.eventId,
			...(filter.includeRaw ? { raw: event.raw } : {}),
		});
	}
	return { outcome: 'received', received: events.length, repeated: events.length - fresh.size, emitted: once(emitted) };
}

function parse({ integration, adapter }: Connected, request: WebhookRequest): WebhookEvent[] | CrosslinkError {
	try {
		return requireCapability(integration, adapter, 'parseWebhook')(request);
	} catch (thrown) {
		const error = asCrosslinkError(thrown);
		if (error.class === 'rejected' && error.code !== 'capability_missing') return error;
		throw error;
	}
}

function entityByObject({ bindings }: Connected): Map<string, string> {
	return new Map([...bindings.values()].map(({ object, entity }) => [object, entity]));
}

function passes(event: WebhookEvent, entity: string | undefined, filter: EventFilter): boolean {
	if (entity === undefined) return false;
	return (filter.entities?.has(entity) ?? true) && (filter.events?.has(event.event) ?? true);
}

/** Events of objects that no entity is mapped to are kept under the vendor's name, set apart by the prefix. */
function inboxEvent(event: WebhookEvent, entities: ReadonlyMap<string, string>): InboxEvent {
	return {
		externalEventId: event.eventId,
		entity: entities.get(event.object) ?? `object:${event.object}`,
		externalId: event.externalId,
		event: event.event,
		occurredAt: event.occurredAt,
		payload: event.raw,
	};
}

async function localIdsOf(
	{ tenant, integration }: Connected,
	store: Store,
	events: WebhookEvent[],
	entities: ReadonlyMap<string, string>,
): Promise<Map<string, Map<string, LinkRow>>> {
	const idsByEntity = new Map<string, Set<string>>();
	for (const event of events) {
		const entity = entities.get(event.object) as string;
		idsByEntity.set(entity, (idsByEntity.get(entity) ?? new Set()).add(event.externalId));
	}
	const found = new Map<string, Map<string, LinkRow>>();
	if (idsByEntity.size === 0) return found;
	const tables = new Set(await store.linkTables(integration));
	for (const [entity, ids] of idsByEntity) {
		if (!tables.has(entity)) continue;
		found.set(entity, await store.links(integration, entity).findByExternalIds(tenant, [...ids]));
	}
	return found;
}

/** An event listed twice in one delivery is handed on once. */
function once(events: ReceivedEvent[]): ReceivedEvent[] {
	return [...new Map(events.map((event) => [event.eventId, event])).values()];
}
