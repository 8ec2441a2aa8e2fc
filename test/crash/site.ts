import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { acquireStore, closeAllStores } from '../../lib/store/open';
import type { Store } from '../../lib/store/store';
import { configureIntegration, enableIntegration, prepareIntegration } from '../../lib/tenants/integrations';
import { startHubSpot, type HubSpotStandIn } from '../../sandbox/hubspot';
import { startPostgres } from '../servers/postgres';
import { access, type Place } from './connection';
import { LocalOrders } from './local-orders';

/** Notes may change on both sides, and theirs win: our own write must never pass for theirs. */
const SETTINGS = {
	entities: {
		order: {
			fields: [{ local: 'salesNotes', external: 'description', direction: 'both', policy: 'owner', owner: 'external' }],
		},
	},
};
const NO_PACE = { perTenSeconds: 1_000_000, searchPerSecond: 1_000_000, daily: 10_000_000 };

/** A store, an account and the orders of your system, for several processes. */
export interface Site {
	store: Store;
	hubspot: HubSpotStandIn;
	orders: LocalOrders;
	place: Place;
	/** What a process gets as its argument. */
	argument: string;
	stop(): Promise<void>;
}

export async function startSite(kind: 'postgres' | 'sqlite'): Promise<Site> {
	const folder = await mkdtemp(join(tmpdir(), 'crosslink-crash-'));
	const server = kind === 'postgres' ? await startPostgres() : undefined;
	const storeUrl = server ? await server.createDatabase() : `sqlite:${join(folder, 'store.sqlite')}`;
	const { store } = await acquireStore(storeUrl);
	const hubspot = await startHubSpot({ rateLimit: NO_PACE });
	const localFile = join(folder, 'orders.sqlite');
	const place = { storeUrl, localFile, hubspotUrl: hubspot.url, accessToken: hubspot.accessToken };
	await configureIntegration(access(store, place), { settings: SETTINGS });
	await enableIntegration(access(store, place));
	await prepareIntegration(access(store, place));
	hubspot.calls.clear();
	const orders = new LocalOrders(localFile);
	return {
		store,
		hubspot,
		orders,
		place,
		argument: JSON.stringify(place),
		async stop() {
			orders.close();
			await hubspot.stop();
			await closeAllStores();
			await server?.stop();
			await rm(folder, { recursive: true, force: true });
		},
	};
}
