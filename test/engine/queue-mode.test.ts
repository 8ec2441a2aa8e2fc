import type { ICredentialDataDecryptedObject } from 'n8n-workflow';
import { closeAllStores } from '../../lib/store/open';
import { signV3 } from '../../sandbox/hubspot';
import { startPostgres, type PostgresServer } from '../servers/postgres';
import { runCrosslink } from './harness';
import { listen } from './webhook-server';
import { enable, orders, pushOrders, startWorld, type World } from './world';

let server: PostgresServer;
let world: World;

beforeAll(async () => {
	process.env.EXECUTIONS_MODE = 'queue';
	server = await startPostgres();
});
afterAll(async () => {
	delete process.env.EXECUTIONS_MODE;
	await closeAllStores();
	await server.stop();
});
beforeEach(async () => {
	world = await startWorld();
	const url = new URL(await server.createDatabase());
	const store: ICredentialDataDecryptedObject = {
		type: 'postgres',
		address: 'parts',
		host: url.hostname,
		port: Number(url.port),
		database: url.pathname.slice(1),
		user: url.username,
		password: url.password,
		ssl: 'disable',
	};
	world.credentials = { ...world.credentials, crosslinkStoreApi: store };
	await enable(world);
});
afterEach(() => world.stop());

it('workers that push the same new orders at once create each one once', async () => {
	await Promise.all(
		Array.from({ length: 4 }, () => runCrosslink(world, pushOrders, orders(20), { onError: 'continueErrorOutput' })),
	);
	expect(world.hubSpot.account.list('deals')).toHaveLength(20);
	const { json } = await runCrosslink(world, pushOrders, orders(20));
	expect(new Set(json.map(({ outcome }) => outcome))).toEqual(new Set(['unchanged']));
});

it('while the database is down a push calls nobody and says what to do, a webhook is answered 503; then both go on', async () => {
	const trigger = await listen(world, {});
	const body = JSON.stringify([
		{ eventId: 1, portalId: 1, occurredAt: Date.now(), subscriptionType: 'deal.creation', objectId: 5 },
	]);
	const deliver = async () => {
		const timestamp = String(Date.now());
		const signature = signV3(world.hubSpot.clientSecret, 'POST', trigger.url, body, timestamp);
		const headers = { 'x-hubspot-request-timestamp': timestamp, 'x-hubspot-signature-v3': signature };
		return (await fetch(trigger.url, { method: 'POST', body, headers })).status;
	};
	const calls = world.hubSpot.calls.count;
	await server.halt();
	try {
		const { error } = await runCrosslink(world, pushOrders, orders(1));
		expect(error).toMatchObject({
			context: { class: 'transient', code: expect.stringMatching(/^store_/) },
			failure: { cause: 'temporarily-unavailable' },
			description: expect.stringMatching(/\w+/),
		});
		expect(await deliver()).toBe(503);
		expect(world.hubSpot.calls.count).toBe(calls);
	} finally {
		await server.resume();
	}
	expect(await deliver()).toBe(200);
	expect(trigger.executions).toHaveLength(1);
	const { json } = await runCrosslink(world, pushOrders, orders(1));
	expect(json[0]).toMatchObject({ outcome: 'created' });
	await trigger.stop();
});
