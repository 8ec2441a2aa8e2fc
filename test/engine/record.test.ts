import { packNode, runCrosslink, runNodes } from './harness';
import { enable, orders, pullOrders, pushOrders, startWorld, type World } from './world';

let world: World;
beforeEach(async () => {
	world = await startWorld();
	await enable(world);
});
afterEach(() => world.stop());

describe('record.push', () => {
	it('creates 25 deals, one item each, paired and in input order', async () => {
		const { json, outputs, error } = await runCrosslink(world, pushOrders, orders(25));
		expect(error).toBeUndefined();
		expect(json.map(({ outcome }) => outcome)).toEqual(Array.from({ length: 25 }, () => 'created'));
		expect(json.map(({ localId }) => localId)).toEqual(orders(25).map(({ id }) => id));
		expect(outputs[0]?.map(({ pairedItem }) => pairedItem)).toEqual(
			Array.from({ length: 25 }, (_, item) => expect.objectContaining({ item })),
		);
		expect(world.hubSpot.account.list('deals')).toHaveLength(25);
	});

	it('writes nothing the second time', async () => {
		await runCrosslink(world, pushOrders, orders(3));
		const calls = world.hubSpot.calls.count;
		const { json } = await runCrosslink(world, pushOrders, orders(3));
		expect(json.map(({ outcome }) => outcome)).toEqual(['unchanged', 'unchanged', 'unchanged']);
		expect(world.hubSpot.calls.count).toBe(calls);
	});

	it('takes mapped fields instead of the item, a dotted path into a nested field, null from an expression', async () => {
		const fields = {
			mappingMode: 'defineBelow',
			value: { name: '={{ $json.title }}', amount: '={{ $json.total }}', dueDate: null },
		};
		const items = [{ id: 7, title: 'Mapped', total: 12.5, name: 'ignored' }];
		const { json } = await runCrosslink(world, { ...pushOrders, fields }, items);
		expect(json[0]).toMatchObject({ outcome: 'created', localId: '7' });
		const [deal] = world.hubSpot.account.list('deals');
		expect(deal?.properties).toMatchObject({ dealname: 'Mapped', amount: '12.5' });
		expect(deal?.properties['closedate'] ?? '').toBe('');
	});

	it('leaves alone what is not filled in, and clears what an expression says is empty', async () => {
		const map = (value: Record<string, string | null>) => ({
			...pushOrders,
			fields: { mappingMode: 'defineBelow', value },
		});
		await runCrosslink(world, map({ name: 'A', amount: '5', dueDate: '2026-12-01' }), [{ id: 'a' }]);
		const { json } = await runCrosslink(world, map({ name: 'A', amount: '', dueDate: '={{ null }}' }), [{ id: 'a' }]);
		expect(json[0]).toMatchObject({
			outcome: 'updated',
			changes: [expect.objectContaining({ field: 'dueDate', to: null })],
		});
		const [deal] = world.hubSpot.account.list('deals');
		expect([deal?.properties['amount'], deal?.properties['closedate'] ?? '']).toEqual(['5', '']);
	});

	it('sends items of several tenants and entities to their own places, and keeps their order', async () => {
		await enable(world, 'north');
		const items = [
			{ id: '1', tenant: 'north', entity: 'order', name: 'N' },
			{ id: '1', tenant: 'default', entity: 'company', name: 'C', domain: 'c.example' },
			{ id: '1', tenant: 'default', entity: 'order', name: 'D' },
		];
		const parameters = { ...pushOrders, tenant: '={{ $json.tenant }}', entity: '={{ $json.entity }}' };
		const { json } = await runCrosslink(world, parameters, items);
		expect(json.map(({ tenant, entity, outcome }) => [tenant, entity, outcome])).toEqual([
			['north', 'order', 'created'],
			['default', 'company', 'created'],
			['default', 'order', 'created'],
		]);
		expect(world.hubSpot.account.list('deals')).toHaveLength(2);
	});

	it('skips records of an integration that is switched off, and says so', async () => {
		await runCrosslink(world, { resource: 'integration', operation: 'disable', integration: 'hubspot' });
		const { json } = await runCrosslink(world, pushOrders, orders(1));
		expect(json[0]).toMatchObject({
			outcome: 'skipped',
			localId: 'o-1',
			reason: expect.stringContaining('switched off'),
		});
	});
});

describe('record.pull and record.confirm', () => {
	it('hands out a human edit as a patch until its receipt is confirmed', async () => {
		const pushed = await runCrosslink(world, pushOrders, orders(1));
		const externalId = pushed.json[0]?.['externalId'] as string;
		world.hubSpot.account.edit('deals', externalId, { description: 'call back' });

		const pulled = await runCrosslink(world, pullOrders, [{ externalId }]);
		expect(pulled.json[0]).toMatchObject({
			localId: 'o-1',
			patch: expect.objectContaining({ salesNotes: 'call back' }),
		});

		const again = await runCrosslink(world, pullOrders, [{ externalId }]);
		expect(again.json[0]?.['patch']).toEqual(pulled.json[0]?.['patch']);

		const confirmed = await runCrosslink(world, { ...pullOrders, operation: 'confirm' }, pulled.json);
		expect(confirmed.json[0]).toMatchObject({ outcome: 'updated', localId: 'o-1' });

		const after = await runCrosslink(world, pullOrders, [{ externalId }]);
		expect(after.json[0]).toMatchObject({ outcome: 'unchanged', patch: {}, receipt: null });
	});

	it('confirms nothing where the pull found nothing', async () => {
		const pushed = await runCrosslink(world, pushOrders, orders(1));
		const pull = packNode(world, 'Pull', { ...pullOrders, externalId: '={{ $json.externalId }}' });
		const confirm = packNode(world, 'Confirm', { ...pullOrders, operation: 'confirm' });
		const first = await runNodes(world, [pull, confirm], [{ externalId: pushed.json[0]?.['externalId'] as string }]);
		expect(first.error).toBeUndefined();
		const second = await runNodes(world, [pull, confirm], [{ externalId: pushed.json[0]?.['externalId'] as string }]);
		expect(second.json[0]).toMatchObject({ outcome: 'skipped', reason: expect.stringContaining('no receipt') });
	});

	it('answers for a record that is not linked, by its id', async () => {
		const { json, error } = await runCrosslink(world, pullOrders, [{ externalId: '404404' }], {
			onError: 'continueRegularOutput',
		});
		expect(error).toBeUndefined();
		expect(json[0]).toMatchObject({ externalId: '404404' });
		expect(['skipped', 'failed']).toContain(json[0]?.['outcome']);
	});
});
