import { createHash } from 'node:crypto';
import { rmSync, writeFileSync } from 'node:fs';
import { signV3, type HubSpotStandIn } from '../../sandbox/hubspot';
import { acquireStore, closeAllStores } from '../../lib/store/open';
import { MAX_WEBHOOK_BYTES } from '../../lib/inbox/bounds';
import { core, additionalDataFor, runCrosslink, workflowOf } from './harness';
import { callWebhook, listen, triggerNode, type TriggerServer } from './webhook-server';
import { enable, orders, pushOrders, startWorld, type World } from './world';

let world: World;
let server: TriggerServer;
beforeEach(async () => {
	world = await startWorld();
	await enable(world);
	server = await listen(world, {});
});
afterEach(async () => {
	await server.stop();
	await world.stop();
	await closeAllStores();
});

const event = (more: object = {}) => ({
	eventId: 1,
	subscriptionId: 2,
	portalId: world.hubSpot.portalId,
	appId: world.hubSpot.appId,
	occurredAt: 1_790_000_000_000,
	subscriptionType: 'deal.propertyChange',
	attemptNumber: 0,
	objectId: 123,
	propertyName: 'description',
	propertyValue: 'x',
	...more,
});

function signed(
	hubSpot: HubSpotStandIn,
	url: string,
	body: string,
	secret = hubSpot.clientSecret,
): Record<string, string> {
	const timestamp = String(Date.now());
	return {
		'content-type': 'application/json',
		'x-hubspot-request-timestamp': timestamp,
		'x-hubspot-signature-v3': signV3(secret, 'POST', url, body, timestamp),
	};
}

async function send(body: string, headers?: Record<string, string>): Promise<number> {
	const response = await fetch(server.url, {
		method: 'POST',
		body,
		headers: headers ?? signed(world.hubSpot, server.url, body),
	});
	await response.arrayBuffer();
	return response.status;
}

async function inboxCount(): Promise<number> {
	const { store, release } = await acquireStore(`sqlite:${world.storeFile}`);
	const count = await store.inbox.count('default', 'hubspot');
	release();
	return count;
}

const emitted = () => server.executions.flat().map(({ json }) => json);

it('emits what a person changes in HubSpot, with the local id of a linked record', async () => {
	const { json } = await runCrosslink(world, pushOrders, orders(1));
	const externalId = json[0]?.['externalId'] as string;
	const { webhooks } = world.hubSpot;
	webhooks.target = server.url;
	world.hubSpot.account.edit('deals', externalId, { description: 'call back' });
	await until(() => emitted().length > 0);
	expect(emitted()[0]).toEqual({
		tenant: 'default',
		integration: 'hubspot',
		entity: 'order',
		externalId,
		localId: 'o-1',
		event: 'updated',
		occurredAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
		eventId: expect.any(String),
	});
	await until(() => webhooks.deliveries.length > 0);
	expect(webhooks.deliveries.map(({ status }) => status)).toEqual([200]);
});

it('answers 401 to a wrong signature, keeps nothing, starts nothing', async () => {
	const body = JSON.stringify([event()]);
	expect(await send(body, signed(world.hubSpot, server.url, body, 'another-secret'))).toBe(401);
	expect(await send(body, { 'content-type': 'application/json' })).toBe(401);
	expect(await send(`${body} `, signed(world.hubSpot, server.url, body))).toBe(401);
	expect(await send(body, signed(world.hubSpot, 'https://elsewhere.example/webhook', body))).toBe(401);
	expect(await inboxCount()).toBe(0);
	expect(server.executions).toEqual([]);
});

