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
	expect(error?.description).toMatch(/push.*pull.*both/);
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

it('stores a form for all tenants, over which each tenant may lay its own', async () => {
	const all = { ...hubspot, operation: 'configure', appliesTo: 'allTenants', entity: 'order' };
	const stages = {
		pair: [
			{ local: 'draft', external: 'qualifiedtobuy' },
			{ local: 'paid', external: 'closedwon' },
		],
	};
	const rules = { rule: [{ local: 'status', external: 'dealstage', transform: { map: stages, otherwise: 'reject' } }] };
	const off = { rule: [{ local: 'salesStage', external: 'dealstage', direction: 'none' }] };
	const first = await runCrosslink(world, { ...all, rules, onDelete: 'unlink', more: { freezeFlips: 3 } });
	expect(first.error).toBeUndefined();
	const second = await runCrosslink(world, { ...all, rules: off, more: { brakeDeletesCount: 20, syncLogDays: 30 } });
	expect(second.json[0]).toMatchObject({
		tenant: '*',
		settings: { freeze: { flips: 3, minutes: 10 }, brakes: { deletesCount: 20 }, syncLogDays: 30 },
	});
	await enable(world);
	const { json } = await runCrosslink(world, { ...hubspot, operation: 'get' });
	const [order] = json[0]?.['entities'] as Array<{ onDelete: string; fields: Array<Record<string, unknown>> }>;
	expect(order?.onDelete).toBe('unlink');
	const lineOf = (local: string) => order?.fields.find((line) => line['local'] === local);
	expect(lineOf('status')).toMatchObject({ direction: 'push', owner: 'local', from: 'integration' });
	expect(lineOf('salesStage')).toMatchObject({ direction: 'none', replaced: [{ from: 'pack', direction: 'pull' }] });

	const pushed = await runCrosslink(world, pushOrders, [{ id: '1', name: 'Paid', status: 'paid' }]);
	expect(pushed.error).toBeUndefined();
	expect(world.hubSpot.account.list('deals')[0]?.properties).toMatchObject({ dealstage: 'closedwon' });
	const unmapped = await runCrosslink(world, pushOrders, [{ id: '2', name: 'Lost', status: 'lost' }]);
	expect(JSON.stringify([unmapped.json, unmapped.error?.message])).toContain(
		'which the map of its field rule does not have',
	);
});

it.each([
	{ resource: 'link', operation: 'upsert', entity: 'order', localId: '1', externalId: '2' },
	{ resource: 'record', operation: 'push', entity: 'order' },
	{ resource: 'integration', operation: 'getMany' },
	{ ...hubspot, operation: 'configure' },
])('is no place for a tenant called as all tenants are: %j', async (parameters) => {
	await enable(world);
	const { error, json } = await runCrosslink(world, { ...hubspot, ...parameters, tenant: '*' }, orders(1));
	expect(JSON.stringify([error?.message, json])).toContain('stands for all tenants');
});

it('takes every option of a transform from the form, and none that was left empty', async () => {
	const transform = { decimals: 2, scale: 2, decimalMark: ',', default: '', timeZone: '' };
	const name = { join: 'firstName, person.lastName', separator: ', ', trim: true };
	const rule = [
		{ local: 'cents', external: 'amount_2', type: 'number', transform },
		{ local: 'full', external: 'description', direction: 'push', transform: name },
		{ local: 'amount', external: 'amount', direction: 'both' },
	];
	const off = {
		settings: '{ "entities": { "order": { "fields": [{ "local": "salesNotes", "direction": "none" }] } } }',
	};
	await runCrosslink(world, { ...hubspot, operation: 'configure', settingsInput: 'json', ...off });
	const { json, error } = await runCrosslink(world, {
		...hubspot,
		operation: 'configure',
		entity: 'order',
		rules: { rule },
	});
	expect(error).toBeUndefined();
	const [order] = json[0]?.['entities'] as Array<{ fields: Array<Record<string, unknown>> }>;
	const lineOf = (local: string) => order?.fields.find((line) => line['local'] === local);
	expect(lineOf('cents')?.['transform']).toEqual({ type: 'number', decimals: 2, scale: 2, decimalMark: ',' });
	expect(lineOf('full')?.['transform']).toEqual({
		join: ['firstName', 'person.lastName'],
		separator: ', ',
		trim: true,
	});
	expect(lineOf('amount')).toMatchObject({ direction: 'both', policy: 'owner', transform: { type: 'number' } });
	expect(lineOf('salesNotes')).toMatchObject({ direction: 'none' });
});

it('says in words which check of a connection is off', async () => {
	const caveats = async (integration: string, type: string, values: Record<string, string>) => {
		const credentials = { ...world.credentials, [type]: { ...world.credentials?.[type], ...values } };
		const { json } = await runCrosslink(
			{ ...world, credentials },
			{ resource: 'integration', operation: 'get', integration },
		);
		return (json[0]?.['connection'] as { caveats: string[] }).caveats;
	};
	const database = { host: 'db.example', port: '5432', database: 'shop', user: 'reader', password: 'only-for-tests' };
	const ofDatabase = async (sslMode: string) =>
		await caveats('database', 'crosslinkDatabaseApi', { ...database, sslMode });
	expect(await ofDatabase('require')).toEqual([expect.stringContaining('certificate of db.example:5432/shop is not')]);
	expect(await ofDatabase('disable')).toEqual([expect.stringContaining('unencrypted')]);
	expect(await ofDatabase('verify-full')).toEqual([]);
	const ofHubSpot = async (baseUrl: string) => await caveats('hubspot', 'crosslinkHubSpotApi', { baseUrl });
	expect(await ofHubSpot('http://crm.example')).toEqual([expect.stringContaining('crm.example go without TLS')]);
	expect(await ofHubSpot('https://crm.example')).toEqual([]);
});
