import type { Session } from '../../lib/host/session';
import type { AttentionPoll } from '../../lib/polling/attention';
import type { ChangesPoll } from '../../lib/polling/changes';
import type { Poll } from '../../lib/polling/poll';
import type { InboxPoll } from '../../lib/polling/subscription';
import type { Connected } from '../../lib/tenants/connected';
import type { Effective } from '../../lib/tenants/effective';
import type { Parameters } from './parameters';

/** What every poll of this node is given. */
export type Basis = Pick<Poll, 'receiver' | 'limit' | 'againSeconds' | 'timeLeft'>;

/** What is set for the tenant, without any connection: polls of the store need none. */
export async function effectiveFor(session: Session, { target }: Parameters): Promise<Effective> {
	const { loadEffective } = await import('../../lib/tenants/effective');
	return await loadEffective(session.access(target, 0));
}

export function changesPoll(session: Session, given: Parameters, connected: Connected, basis: Basis): ChangesPoll {
	const { tenant, integration } = connected;
	const { entities, start } = given;
	return { ...basis, store: session.store, tenant, integration, connected, entities, start };
}

/** Objects that no entity is mapped to are in the inbox, too; only your own system's entities are whatever it names. */
export function inboxPoll(session: Session, given: Parameters, effective: Effective, basis: Basis): InboxPoll {
	const { tenant, entry, module, bindings } = effective;
	const mapped = module.ownSystem === true ? undefined : [...bindings.keys()];
	const entities = given.entities.length === 0 ? mapped : given.entities;
	const filter = { entities, events: given.events };
	return { ...basis, store: session.store, tenant, integration: entry.integration, filter, start: given.start };
}

export function attentionPoll(session: Session, given: Parameters, effective: Effective, basis: Basis): AttentionPoll {
	const { tenant, entry, bindings, parked } = effective;
	const { integration, displayName } = entry;
	const { entities, start } = given;
	return { ...basis, store: session.store, tenant, integration, displayName, bindings, parked, entities, start };
}
