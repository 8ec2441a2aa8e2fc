import type { IDataObject } from 'n8n-workflow';
import { runCrosslink } from './harness';
import { agree, configure, enable, NAME_IN_CONFLICT, orders, pushOrders, startWorld, type World } from './world';

const links = { resource: 'link', integration: 'hubspot', entity: 'order' };
const getConflicts = { ...links, operation: 'getConflicts' };
const resolve = { ...links, operation: 'resolve' };
const syncOrders = { ...pushOrders, operation: 'sync' };
const toErrorOutput = { onError: 'continueErrorOutput' } as const;

let world: World;
let ids: string[];
beforeEach(async () => {
	world = await startWorld();
	await enable(world);
	await configure(world, NAME_IN_CONFLICT);
	ids = await agree(world, orders(3));
	for (const id of ids) world.hubSpot.account.edit('deals', id, { dealname: 'Theirs' });
	await runCrosslink(world, syncOrders, ours());
});
afterEach(() => world.stop());

const ours = (): IDataObject[] => orders(3).map((order) => ({ ...order, name: `Ours ${String(order['id'])}` }));
const name = (n: number) => world.hubSpot.account.get('deals', ids[n] ?? '')?.properties['dealname'];

it('lists what a person has to decide, newest first, for all or one record, up to a limit', async () => {
	const all = await runCrosslink(world, { ...getConflicts, returnAll: true });
	expect(all.error).toBeUndefined();
	expect(all.json.map(({ localId }) => localId).sort()).toEqual(['o-1', 'o-2', 'o-3']);
	expect(all.json[0]).toMatchObject({
		tenant: 'default',
		integration: 'hubspot',
		entity: 'order',
		field: 'name',
		reason: 'both_changed',
		external: 'Theirs',
		status: 'open',
		choice: null,
	});
	expect(all.outputs[0]?.[0]?.pairedItem).toMatchObject({ item: 0 });
	const one = await runCrosslink(world, { ...getConflicts, localId: '={{ $json.id }}' }, [{ id: 'o-2' }]);
	expect(one.json).toEqual([expect.objectContaining({ localId: 'o-2', local: 'Ours o-2', baseLocal: 'Order 2' })]);
	expect((await runCrosslink(world, { ...getConflicts, limit: 2 })).json).toHaveLength(2);
	expect((await runCrosslink(world, { ...getConflicts, status: 'done' })).json).toEqual([]);
});

it('carries out what a person has chosen at the next sync: local, external, or another value', async () => {
	const { json: open } = await runCrosslink(world, getConflicts);
	const idOf = (localId: string) => open.find((one) => one['localId'] === localId)?.['conflictId'] as string;
	const byRecord = await runCrosslink(world, { ...resolve, choice: 'local', decidedBy: '={{ $json.who }}' }, [
		{ localId: 'o-1', who: 'A. Person' },
	]);
	expect(byRecord.json).toEqual([
		expect.objectContaining({
			conflictId: idOf('o-1'),
			localId: 'o-1',
			status: 'resolved',
			choice: 'local',
			resolvedBy: 'A. Person',
		}),
	]);
	await runCrosslink(world, { ...resolve, choice: 'external' }, [{ conflictId: idOf('o-2') }]);
	await runCrosslink(world, { ...resolve, choice: 'value', value: '={{ $json.right }}' }, [
		{ conflictId: idOf('o-3'), right: 'Better' },
	]);
	expect([0, 1, 2].map(name)).toEqual(['Theirs', 'Theirs', 'Theirs']);

	const { json } = await runCrosslink(world, syncOrders, ours());
	expect([0, 1, 2].map(name)).toEqual(['Ours o-1', 'Theirs', 'Better']);
	expect(json.map(({ patch }) => patch)).toEqual([{}, { name: 'Theirs' }, { name: 'Better' }]);
	const { json: left } = await runCrosslink(world, getConflicts);
	expect(left).toEqual([]);
});

it('refuses what names no conflict, a conflict there is none of, and a choice there is none of', async () => {
	const items = [{}, { conflictId: '999999' }, { localId: 'nobody' }, { localId: 'o-1', field: 'amount' }];
	const run = await runCrosslink(world, resolve, items, toErrorOutput);
	expect(run.outputs[1]?.map(({ json }) => (json['error'] as IDataObject)['code'])).toEqual([
		'conflict_not_named',
		'conflict_unknown',
		'conflict_unknown',
		'conflict_unknown',
	]);
	const wrong = await runCrosslink(world, { ...resolve, choice: 'both' }, [{ localId: 'o-1' }]);
	expect(wrong.error).toMatchObject({ context: { code: 'parameter_invalid' } });
	const empty = { ...resolve, choice: 'value', value: '={{ undefined }}' };
	expect((await runCrosslink(world, empty, [{ localId: 'o-1' }])).error).toMatchObject({
		context: { code: 'parameter_invalid' },
	});
	const unknown = await runCrosslink(world, { ...getConflicts, entity: 'parcel' });
	expect(unknown.error).toMatchObject({ context: { code: 'entity_unknown' } });
});

it('keeps conflicts of tenants apart', async () => {
	await enable(world, 'north');
	expect((await runCrosslink(world, { ...getConflicts, tenant: 'north' })).json).toEqual([]);
	const { json: open } = await runCrosslink(world, getConflicts);
	const foreign = await runCrosslink(world, { ...resolve, tenant: 'north' }, open.slice(0, 1));
	expect(foreign.error).toMatchObject({ context: { code: 'conflict_unknown' } });
});

it('answers why a value is what it is: each change with direction, rule and run', async () => {
	const get = { ...links, operation: 'get', includeHistory: true };
	await runCrosslink(world, pushOrders, [{ ...ours()[0], amount: 12 }]);
	const { json } = await runCrosslink(world, { ...get, historyField: 'amount' }, [
		{ localId: 'o-1' },
		{ externalId: ids[1] ?? '' },
		{ localId: 'nobody' },
	]);
	expect(json[0]?.['history']).toEqual([
		expect.objectContaining({
			kind: 'push',
			field: 'amount',
			to: 12,
			rule: expect.objectContaining({ owner: 'local', policy: 'owner' }),
			run: expect.stringMatching(/^1:/),
		}),
		expect.objectContaining({ kind: 'push', field: 'amount', to: 100 }),
	]);
	expect(json[1]?.['history']).toEqual([expect.objectContaining({ field: 'amount', to: 101 })]);
	expect(json[2]).toMatchObject({ linked: false, history: [] });
	const plain = await runCrosslink(world, { ...links, operation: 'get' }, [{ localId: 'o-1' }]);
	expect(plain.json[0]).not.toHaveProperty('history');
});
