import { mkdtempSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { acquireStore } from '../../lib/store/open';
import { runCrosslink, USER_FOLDER, type Given } from './harness';
import { orders, pullOrders, pushOrders, startWorld, type World } from './world';

/** A site without a credential and without a row: what it needs is in its environment. */
let world: World;
let alone: Given;
const before = { ...process.env };
beforeAll(async () => {
	world = await startWorld();
	alone = { pack: world.pack };
	const folder = mkdtempSync(path.join(USER_FOLDER, 'mounted-'));
	const mounted = (name: string, value: string) => {
		writeFileSync(path.join(folder, name), `${value}\n`);
		return path.join(folder, name);
	};
	Object.assign(process.env, {
		CROSSLINK_STORE_URL_FILE: mounted('store', `sqlite:${world.storeFile}`),
		CROSSLINK_HUBSPOT_MODE: 'cloud',
		CROSSLINK_HUBSPOT_BASE_URL: world.hubSpot.url,
		CROSSLINK_HUBSPOT_ACCESS_TOKEN_FILE: mounted('token', world.hubSpot.accessToken),
		CROSSLINK_HUBSPOT_CLIENT_SECRET_FILE: mounted('secret', world.hubSpot.clientSecret),
	});
});
afterAll(async () => {
	process.env = before;
	await world.stop();
});

it('prepares, pushes and pulls by the environment alone, and leaves no row of configuration', async () => {
	const integration = { resource: 'integration', integration: 'hubspot' };
	const prepared = await runCrosslink(alone, { ...integration, operation: 'prepare' });
	expect(prepared.error).toBeUndefined();
	const pushed = await runCrosslink(alone, pushOrders, orders(2));
	expect(pushed.json.map(({ outcome }) => outcome)).toEqual(['created', 'created']);
	const pulled = await runCrosslink(alone, pullOrders, pushed.json);
	expect(pulled.error).toBeUndefined();
	expect(world.hubSpot.account.list('deals')).toHaveLength(2);

	const { store, release } = await acquireStore(`sqlite:${world.storeFile}`);
	expect(await store.configs.getMany('default')).toEqual([]);
	expect(await store.configs.getMany('*')).toEqual([]);
	expect((await store.links('hubspot', 'order').page('default', { limit: 10 })).length).toBe(2);
	release();
});

it('get says that the environment is in force, and why, naming no value', async () => {
	const { json } = await runCrosslink(alone, { resource: 'integration', operation: 'get', integration: 'hubspot' });
	expect(json[0]).toMatchObject({
		configured: false,
		enabled: true,
		modeSource: 'environment',
		connection: {
			source: 'environment',
			reason: 'The environment holds it (looked at in this order: environment, tenant, credential).',
			sources: [
				{ source: 'environment', state: 'complete', fields: ['accessToken', 'baseUrl', 'clientSecret'] },
				{ source: 'tenant', state: 'empty' },
				{ source: 'credential', state: 'empty' },
			],
		},
	});
	expect(JSON.stringify(json)).not.toContain(world.hubSpot.accessToken);
});

it('a login that is refused parks the site, too, until the mounted secret is another one', async () => {
	const file = process.env.CROSSLINK_HUBSPOT_ACCESS_TOKEN_FILE ?? '';
	writeFileSync(file, 'a-token-that-was-revoked\n');
	const push = async () =>
		await runCrosslink(alone, pushOrders, orders(1, { name: 'Renamed' }), { onError: 'continueRegularOutput' });
	const errorOf = ({ json }: Awaited<ReturnType<typeof push>>) => (json[0]?.['error'] as { code?: string }).code;
	expect(errorOf(await push())).toBe('token_refused');
	const calls = world.hubSpot.calls.count;
	expect(errorOf(await push())).toBe('connection_parked');
	expect(world.hubSpot.calls.count).toBe(calls);
	writeFileSync(file, world.hubSpot.accessToken);
	expect((await push()).json[0]).toMatchObject({ outcome: 'updated' });
});
