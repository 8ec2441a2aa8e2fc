import { packNode, runCrosslink, runNodes, type NodeRun } from './harness';
import { agree, configure, enable, NAME_IN_CONFLICT, orders, pushOrders, startWorld, type World } from './world';

const syncOrders = { ...pushOrders, operation: 'sync' };
const previewOrders = { ...pushOrders, operation: 'preview' };
const toErrorOutput = { onError: 'continueErrorOutput' } as const;

let world: World;
beforeEach(async () => {
	world = await startWorld();
	await enable(world);
});
afterEach(() => world.stop());

const deals = () => world.hubSpot.account.list('deals');
const codes = ({ outputs }: NodeRun) => outputs[1]?.map(({ json }) => (json['error'] as { code: string }).code);

describe('record.sync', () => {
	it('writes over there what changed here, hands out what changed there, and confirms it', async () => {
		const first = await runCrosslink(world, syncOrders, orders(3));
		expect(first.error).toBeUndefined();
		expect(first.json.map(({ outcome, localId }) => [outcome, localId])).toEqual(
			orders(3).map(({ id }) => ['created', id]),
		);
		expect(first.outputs[0]?.map(({ pairedItem }) => pairedItem)).toEqual(
			[0, 1, 2].map((item) => expect.objectContaining({ item })),
		);

		const externalId = first.json[1]?.['externalId'] as string;
		await agree(world, orders(3));
		world.hubSpot.account.edit('deals', externalId, { description: 'call back' });
		const changed = orders(3).map((order) => ({ ...order, amount: 7 }));
		const sync = packNode(world, 'Sync', syncOrders);
		const confirm = packNode(world, 'Confirm', { ...pushOrders, operation: 'confirm' });
		const { json } = await runNodes(world, [sync], changed);
		expect(json.map(({ outcome, patch }) => [outcome, patch])).toEqual([
			['updated', {}],
			['updated', { salesNotes: 'call back' }],
			['updated', {}],
		]);
		expect(world.hubSpot.account.get('deals', externalId)?.properties['amount']).toBe('7');

		const offered = await runNodes(world, [sync, confirm], changed);
		expect(offered.json.map(({ outcome }) => outcome)).toEqual(['skipped', 'updated', 'skipped']);
		const calm = await runCrosslink(world, syncOrders, changed);
		expect(calm.json.map(({ outcome, patch, receipt }) => [outcome, patch, receipt])).toEqual(
			changed.map(() => ['unchanged', {}, null]),
		);
	});

	it('leaves a field that both sides changed for a person, and says what each has', async () => {
		await configure(world, NAME_IN_CONFLICT);
		const [order = {}] = orders(1);
		const [externalId = ''] = await agree(world, [order]);
		world.hubSpot.account.edit('deals', externalId, { dealname: 'Theirs' });
		const again = await runCrosslink(world, syncOrders, [{ ...order, name: 'Ours' }]);
		expect(again.error).toBeUndefined();
		expect(again.json[0]).toMatchObject({
			outcome: 'conflict',
			conflicts: [{ field: 'name', reason: 'both_changed', local: 'Ours', external: 'Theirs', base: 'Order 1' }],
		});
		expect(world.hubSpot.account.get('deals', externalId)?.properties['dealname']).toBe('Theirs');
	});

	it('lets the newer side win by "Last Changed"', async () => {
		await configure(world, {
			entities: {
				order: { fields: [{ local: 'name', external: 'dealname', direction: 'both', policy: 'newer' }] },
			},
		});
		const [order = {}] = orders(1);
		const parameters = { ...syncOrders, options: { modifiedAt: '={{ $json.updatedAt }}' } };
		const [externalId = ''] = await agree(world, [order]);
		const bothChange = async (name: string, updatedAt: string) => {
			world.hubSpot.account.edit('deals', externalId, { dealname: `Theirs, not ${name}` });
			const { json } = await runCrosslink(world, parameters, [{ ...order, name, updatedAt }]);
			return json[0];
		};
		expect(await bothChange('Old', '2020-01-02T00:00:00Z')).toMatchObject({ patch: { name: 'Theirs, not Old' } });
		expect(await bothChange('New', '2200-01-01T00:00:00Z')).toMatchObject({ outcome: 'updated', patch: {} });
		expect(world.hubSpot.account.get('deals', externalId)?.properties['dealname']).toBe('New');
	});

	it('fails an item whose "Last Changed" or "Deleted" cannot be read, and does the others', async () => {
		const options = { modifiedAt: '={{ $json.updatedAt }}', deleted: '={{ $json.gone }}' };
		const [one, two, three] = orders(3);
		const run = await runCrosslink(
			world,
			{ ...syncOrders, options },
			[
				{ ...one, updatedAt: 'yesterday' },
				{ ...two, gone: 'perhaps' },
				{ ...three, gone: false },
			],
			toErrorOutput,
		);
		expect(codes(run)).toEqual(['parameter_invalid', 'parameter_invalid']);
		expect(run.outputs[1]?.map(({ json }) => String(json['message']))).toEqual([
			expect.stringContaining('"Last Changed" of item 0'),
			expect.stringContaining('"Deleted" of item 1'),
		]);
		expect(run.json).toEqual([expect.objectContaining({ outcome: 'created', localId: 'o-3' })]);
	});

	it('skips records of an integration that is switched off, with empty patch and receipt', async () => {
		await runCrosslink(world, { resource: 'integration', operation: 'disable', integration: 'hubspot' });
		const { json } = await runCrosslink(world, syncOrders, orders(1));
		expect(json[0]).toMatchObject({ outcome: 'skipped', localId: 'o-1', patch: {}, receipt: null });
	});
});

