import type { EntityBinding } from '../adapters/adapter';
import { CrosslinkError } from '../errors';
import type { Conflict, LinkRow, ParkedConnection, PollKey } from '../store/store';
import { commandTroubleOf } from './command-trouble';
import { hasMoved, lookAtRows, PAGE, placeAt, placeBehind, placeOf, sampleOfRows, type Troubled } from './look-at-rows';
import { notificationTroubleOf } from './notification-trouble';
import type { Found, Poll, Start } from './poll';
import { attentionEvent, parkedItems, troubleOf, unroutedItems, type AttentionItem, type Origin } from './trouble';
import { waitingEvents } from './waiting';

/** A turn of looking for what a person should look at. */
export interface AttentionPoll extends Poll {
	/** As shown in n8n: `HubSpot`. */
	displayName: string;
	bindings: ReadonlyMap<string, EntityBinding>;
	/** Connections whose login was refused. */
	parked: readonly ParkedConnection[];
	/** Empty = all. */
	entities: readonly string[];
	start: Start;
}

/** Unrouted events looked at: enough to see whose they are. */
const MAX_UNROUTED = 1_000;

/**
 * Hands out what waits, then looks at links that became `failed` or fell into `conflict`, one page of each entity in turn,
 * at commands and messages of unknown outcome or given up, at events without a tenant, and at parked connections. Each thing
 * is an event of the inbox under a name made of what is wrong, so that it is told once.
 * @throws CrosslinkError of the store; `entity_unknown`
 */
export async function pollAttention(poll: AttentionPoll): Promise<Found> {
	const going = await linkedEntities(poll);
	const events: Found['events'] = await waitingEvents(poll, poll.limit, (status) => status === 'attention');
	if (events.length < poll.limit)
		events.push(...(await tell(poll, [...parkedItems(poll, poll.parked), ...(await unrouted(poll))])));
	const startedAt = new Date();
	if (events.length < poll.limit) events.push(...(await lookAtLogs(poll, startedAt, poll.limit - events.length)));
	for (let turn = going.shift(); turn !== undefined; turn = going.shift()) {
		if (events.length >= poll.limit || !poll.timeLeft()) break;
		const step = await lookAt(poll, turn, startedAt);
		events.push(...step.events);
		if (step.goesOn) going.push(turn);
	}
	return { events: events.slice(0, poll.limit) };
}

/** What is troubled now, without telling it for good. */
export async function attentionSample(poll: AttentionPoll): Promise<AttentionItem[]> {
	const items = [...parkedItems(poll, poll.parked), ...(await unrouted(poll))];
	if (poll.entities.length === 0) {
		items.push(...(await commandsOf(poll).sample()), ...(await messagesOf(poll).sample()));
	}
	for (const binding of await linkedEntities(poll)) {
		if (items.length >= poll.limit) break;
		const links = poll.store.links(poll.integration, binding.entity);
		items.push(...(await itemsOf(poll, binding, await links.troubled(poll.tenant, undefined, poll.limit))));
	}
	return items.slice(0, poll.limit);
}

/** Entities that have links: not those of your own system, nor of an integration that was never enabled. */
async function linkedEntities({ store, integration, tenant, bindings, entities }: AttentionPoll) {
	const unknown = entities.find((entity) => !bindings.has(entity));
	if (unknown !== undefined) {
		throw new CrosslinkError({
			class: 'rejected',
			code: 'entity_unknown',
			message: `The integration ${integration} has no entity "${unknown}" for tenant "${tenant}".`,
			remedy: `Use one of: ${[...bindings.keys()].join(', ')}; or add it with Integration → Configure.`,
		});
	}
	const linked = new Set(await store.linkTables(integration));
	return [...bindings.values()].filter(
		({ entity }) => linked.has(entity) && (entities.length === 0 || entities.includes(entity)),
	);
}

