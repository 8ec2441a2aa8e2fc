import { randomUUID } from 'node:crypto';
import type { Replication } from '../../lib/sync/replication';
import type { Store } from '../../lib/store/store';
import { connect, type ConnectRequest } from '../../lib/tenants/connect';
import { replicationOf } from '../../lib/tenants/replication-of';
import { createFetchHttp } from '../../lib/transport/fetch-http';

/** What a process needs to know to work on the same store and account as the others; goes to it as one argument. */
export interface Place {
	storeUrl: string;
	localFile: string;
	hubspotUrl: string;
	accessToken: string;
}

/** The way to the stand-in, without its pace: here it is about what becomes of the records. */
export function access(store: Store, { hubspotUrl, accessToken }: Place): ConnectRequest {
	return {
		tenant: 'default',
		integration: 'hubspot',
		connection: 'credential',
		store: { ...store, budget: { reserve: async () => 0, pause: async () => undefined, look: store.budget.look } },
		environment: {},
		credential: async () => ({ accessToken, baseUrl: hubspotUrl }),
		http: createFetchHttp(),
	};
}

/** One run's replication of orders, with leases that the next process need not wait for long. */
export async function replicationAt(store: Store, place: Place): Promise<Replication> {
	const connected = await connect(access(store, place));
	return { ...replicationOf(connected, 'order', { store, runId: randomUUID() }), leaseSeconds: 2 };
}
