import type { EntityBinding } from '../adapters/adapter';
import { requireCapability } from '../adapters/capability';
import { asCrosslinkError, CrosslinkError } from '../errors';
import { findLinks } from '../inbox/links';
import type { InboxEvent, InboxStatus } from '../store/store';
import { fieldsToRead } from '../sync/plan';
import type { Connected } from '../tenants/connected';
import type { Found, Poll, Start } from './poll';
import { recordEvent } from './record-event';
import { waitingEvents } from './waiting';

/** A turn of following records that change in an external system. */
export interface ChangesPoll extends Poll {
	connected: Connected;
	/** Empty = all that are mapped. */
	entities: readonly string[];
	start: Start;
}

/** What befell one entity's page. */
type Step = { fresh: InboxEvent[]; goesOn: boolean };

/**
 * Hands out what waits, then reads page by page, one of each entity in turn, until all is seen, enough is found or the
 * time is up. Each page is kept together with its position in one transaction: whatever happens after that, nothing is
 * lost, and nothing is read again but what the system itself shows again.
 *
 * What one entity cannot do does not stop the others. Such a turn throws when nothing was waiting; what it found waits in
 * the store then and comes out with the next turn.
 * @throws CrosslinkError of the adapter or the store; `entity_unknown`, `capability_missing`
 */
export async function pollChanges(poll: ChangesPoll): Promise<Found> {
	const going = bindingsOf(poll);
	requireCapability(poll.integration, poll.connected.adapter, 'changesSince');
	const waiting = await waitingEvents(poll, poll.limit, (status: InboxStatus) => status !== 'attention');
	const fresh: InboxEvent[] = [];
	let failure: CrosslinkError | undefined;
	const enough = () => waiting.length + fresh.length >= poll.limit || !poll.timeLeft();
	for (let turn = going.shift(); turn !== undefined && !enough(); turn = going.shift()) {
		try {
			const step = await readPage(poll, turn);
			fresh.push(...step.fresh);
			if (step.goesOn) going.push(turn);
		} catch (thrown) {
			failure = asCrosslinkError(thrown);
		}
	}
	if (failure !== undefined && waiting.length === 0) throw failure;
	// The rest of a page that is too much has its delivery already: it comes up in the next turn.
	return { events: [...waiting, ...fresh].slice(0, poll.limit), failure };
}

async function readPage(poll: ChangesPoll, binding: EntityBinding): Promise<Step> {
	const { store, tenant, integration, receiver, againSeconds, connected, start } = poll;
	const key = { tenant, integration, entity: binding.entity, poll: receiver };
	const position = await store.cursors.get(key);
	const changesSince = requireCapability(integration, connected.adapter, 'changesSince');
	const page = await changesSince(binding, position?.cursor ?? start, fieldsToRead(binding));
	const names = page.records.map(({ externalId }) => ({ tenant, integration, entity: binding.entity, externalId }));
	const linkOf = await findLinks(store, names);
	const foundAt = new Date();
	const events = page.records.map((record, index) => {
		const link = linkOf(names[index] as (typeof names)[number]);
		return recordEvent(record, { tenant, integration, binding, link, foundAt });
	});
	const cursor = { key, cursor: page.cursor, expected: position?.version };
	const fresh = await store.inbox.receive(receiver, events, { againSeconds, cursor });
	// Somebody else has moved the position meanwhile, with these records: they are that one's to hand out.
	if (fresh === undefined) return { fresh: [], goesOn: false };
	return { fresh, goesOn: page.more };
}

/** @throws CrosslinkError `rejected`, `entity_unknown` */
export function bindingsOf({ connected, entities }: Pick<ChangesPoll, 'connected' | 'entities'>): EntityBinding[] {
	const { bindings, integration, tenant } = connected;
	const names = entities.length === 0 ? [...bindings.keys()] : [...new Set(entities)];
	if (names.length === 0) throw nothingMapped(integration, tenant);
	return names.map((name) => {
		const binding = bindings.get(name);
		if (binding !== undefined) return binding;
		throw new CrosslinkError({
			class: 'rejected',
			code: 'entity_unknown',
			message: `The integration ${integration} has no entity "${name}" for tenant "${tenant}".`,
			remedy: `Use one of: ${[...bindings.keys()].join(', ')}; or add it with Integration → Configure.`,
		});
	});
}

function nothingMapped(integration: string, tenant: string): CrosslinkError {
	return new CrosslinkError({
		class: 'rejected',
		code: 'entity_unknown',
		message: `The integration ${integration} has no entity for tenant "${tenant}" yet: there is nothing to follow.`,
		remedy: 'Say with Integration → Configure which entities there are and where they are kept.',
	});
}
