import { runCrosslink } from './harness';
import { enable, orders, pushOrders, startWorld, type World } from './world';

const hubspot = { resource: 'integration', integration: 'hubspot' };

let world: World;
beforeEach(async () => {
	world = await startWorld();
});
afterEach(() => world.stop());

it('tests the connection and prepares the account, twice without harm', async () => {
	const test = await runCrosslink(world, { ...hubspot, operation: 'test' });
	expect(test.json[0]).toMatchObject({ source: 'credential', accountId: String(world.hubSpot.portalId) });
	const first = await runCrosslink(world, { ...hubspot, operation: 'prepare' });
	expect(first.json[0]?.['steps']).toContainEqual(expect.objectContaining({ outcome: 'created' }));
	const second = await runCrosslink(world, { ...hubspot, operation: 'prepare' });
	expect((second.json[0]?.['steps'] as Array<{ outcome: string }>).map(({ outcome }) => outcome)).not.toContain(
		'created',
	);
});

it('stores form settings, keeps what the form leaves empty, and pushes by the new rule', async () => {
	await enable(world);
	const form = {
		...hubspot,
		operation: 'configure',
		entity: 'order',
		rules: { rule: [{ local: 'custom_fields.po', external: 'description', direction: 'push', type: 'text' }] },
		pipeline: 'default',
		more: { retryAttempts: 5 },
	};
	const configured = await runCrosslink(world, form);
	expect(configured.error).toBeUndefined();
	const second = await runCrosslink(world, { ...hubspot, operation: 'configure', more: { syncLog: 'all' } });
	expect(second.json[0]).toMatchObject({ enabled: true, settings: { retry: { attempts: 5 }, syncLog: 'all' } });
	const order = (second.json[0]?.['entities'] as Array<Record<string, unknown>>).find(
		({ entity }) => entity === 'order',
	);
	expect(order).toMatchObject({ onCreate: { pipeline: 'default' } });

	const fields = { mappingMode: 'defineBelow', value: { name: 'Mapped', 'custom_fields.po': '={{ $json.po }}' } };
	const pushed = await runCrosslink(world, { ...pushOrders, fields }, [{ id: '1', po: 'PO-77' }]);
	expect(pushed.error).toBeUndefined();
	expect(world.hubSpot.account.list('deals')[0]?.properties).toMatchObject({
		dealname: 'Mapped',
		description: 'PO-77',
	});
});

it('takes the same settings as one JSON value, which replaces the earlier ones', async () => {
	const json = { ...hubspot, operation: 'configure', settingsInput: 'json' };
	await runCrosslink(world, { ...json, settings: '{ "leaseSeconds": 300, "syncLog": "off" }' });
	const { json: views } = await runCrosslink(world, { ...json, settings: '={{ { leaseSeconds: 60 } }}' });
	expect(views[0]).toMatchObject({ enabled: false, settings: { leaseSeconds: 60, syncLog: 'errors' } });
});

it('names the fault and the path of wrong settings', async () => {
	const { error } = await runCrosslink(world, {
		...hubspot,
		operation: 'configure',
		settingsInput: 'json',
		settings: '{ "entities": { "order": { "fields": [{ "local": "a", "external": "b", "direction": "sideways" }] } } }',
	});
	expect(error?.message).toContain('entities.order.fields[0].direction');
	expect(error?.description).toBeTruthy();
});

it('keeps the connection of a tenant sealed, so that the node needs no credential for it any more', async () => {
	const tenant = { ...hubspot, tenant: 'north' };
	await runCrosslink(world, { ...tenant, operation: 'configure', storedConnection: 'credential' });
	await runCrosslink(world, { ...tenant, operation: 'enable' });
	const without = { ...world, chosen: ['crosslinkStoreApi'] };
	await runCrosslink(without, { ...tenant, operation: 'prepare' });
	const pushed = await runCrosslink(without, { ...pushOrders, tenant: 'north', connection: 'tenant' }, orders(1));
	expect(pushed.json[0]).toMatchObject({ outcome: 'created', tenant: 'north' });

	const { json } = await runCrosslink(without, { ...tenant, operation: 'get' });
	expect(json[0]).toMatchObject({ connection: { source: 'tenant' }, storedSecrets: ['accessToken', 'clientSecret'] });
	expect(JSON.stringify(json)).not.toContain(world.hubSpot.accessToken);
	expect(JSON.stringify(json)).not.toContain(world.hubSpot.clientSecret);
});

it('stores connections that arrive as items, one per tenant', async () => {
	const items = ['north', 'south'].map((tenant) => ({
		tenant,
		connection: { accessToken: world.hubSpot.accessToken, baseUrl: world.hubSpot.url },
	}));
	const configure = { ...hubspot, operation: 'configure', tenant: '={{ $json.tenant }}', storedConnection: 'values' };
	const { json } = await runCrosslink(world, configure, items);
	expect(json.map(({ tenant }) => tenant)).toEqual(['north', 'south']);
	const all = await runCrosslink(world, { resource: 'integration', operation: 'getMany', tenant: 'south' });
	expect(all.json).toEqual([
		expect.objectContaining({ integration: 'hubspot', tenant: 'south', storedSecrets: ['accessToken'] }),
	]);
});
