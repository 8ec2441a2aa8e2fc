import { runCrosslink } from './harness';
import { enable, orders, pushOrders, startWorld, type World } from './world';

const links = { resource: 'link', integration: 'hubspot', entity: 'order' };

let world: World;
beforeAll(async () => {
	world = await startWorld();
	await enable(world);
});
afterAll(() => world.stop());

it('makes links by hand, says which were there, and refuses an id that belongs to another', async () => {
	const items = [
		{ id: 'a', externalId: '11' },
		{ id: 'b', externalId: '12' },
	];
	const first = await runCrosslink(world, { ...links, operation: 'upsert' }, items);
	expect(first.json.map(({ localId, externalId, outcome }) => [localId, externalId, outcome])).toEqual([
		['a', '11', 'created'],
		['b', '12', 'created'],
	]);
	const taken = await runCrosslink(
		world,
		{ ...links, operation: 'upsert' },
		[
			{ id: 'a', externalId: '11' },
			{ id: 'c', externalId: '12' },
		],
		{ onError: 'continueErrorOutput' },
	);
	expect(taken.json).toEqual([expect.objectContaining({ localId: 'a', outcome: 'unchanged' })]);
	expect(taken.outputs[1]?.map(({ json }) => json)).toEqual([
		expect.objectContaining({
			id: 'c',
			error: expect.objectContaining({ code: 'external_id_taken' }),
			details: expect.objectContaining({ localId: 'c', outcome: 'conflict', heldBy: 'b' }),
		}),
	]);
});

it('looks links up by either id, several at once; not linked is an answer', async () => {
	const { json: pushed } = await runCrosslink(world, pushOrders, orders(1));
	const externalId = pushed[0]?.['externalId'];
	const { json } = await runCrosslink(world, { ...links, operation: 'get' }, [
		{ localId: 'o-1' },
		{ externalId: externalId as string },
		{ localId: 'nobody' },
	]);
	expect(json).toEqual([
		expect.objectContaining({ localId: 'o-1', externalId, linked: true }),
		expect.objectContaining({ localId: 'o-1', externalId, linked: true }),
		expect.objectContaining({ localId: 'nobody', externalId: null, linked: false, link: null }),
	]);
	expect(json[0]?.['link']).toMatchObject({ syncStatus: 'synced', attempts: 0, lastError: null });
});

it('lists links up to a limit or all, and by status', async () => {
	const many = Array.from({ length: 60 }, (_, index) => ({
		id: `m-${String(index).padStart(2, '0')}`,
		externalId: String(5000 + index),
	}));
	await runCrosslink(world, { ...links, operation: 'upsert', tenant: 'default' }, many);
	const limited = await runCrosslink(world, { ...links, operation: 'getMany' });
	expect(limited.json).toHaveLength(50);
	const all = await runCrosslink(world, { ...links, operation: 'getMany', returnAll: true });
	expect(all.json.filter(({ localId }) => String(localId).startsWith('m-'))).toHaveLength(60);
	expect(all.outputs[0]?.[0]?.pairedItem).toMatchObject({ item: 0 });
	const failed = await runCrosslink(world, { ...links, operation: 'getMany', returnAll: true, status: 'failed' });
	expect(failed.json).toEqual([]);
});

it('names the item whose id cannot be stored and leaves the others alone', async () => {
	const items = [
		{ id: 'x'.repeat(600), externalId: '71' },
		{ id: 'fine', externalId: '72' },
	];
	const { outputs } = await runCrosslink(world, { ...links, operation: 'upsert' }, items, {
		onError: 'continueErrorOutput',
	});
	expect(outputs[0]?.map(({ json }) => json['localId'])).toEqual(['fine']);
	expect(outputs[1]?.[0]?.json).toMatchObject({ error: { code: 'id_invalid' } });
});
