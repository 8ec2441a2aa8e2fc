import type { EntityBinding, WebhookEvent } from '../adapters/adapter';
import { asCrosslinkError } from '../errors';
import type { Store } from '../store/store';
import type { Connected } from '../tenants/connected';
import type { IntegrationAccess } from '../tenants/effective';
import { entityNames } from './intake';

/** The tenant an event belongs to, and what its mapping calls the event's object. */
export interface Home {
	tenant: string;
	bindings: ReadonlyMap<string, EntityBinding>;
	entityOf: ReturnType<typeof entityNames>;
	/** No tenant has the account: kept under the tenant of the ingress until one has. */
	unrouted?: true;
	/** Why its events are kept and do not start anything. */
	aside?: string;
}

/**
 * All events belong to the tenant of the ingress, except such as name another account than the one it is known to have: the
 * ids in them are those of other records.
 */
export function homesOfOne(connected: Connected): (accountId: string) => Home {
	const home = homeOf(connected);
	const { accountId } = connected;
	return (account) =>
		accountId === null || account === '' || account === accountId ? home : { ...home, unrouted: true };
}

function homeOf({ tenant, bindings, module }: Connected): Home {
	return { tenant, bindings, entityOf: entityNames(bindings, module.ownSystem === true) };
}

/**
 * The homes of events by their account: the tenant that has it in its configuration.
 * @param access what is needed to read the configuration of a tenant
 * @throws CrosslinkError of the store; a tenant whose settings are broken only has its own events put aside
 */
export async function homesByAccount(
	connected: Connected,
	store: Store,
	events: readonly WebhookEvent[],
	access: (tenant: string) => IntegrationAccess,
): Promise<(accountId: string) => Home> {
	const own = homeOf(connected);
	const accounts = [...new Set(events.map(({ accountId }) => accountId).filter((id) => id !== ''))];
	const tenants = await store.configs.findByAccounts(connected.integration, accounts);
	const homes = new Map<string, Home>();
	for (const tenant of new Set(tenants.values())) {
		homes.set(tenant, tenant === own.tenant ? own : await readHome(own, access(tenant)));
	}
	return (accountId) => {
		const tenant = tenants.get(accountId);
		return (tenant === undefined ? undefined : homes.get(tenant)) ?? { ...own, unrouted: true };
	};
}

async function readHome(ingress: Home, access: IntegrationAccess): Promise<Home> {
	const { tenant, integration } = access;
	try {
		const { loadEffective } = await import('../tenants/effective');
		const { bindings, module, row } = await loadEffective(access);
		const entityOf = entityNames(bindings, module.ownSystem === true);
		if (row?.enabled !== false) return { tenant, bindings, entityOf };
		return { tenant, bindings, entityOf, aside: `${integration} is switched off for tenant "${tenant}"` };
	} catch (thrown) {
		const error = asCrosslinkError(thrown);
		// A mistake in one tenant's settings must not stop the events of the others; a store that is down must.
		if (error.class !== 'rejected') throw error;
		return { ...ingress, tenant, aside: `the settings of tenant "${tenant}" cannot be used: ${error.message}` };
	}
}