it('answers 401 to HubSpot’s older signatures, and writes one line to the log however many come', async () => {
	const { logger } = new core.PollContext(
		...([workflowOf(world, []), triggerNode(world, {}), additionalDataFor(), 'trigger', 'activate'] as const),
	);
	const warned = jest.spyOn(logger, 'warn');
	const body = JSON.stringify([event()]);
	const v1 = createHash('sha256').update(`${world.hubSpot.clientSecret}${body}`).digest('hex');
	const headers = { 'content-type': 'application/json', 'x-hubspot-signature': v1 };
	const statuses = await Promise.all(Array.from({ length: 20 }, () => send(body, headers)));
	expect(new Set(statuses)).toEqual(new Set([401]));
	expect(await inboxCount()).toBe(0);
	const lines = warned.mock.calls.map(([text]) => text);
	warned.mockRestore();
	expect(lines).toEqual([expect.stringMatching(/answered 401 .*v3 is required/)]);
});

it('answers a re-delivery with 200 and starts nothing', async () => {
	expect(await send(JSON.stringify([event()]))).toBe(200);
	expect(await send(JSON.stringify([event({ attemptNumber: 1 })]))).toBe(200);
	expect(await inboxCount()).toBe(1);
	expect(server.executions).toHaveLength(1);
});

it('emits each event once when ten deliveries of the same events arrive at once', async () => {
	const body = JSON.stringify(Array.from({ length: 20 }, (_, index) => event({ objectId: 1000 + index })));
	const statuses = await Promise.all(Array.from({ length: 10 }, () => send(body)));
	expect(statuses).toEqual(Array.from({ length: 10 }, () => 200));
	expect(emitted()).toHaveLength(20);
	expect(new Set(emitted().map(({ externalId }) => externalId)).size).toBe(20);
	expect(await inboxCount()).toBe(20);
});

it('hands an event that is listed twice in one delivery on once', async () => {
	expect(await send(JSON.stringify([event(), event()]))).toBe(200);
	expect(emitted()).toHaveLength(1);
});

it('keeps events of objects nobody mapped, and of kinds nobody asked for, without starting anything', async () => {
	await server.stop();
	server = await listen(world, { events: ['created'], entities: ['order'] });
	const events = [
		event({ subscriptionType: 'product.creation' }),
		event({ subscriptionType: 'company.creation', objectId: 5 }),
		event(),
		event({ subscriptionType: 'deal.creation', objectId: 6 }),
	];
	expect(await send(JSON.stringify(events))).toBe(200);
	expect(emitted()).toEqual([expect.objectContaining({ entity: 'order', event: 'created', externalId: '6' })]);
	expect(await inboxCount()).toBeGreaterThanOrEqual(3);
});

it("drops events of another account when told which one is the tenant's", async () => {
	await server.stop();
	server = await listen(world, {});
	const publicUrl = server.url;
	const parameters = { options: { publicUrl, accountId: String(world.hubSpot.portalId), includeRaw: true } };
	const body = JSON.stringify([event({ portalId: 9 }), event({ objectId: 77 })]);
	const { workflowData } = await callWebhook(
		world,
		triggerNode(world, parameters),
		{ method: 'POST', headers: signed(world.hubSpot, publicUrl, body) },
		Buffer.from(body),
		{ statusCode: 0, end: () => undefined },
	);
	expect(workflowData?.[0]?.map(({ json }) => json)).toEqual([
		expect.objectContaining({ externalId: '77', raw: expect.objectContaining({ objectId: 77 }) }),
	]);
	expect(await inboxCount()).toBe(1);
});

it("checks the signature against n8n's production URL when no other is given", async () => {
	const url = 'http://127.0.0.1:5678/webhook/webhook-id/webhook';
	const body = JSON.stringify([event()]);
	const call = async (signedUrl: string) =>
		await callWebhook(
			world,
			triggerNode(world, {}),
			// A forged Host header must not matter.
			{ method: 'POST', headers: { ...signed(world.hubSpot, signedUrl, body), host: 'evil.example' } },
			Buffer.from(body),
			{ statusCode: 0, end: () => undefined },
		);
	expect((await call('http://evil.example/webhook/webhook-id/webhook')).noWebhookResponse).toBe(true);
	expect((await call(url)).workflowData?.[0]).toHaveLength(1);
});

