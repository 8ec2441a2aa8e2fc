import { randomBytes, randomUUID } from 'node:crypto';
import path from 'node:path';
import type { IDataObject } from 'n8n-workflow';
import { startHubSpot, type HubSpotOptions, type HubSpotStandIn } from '../../sandbox/hubspot';
import { loadPack, runCrosslink, USER_FOLDER, type Given, type NodeRun } from './harness';

export interface World extends Given {
	hubSpot: HubSpotStandIn;
	/** The embedded store's file. */
	storeFile: string;
	stop(): Promise<void>;
}

/** The pack, a HubSpot stand-in, and an empty store of its own, with the credentials a user would have saved. */
export async function startWorld(options: HubSpotOptions = {}): Promise<World> {
	const hubSpot = await startHubSpot(options);
	const storeFile = path.join(USER_FOLDER, `${randomUUID()}.sqlite`);
	return {
		pack: await loadPack(),
		hubSpot,
		storeFile,
		credentials: {
			crosslinkStoreApi: {
				type: 'embedded',
				file: storeFile,
				encryptionKey: randomBytes(32).toString('base64'),
			},
			crosslinkHubSpotApi: {
				accessToken: hubSpot.accessToken,
				baseUrl: hubSpot.url,
				appId: String(hubSpot.appId),
				clientSecret: hubSpot.clientSecret,
			},
		},
		stop: () => hubSpot.stop(),
	};
}

/** Prepares the account and enables HubSpot for a tenant, as a user does: by the node. */
export async function enable(world: World, tenant = 'default'): Promise<void> {
	for (const operation of ['enable', 'prepare']) {
		const { error } = await runCrosslink(world, { resource: 'integration', operation, integration: 'hubspot', tenant });
		if (error) throw new Error(`${operation}: ${error.message} ${error.description ?? ''}`);
	}
}

export const pushOrders = { resource: 'record', operation: 'push', integration: 'hubspot', entity: 'order' };
export const pullOrders = { resource: 'record', operation: 'pull', integration: 'hubspot', entity: 'order' };

/** Orders as a business system would hand them in. */
export function orders(count: number, more: IDataObject = {}): IDataObject[] {
	return Array.from({ length: count }, (_, index) => ({
		id: `o-${index + 1}`,
		name: `Order ${index + 1}`,
		amount: 100 + index,
		dueDate: '2026-12-01',
		...more,
	}));
}

/** Sets what a tenant may set, as a user does: by the node, as JSON. */
export async function configure(world: World, settings: IDataObject): Promise<void> {
	const { error } = await runCrosslink(world, {
		resource: 'integration',
		operation: 'configure',
		integration: 'hubspot',
		settingsInput: 'json',
		settings: JSON.stringify(settings),
	});
	if (error) throw new Error(`configure: ${error.message} ${error.description ?? ''}`);
}

/** Both sides may change the name; when both did, a person decides. */
export const NAME_IN_CONFLICT = {
	syncLog: 'all',
	entities: {
		order: { fields: [{ local: 'name', external: 'dealname', direction: 'both', policy: 'manual' }] },
	},
};

/** Pushes orders and takes over what HubSpot adds of its own (the stage of a new deal): both sides agree after it. */
export async function agree(world: World, items: IDataObject[]): Promise<string[]> {
	const { json: pushed } = await runCrosslink(world, pushOrders, items);
	const { json: pulled } = await runCrosslink(world, pullOrders, pushed);
	const { json: confirmed } = await runCrosslink(world, { ...pullOrders, operation: 'confirm' }, pulled);
	if (confirmed.length !== items.length) throw new Error('the orders do not agree with HubSpot');
	return pushed.map(({ externalId }) => externalId as string);
}

/** Runs until something comes out; what is due is due when the store's clock says so. */
export async function untilSomething(run: () => Promise<NodeRun>): Promise<NodeRun> {
	const deadline = Date.now() + 20_000;
	for (;;) {
		const last = await run();
		if (last.outputs.flat().length > 0) return last;
		if (Date.now() > deadline) throw new Error('nothing came out');
	}
}
