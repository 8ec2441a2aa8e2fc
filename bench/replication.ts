import { randomUUID } from 'node:crypto';
import type { Adapter, EntityBinding } from '../lib/adapters/adapter';
import { hubSpot } from '../lib/adapters/hubspot';
import type { Store } from '../lib/store/store';
import type { Replication } from '../lib/sync/replication';
import { createTransport } from '../lib/transport/create-transport';
import { createNodeHttp } from './node-http';

/** Where the HubSpot stand-in is; can be handed to another process. */
export interface Remote {
	url: string;
	accessToken: string;
}

/** The pack's own mapping, with what the tests' settings are by default. */
export function replicationOn(store: Store, adapter: Adapter, entity: string, more: Partial<Replication> = {}) {
	const bindings = new Map(
		hubSpot.entities.map((defaults): [string, EntityBinding] => [
			defaults.entity,
			{ ...defaults, keyField: hubSpot.keyField, onDelete: 'ignore', onCreate: {} },
		]),
	);
	const replication: Replication = {
		tenant: 'default',
		integration: hubSpot.integration,
		binding: bindings.get(entity) as EntityBinding,
		bindings,
		adapter,
		promises: hubSpot.promises,
		limits: hubSpot.limits,
		store,
		retry: { attempts: 3, delaySeconds: 60 },
		leaseSeconds: 120,
		syncLog: 'errors',
		syncLogDays: 90,
		freeze: { flips: 4, minutes: 10 },
		brakes: { deletes: 0.1, deletesCount: 20, changes: 0.5, changesCount: 500 },
		mappingVersion: 'bench',
		runId: randomUUID(),
		now: () => new Date(),
		...more,
	};
	return replication;
}

/** The real adapter against the stand-in, at no vendor's pace: here the work is measured, not the waiting. */
export function hubSpotAt({ url, accessToken }: Remote): Adapter {
	const transport = createTransport({
		http: createNodeHttp(),
		budget: { reserve: async () => 0, pause: async () => undefined },
		account: 'bench',
		limits: hubSpot.limits,
		secrets: [],
	});
	return hubSpot.create({ connection: { accessToken, baseUrl: url }, transport });
}

/** Link tables of the pack's entities. */
export async function createLinkTables(store: Store): Promise<void> {
	const specs = hubSpot.entities.map(({ entity, linkColumns }) => ({
		entity,
		columns: linkColumns.map(({ column }) => column),
	}));
	await store.createLinkTables(hubSpot.integration, specs);
}