it('answers 413 to too large a body and 400 to a signed body that is no list of events', async () => {
	expect(await send(`["${'x'.repeat(MAX_WEBHOOK_BYTES)}"]`)).toBe(413);
	expect(await send('{"not": "a list"}')).toBe(400);
	expect(await inboxCount()).toBe(0);
});

it('answers 503 while the store is down, so that the vendor sends the event again, and takes it in then', async () => {
	await closeAllStores();
	const file = world.storeFile;
	const saved = { ...world.credentials?.crosslinkStoreApi };
	const broken = `${file}.broken`;
	writeFileSync(broken, 'this is a letter, not a database, and long enough to be looked at');
	(world.credentials as Record<string, object>).crosslinkStoreApi = { ...saved, file: broken };
	const body = JSON.stringify([event()]);
	expect(await send(body)).toBe(503);
	(world.credentials as Record<string, object>).crosslinkStoreApi = saved;
	rmSync(broken);
	expect(await send(body)).toBe(200);
	expect(emitted()).toHaveLength(1);
});

it('answers 503 while the integration is switched off', async () => {
	await runCrosslink(world, { resource: 'integration', operation: 'disable', integration: 'hubspot' });
	expect(await send(JSON.stringify([event()]))).toBe(503);
	expect(await inboxCount()).toBe(0);
});

describe('activation', () => {
	const check = async (parameters: object) => {
		const node = triggerNode(world, parameters as never);
		const workflow = workflowOf(world, [node]);
		const additionalData = additionalDataFor(world.credentials);
		const context = new core.HookContext(
			workflow,
			workflow.getNode('Trigger') ?? node,
			additionalData,
			'trigger',
			'activate',
		);
		const type = world.pack.nodeTypes.getByNameAndVersion(node.type, 1);
		return await type.webhookMethods?.default?.checkExists.call(context);
	};

	it('registers nothing with the vendor', async () => {
		const calls = world.hubSpot.calls.count;
		expect(await check({})).toBe(true);
		expect(world.hubSpot.calls.count).toBe(calls);
	});

	it.each([
		['HubSpot', { integration: 'hubspot' }, /client secret/],
		[
			'HubSpot, for the tenants of many accounts',
			{ integration: 'hubspot', eventsBelongTo: 'account' },
			/client secret/,
		],
		['your own system', { integration: 'own' }, /signing ?secret/i],
	])('is refused while there is no secret to check signatures with: %s', async (_name, parameters, words) => {
		const credentials = world.credentials as Record<string, Record<string, unknown>>;
		delete credentials['crosslinkHubSpotApi']?.['clientSecret'];
		credentials['crosslinkOwnSystemApi'] = { signature: 'standard' };
		const refused = await check(parameters).then(
			() => undefined,
			// n8n shows no more than the message when a workflow cannot be published.
			({ message }: Error) => message,
		);
		expect(refused).toMatch(words);
		expect(refused).toMatch(/credential/i);
	});

	it('is not stopped by a store that cannot be reached: events are answered 503 until it can', async () => {
		const nowhere = { type: 'postgres', address: 'url', url: 'postgres://nobody:nothing@127.0.0.1:1/none' };
		(world.credentials as Record<string, object>).crosslinkStoreApi = nowhere;
		expect(await check({})).toBe(true);
	});

	it('is refused for a tenant whose integration was never enabled, with the remedy', async () => {
		await expect(check({ tenant: 'nobody' })).rejects.toMatchObject({
			context: { code: 'integration_not_enabled' },
			description: expect.stringContaining('Enable'),
		});
	});
});

/** Waits for something that another process of events brings about. */
async function until(condition: () => boolean, ms = 5_000): Promise<void> {
	const deadline = Date.now() + ms;
	while (!condition()) {
		if (Date.now() > deadline) throw new Error(`did not come true within ${ms} ms`);
		await new Promise((resolve) => setImmediate(resolve));
	}
}