describe('a record that your system has deleted', () => {
	const deleted = { ...pushOrders, options: { deleted: true } };

	it('touches nothing over there unless the entity says so', async () => {
		await runCrosslink(world, pushOrders, orders(2));
		const { json } = await runCrosslink(world, deleted, orders(1));
		expect(json[0]).toMatchObject({ localId: 'o-1' });
		expect(deals()).toHaveLength(2);
	});

	it('is archived over there where the entity says so, once', async () => {
		await configure(world, { entities: { order: { onDelete: 'archive' } } });
		await runCrosslink(world, pushOrders, orders(2));
		const { json } = await runCrosslink(world, deleted, orders(1));
		expect(json[0]).toMatchObject({ outcome: 'updated', localId: 'o-1', link: { syncStatus: 'deleted' } });
		expect(deals().map(({ properties }) => properties['dealname'])).toEqual(['Order 2']);
		const again = await runCrosslink(world, deleted, orders(1));
		expect(again.json[0]).toMatchObject({ outcome: 'skipped' });
	});

	it('stops at the brakes before the first deletion, and goes on when a person says so', async () => {
		await configure(world, {
			brakes: { deletes: 0.1, deletesCount: 1 },
			entities: { order: { onDelete: 'archive' } },
		});
		await runCrosslink(world, pushOrders, orders(4));
		const stopped = await runCrosslink(world, deleted, orders(3));
		expect(stopped.error).toMatchObject({ context: { code: 'brake_deletes' } });
		expect(stopped.error?.description).toContain('Go On Despite Brakes');
		expect(deals()).toHaveLength(4);
		const meant = { ...pushOrders, options: { deleted: true, despiteBrakes: true } };
		expect((await runCrosslink(world, meant, orders(3))).error).toBeUndefined();
		expect(deals()).toHaveLength(1);
	});
});

describe('record.preview', () => {
	it('tells what a push would do, record by record and in sum, and writes nothing', async () => {
		await runCrosslink(world, pushOrders, orders(2));
		const items = [
			...orders(2).map((order, n) => ({ ...order, amount: n === 0 ? 5 : order['amount'] })),
			...orders(4).slice(2),
		];
		const { json, outputs, error } = await runCrosslink(world, previewOrders, items);
		expect(error).toBeUndefined();
		expect(json.slice(0, -1).map(({ outcome, localId }) => [outcome, localId])).toEqual([
			['updated', 'o-1'],
			['unchanged', 'o-2'],
			['created', 'o-3'],
			['created', 'o-4'],
		]);
		expect(json[0]?.['changes']).toEqual([expect.objectContaining({ field: 'amount', base: 100, to: 5 })]);
		expect(json.at(-1)).toMatchObject({
			direction: 'push',
			summary: { creates: 2, updates: 1, unchanged: 1, failed: 0, deletes: 0 },
		});
		expect(outputs[0]?.at(-1)?.pairedItem).toMatchObject({ item: 3 });
		expect(deals().map(({ properties }) => properties['amount'])).toEqual(['100', '101']);
		const links = await runCrosslink(world, { ...pushOrders, resource: 'link', operation: 'getMany' });
		expect(links.json.map(({ localId }) => localId)).toEqual(['o-1', 'o-2']);

		const { json: done } = await runCrosslink(world, pushOrders, items);
		expect(done.map(({ outcome }) => outcome)).toEqual(json.slice(0, -1).map(({ outcome }) => outcome));
	});

	it('gives out the summary alone when asked', async () => {
		const { json } = await runCrosslink(world, { ...previewOrders, output: 'summary', direction: 'sync' }, orders(3));
		expect(json).toEqual([
			expect.objectContaining({ direction: 'sync', summary: expect.objectContaining({ creates: 3 }) }),
		]);
	});

	it('shows what would fail as part of the plan, and fails an item that cannot be read', async () => {
		const [one, two] = orders(2);
		const run = await runCrosslink(
			world,
			previewOrders,
			[{ ...one, amount: 'a lot' }, two ?? {}, { name: 'no id' }],
			toErrorOutput,
		);
		expect(codes(run)).toEqual(['parameter_missing']);
		expect(run.json.slice(0, 2).map(({ outcome }) => outcome)).toEqual(['failed', 'created']);
		expect(run.json.at(-1)).toMatchObject({ summary: { failed: 1, creates: 1 } });
		const wrong = await runCrosslink(world, { ...previewOrders, direction: 'sideways' }, orders(1));
		expect(wrong.error).toMatchObject({ context: { code: 'parameter_invalid' } });
	});
});
