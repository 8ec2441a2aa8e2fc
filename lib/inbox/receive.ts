import type { WebhookEvent, WebhookRequest } from '../adapters/adapter';
import { requireCapability } from '../adapters/capability';
import { asCrosslinkError, CrosslinkError } from '../errors';
import type { InboxEvent, Store } from '../store/store';
import type { Connected } from '../tenants/connected';
import type { IntegrationAccess } from '../tenants/effective';
import { isEchoOfWebhook } from './echo';
import { inboxEventOf } from './intake';
import { findLinks, type LinkOf } from './links';
import { homesByAccount, homesOfOne, type Home } from './route';

/** Which received events are handed on. All are kept in the inbox. */
export interface WantedEvents {
	/** Undefined = every kind. */
	events?: ReadonlySet<string>;
	/** Undefined = every mapped entity. */
	entities?: ReadonlySet<string>;
	/** Events of other vendor accounts are not even stored: they are another tenant's. */
	accountId?: string;
}

/** One trigger as the inbox sees it. */
export interface Ingress {
	wanted: WantedEvents;
	/** Set = an event belongs to the tenant of its account, and this reads a tenant's configuration. */
	accessOf?: (tenant: string) => IntegrationAccess;
	/** A person tries the trigger out: everything wanted is handed on, and nobody is noted as its receiver. */
	byHand: boolean;
	/** Keeps events and returns those that are new for this trigger, see {@link Inbox.receive}. */
	store(events: InboxEvent[]): Promise<InboxEvent[]>;
}

export type Reception =
	/** The signature is missing or wrong: nothing was looked at. */
	| { outcome: 'unverified'; reason: string }
	/** Signed, but no list of events. */
	| { outcome: 'malformed'; reason: string }
	| {
			outcome: 'received';
			/** To be handed on now. */
			fresh: InboxEvent[];
			linkOf: LinkOf;
			/** Why events of some tenants are kept and not handed on. */
			aside: string[];
	  };

/**
 * Takes a webhook request in: checks its signature, finds the tenant of each event, tells our own writes coming back,
 * keeps every event in one statement, and returns those that are new for this trigger and wanted by it.
 *
 * The links are looked up before the events are stored: if the store fails at either, nothing is kept, the caller answers
 * with an error, and the vendor sends the same again.
 * @throws CrosslinkError of the store, or `capability_missing` for an integration without webhooks
 */
export async function receiveWebhook(
	connected: Connected,
	store: Store,
	request: WebhookRequest,
	ingress: Ingress,
): Promise<Reception> {
	const verdict = requireCapability(connected.integration, connected.adapter, 'verifyWebhook')(request);
	if (!verdict.ok) return { outcome: 'unverified', reason: verdict.reason };
	const parsed = parse(connected, request);
	if (parsed instanceof CrosslinkError) return { outcome: 'malformed', reason: parsed.message };

	const { wanted } = ingress;
	const events = parsed.filter(({ accountId }) => wanted.accountId === undefined || accountId === wanted.accountId);
	const homeFor = await homesOf(connected, store, events, ingress);
	const arrivals = events.map((event) => arrivalOf(event, homeFor(event.accountId), connected, wanted));
	const linkOf = await findLinks(
		store,
		arrivals.filter(({ home, mapped }) => mapped && !home.unrouted).map(({ kept }) => kept),
	);
	const kept = arrivals.map((arrival) => withoutEcho(arrival, linkOf));
	const fresh = await keep(kept, ingress);
	const aside = new Set(arrivals.flatMap(({ home }) => home.aside ?? []));
	return { outcome: 'received', fresh, linkOf, aside: [...aside] };
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

async function homesOf(
	connected: Connected,
	store: Store,
	events: WebhookEvent[],
	{ accessOf }: Ingress,
): Promise<(accountId: string) => Home> {
	if (accessOf !== undefined) return await homesByAccount(connected, store, events, accessOf);
	return homesOfOne(connected);
}

/** An event with where it belongs. */
interface Arrival {
	event: WebhookEvent;
	home: Home;
	mapped: boolean;
	kept: InboxEvent;
}

function arrivalOf(event: WebhookEvent, home: Home, connected: Connected, wanted: WantedEvents): Arrival {
	const { entity, mapped } = home.entityOf(event.object);
	const goesOn =
		mapped &&
		!home.unrouted &&
		home.aside === undefined &&
		(wanted.entities?.has(entity) ?? true) &&
		(wanted.events?.has(event.event) ?? true);
	const kept = inboxEventOf(event, {
		tenant: home.tenant,
		integration: connected.integration,
		entity,
		status: home.unrouted ? 'unrouted' : 'received',
		deliver: goesOn,
	});
	return { event, home, mapped, kept };
}

function withoutEcho({ event, home, kept }: Arrival, linkOf: LinkOf): InboxEvent {
	const binding = home.unrouted ? undefined : home.bindings.get(kept.entity);
	if (binding === undefined || !isEchoOfWebhook(event, binding, linkOf(kept))) return kept;
	return { ...kept, status: 'echo', deliver: false };
}

async function keep(events: InboxEvent[], ingress: Ingress): Promise<InboxEvent[]> {
	if (events.length === 0) return [];
	if (!ingress.byHand) return await ingress.store(events);
	await ingress.store(events.map((event) => ({ ...event, deliver: false })));
	return events.filter(({ deliver }) => deliver);
}