async function lookAt(
	poll: AttentionPoll,
	binding: EntityBinding,
	startedAt: Date,
): Promise<{ events: Found['events']; goesOn: boolean }> {
	const { store, tenant, integration, receiver, againSeconds } = poll;
	// Beside the positions of changes: a node may be set to another thing to poll.
	const key: PollKey = { tenant, integration, entity: binding.entity, poll: `${receiver}/attention` };
	const position = await store.cursors.get(key);
	if (position === undefined && poll.start === 'now') {
		const cursor = { key, cursor: placeAt(startedAt), expected: undefined };
		await store.inbox.receive(receiver, [], { againSeconds, cursor });
		return { events: [], goesOn: false };
	}
	const after = position && placeOf(position.cursor);
	const behind = after && { updatedAt: after.updatedAt, localId: after.key };
	const rows = await store.links(integration, binding.entity).troubled(tenant, behind, PAGE);
	const goesOn = rows.length === PAGE;
	const last = rows.at(-1);
	if (last === undefined) return { events: [], goesOn: false };
	const next = goesOn ? placeAt(last.updatedAt, last.localId) : placeBehind(last.updatedAt, startedAt);
	const events = (await itemsOf(poll, binding, rows)).map(attentionEvent);
	const cursor = hasMoved(after, next) ? { key, cursor: next, expected: position?.version } : undefined;
	const fresh = await store.inbox.receive(receiver, events, { againSeconds, cursor });
	// Somebody else has looked at the same links: what they have to say is that one's to hand out.
	if (fresh === undefined) return { events: [], goesOn: false };
	return { events: fresh, goesOn };
}

/** Commands and messages belong to no entity: they are told where all entities are. */
async function lookAtLogs(poll: AttentionPoll, startedAt: Date, room: number): Promise<Found['events']> {
	if (poll.entities.length > 0) return [];
	const events: Found['events'] = [];
	for (const log of [commandsOf(poll), messagesOf(poll)]) {
		if (events.length < room) events.push(...(await log.look(startedAt)));
	}
	return events;
}

/** A log in which rows can be troubled, whatever its rows are. */
interface Log {
	look(startedAt: Date): Promise<Found['events']>;
	sample(): Promise<AttentionItem[]>;
}

function logOf<Row>(poll: AttentionPoll, troubled: Troubled<Row>): Log {
	return {
		look: (startedAt) => lookAtRows(poll, startedAt, troubled),
		sample: () => sampleOfRows(troubled, poll.limit),
	};
}

function commandsOf(poll: AttentionPoll): Log {
	const { store, tenant, integration } = poll;
	return logOf(poll, {
		name: 'commands',
		page: (after, limit) => store.commands.troubled(tenant, integration, after, limit),
		placeOf: ({ updatedAt, key }) => ({ updatedAt, key }),
		itemOf: (row) => commandTroubleOf(poll, row),
	});
}

function messagesOf(poll: AttentionPoll): Log {
	const { store, tenant, integration } = poll;
	return logOf(poll, {
		name: 'messages',
		page: (after, limit) => store.notifications.troubled(tenant, integration, after, limit),
		placeOf: ({ updatedAt, reference }) => ({ updatedAt, key: reference }),
		itemOf: (row) => notificationTroubleOf(poll, row),
	});
}

async function itemsOf(poll: AttentionPoll, binding: EntityBinding, links: LinkRow[]): Promise<AttentionItem[]> {
	const { store, tenant, integration } = poll;
	const { entity, displayName } = binding;
	const origin: Origin = { tenant, integration, entity, displayName };
	const inConflict = links.filter(({ syncStatus }) => syncStatus === 'conflict').map(({ localId }) => localId);
	const pending =
		inConflict.length === 0 ? [] : await store.conflicts.findPending(tenant, integration, entity, inConflict);
	const byLink = new Map<string, Conflict[]>();
	for (const conflict of pending) byLink.set(conflict.localId, [...(byLink.get(conflict.localId) ?? []), conflict]);
	return links
		.map((link) => troubleOf(origin, link, byLink.get(link.localId) ?? []))
		.filter((item) => item !== undefined);
}

async function unrouted({ store, tenant, integration, displayName }: AttentionPoll): Promise<AttentionItem[]> {
	const events = await store.inbox.find(tenant, integration, { status: 'unrouted' }, MAX_UNROUTED);
	return unroutedItems({ tenant, integration, displayName }, events);
}

async function tell(
	{ store, receiver, againSeconds }: AttentionPoll,
	items: AttentionItem[],
): Promise<Found['events']> {
	if (items.length === 0) return [];
	return (await store.inbox.receive(receiver, items.map(attentionEvent), { againSeconds })) ?? [];
}
