import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BudgetLedger } from '../../lib/transport/budget';
import { createFetchHttp } from '../../lib/transport/fetch-http';
import { acquireStore } from '../../lib/store/open';
import type { Store } from '../../lib/store/store';
import { connect, type ConnectRequest } from '../../lib/tenants/connect';
import { configureIntegration, enableIntegration, prepareIntegration } from '../../lib/tenants/integrations';
import { replicationOf } from '../../lib/tenants/replication-of';
import type { Replication } from '../../lib/sync/replication';
import { startHubSpot, type HubSpotStandIn } from '../../sandbox/hubspot';

/** A real store, a HubSpot stand-in, and the way from one to the other as a node has it. */
export interface World {
	store: Store;
	hubspot: HubSpotStandIn;
	access(tenant?: string): ConnectRequest;
	/** What one run of a node would work with; each call is another run with its own leases. */
	replication(entity: string, more?: Partial<Replication> & { tenant?: string }): Promise<Replication>;
	/** Calls the stand-in has answered since the last `clear()` of its log. */
	calls(pathPart?: string): number;
	close(): Promise<void>;
}

export interface WorldOptions {
	/** Default: a file in a temporary folder. */
	storeUrl?: string;
	settings?: unknown;
	/** Enabled before the test starts. */
	tenants?: string[];
	hubspot?: Parameters<typeof startHubSpot>[0];
	/** Properties of the account besides the stock ones. */
	properties?: Array<Parameters<HubSpotStandIn['account']['addProperty']>>;
}

/** Starts it all; `close` stops and removes it. */
export async function openWorld(options: WorldOptions = {}): Promise<World> {
	const folder = mkdtempSync(join(tmpdir(), 'crosslink-sync-'));
	const { store, release } = await acquireStore(options.storeUrl ?? `sqlite:${join(folder, 'crosslink.sqlite')}`, {
		idleCloseMs: 0,
	});
	const hubspot = await startHubSpot(options.hubspot);
	for (const property of options.properties ?? []) hubspot.account.addProperty(...property);
	const access = (tenant = 'default'): ConnectRequest => ({
		tenant,
		integration: 'hubspot',
		connection: 'credential',
		store: { ...store, budget: { ...store.budget, ...UNLIMITED } },
		environment: {},
		credential: async () => ({ accessToken: hubspot.accessToken, baseUrl: hubspot.url }),
		http: createFetchHttp(),
	});
	for (const tenant of options.tenants ?? ['default']) {
		if (options.settings !== undefined) await configureIntegration(access(tenant), { settings: options.settings });
		await enableIntegration(access(tenant));
	}
	await prepareIntegration(access(options.tenants?.[0]));
	hubspot.calls.clear();
	return {
		store,
		hubspot,
		access,
		async replication(entity, { tenant, ...more } = {}) {
			const connected = await connect({ ...access(tenant), signal: more.signal });
			return { ...replicationOf(connected, entity, { store, runId: randomUUID() }), ...more };
		},
		calls: (pathPart = '') => hubspot.calls.list(pathPart).length,
		async close() {
			await hubspot.stop();
			release();
			rmSync(folder, { recursive: true, force: true });
		},
	};
}

/** The stand-in has its own limits; here the sync is looked at, not the waiting for a vendor's pace. */
const UNLIMITED: BudgetLedger = { reserve: async () => 0, pause: async () => undefined };
