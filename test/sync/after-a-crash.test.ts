import type { Fields } from '../../lib/adapters/adapter';
import { push } from '../../lib/sync/push';
import { reconcile } from '../../lib/sync/reconcile';
import type { PushItem } from '../../lib/sync/replication';
import { resolveConflicts } from '../../lib/sync/resolve';
import { sync } from '../../lib/sync/sync';
import { dieBeforeSettle } from './dying-run';
import { openWorld, type World, type WorldOptions } from './world';

const order = (fields: Fields): PushItem[] => [{ localId: '1', fields: { id: '1', name: 'One', ...fields } }];
const deal = (world: World): Record<string, string> | undefined =>
	world.hubspot.account.find('deals', 'crosslink_id', 'default:1')[0]?.properties;
const withRule = (rule: object, more: object = {}): WorldOptions => ({
	settings: { entities: { order: { ...more, fields: [{ local: 'notes', external: 'description', ...rule }] } } },
});
/** The side that would win a conflict is the other one, so that our own write must not look like an edit of theirs. */
const TWO_WAY = { direction: 'both', policy: 'owner', owner: 'external' };

describe('after a run that was killed between the other side’s work and its own commit', () => {
	let world: World;
	afterEach(async () => {
		await world.close();
	});

	it.each([['created'], ['updated']])('a newer edit here survives when the record was %s', async (kind) => {
		world = await openWorld(withRule(TWO_WAY));
		if (kind === 'updated') await push(await world.replication('order'), order({ notes: 'at first' }));
		await dieBeforeSettle(await world.replication('order'), (run) => push(run, order({ notes: 'sent' })));
		expect(deal(world)).toMatchObject({ description: 'sent' });

		const [outcome] = await sync(await world.replication('order'), order({ notes: 'newer' }));
		expect(outcome?.patch).not.toHaveProperty('notes');
		expect(deal(world)).toMatchObject({ description: 'newer' });
		expect(world.hubspot.account.list('deals')).toHaveLength(1);
	});

	it('a value taken back here before anybody looked is taken back there, also by a push', async () => {
		world = await openWorld(withRule(TWO_WAY));
		await push(await world.replication('order'), order({ notes: 'at first' }));
		await dieBeforeSettle(await world.replication('order'), (run) => push(run, order({ notes: 'sent' })));
		await push(await world.replication('order'), order({ notes: 'at first' }));
		expect(deal(world)).toMatchObject({ description: 'at first' });
		world.hubspot.calls.clear();
		await push(await world.replication('order'), order({ notes: 'at first' }));
		expect(world.calls()).toBe(0);
	});

	it('an edit made over there since then is seen as one', async () => {
		world = await openWorld(withRule(TWO_WAY));
		await push(await world.replication('order'), order({ notes: 'at first' }));
		await dieBeforeSettle(await world.replication('order'), (run) => push(run, order({ notes: 'sent' })));
		world.hubspot.account.edit('deals', world.hubspot.account.list('deals')[0]?.id as string, {
			description: 'theirs',
		});
		const [outcome] = await sync(await world.replication('order'), order({ notes: 'sent' }));
		expect(outcome?.patch).toMatchObject({ notes: 'theirs' });
	});

	it('a value whose answer was lost, taken back here, is taken back there, also of a field that is only pushed', async () => {
		world = await openWorld(withRule({ direction: 'push' }));
		await push(await world.replication('order'), order({ notes: 'at first' }));
		world.hubspot.faults.add({ kind: 'lostAnswer', times: Infinity, match: { pathIncludes: '/batch/update' } });
		expect((await push(await world.replication('order'), order({ notes: 'sent' })))[0]?.outcome).toBe('failed');
		world.hubspot.faults.clear();
		expect(deal(world)).toMatchObject({ description: 'sent' });
		await push(await world.replication('order'), order({ notes: 'at first' }));
		expect(deal(world)).toMatchObject({ description: 'at first' });
	});

	it('two such runs in a row leave the first one’s write known', async () => {
		world = await openWorld(withRule(TWO_WAY));
		await dieBeforeSettle(await world.replication('order'), (run) => push(run, order({ notes: 'first' })));
		// The second one notes what it is about to send, and its request never arrives.
		world.hubspot.faults.add({ kind: 'status', status: 503, times: Infinity, match: { pathIncludes: '/batch/up' } });
		await dieBeforeSettle(await world.replication('order'), (run) => push(run, order({ notes: 'second' })));
		world.hubspot.faults.clear();
		await sync(await world.replication('order'), order({ notes: 'third' }));
		expect(deal(world)).toMatchObject({ description: 'third' });
	});

	it('a deletion here archives the record it had created', async () => {
		world = await openWorld(withRule({ direction: 'push' }, { onDelete: 'archive' }));
		await dieBeforeSettle(await world.replication('order'), (run) => push(run, order({ notes: 'sent' })));
		expect(world.hubspot.account.list('deals')).toHaveLength(1);
		const [outcome] = await push(await world.replication('order'), [{ localId: '1', fields: {}, deleted: true }]);
		expect(outcome).toMatchObject({ outcome: 'updated', link: { syncStatus: 'deleted' } });
		expect(world.hubspot.account.list('deals')).toHaveLength(0);
	});
});

describe('what is known under the lease counts', () => {
	let world: World;
	afterEach(async () => {
		await world.close();
	});

	it('a conflict opened by another run meanwhile stays with its link, and is carried out', async () => {
		world = await openWorld(withRule({ direction: 'both', policy: 'manual' }));
		await push(await world.replication('order'), order({ notes: 'at first' }));
		const id = world.hubspot.account.list('deals')[0]?.id as string;
		const late = await world.replication('order');
		const table = late.store.links('hubspot', 'order');
		const links = () => ({
			...table,
			// Between this run's look and its lease another run finds the conflict.
			claim: async (...args: Parameters<typeof table.claim>) => {
				world.hubspot.account.edit('deals', id, { description: 'theirs' });
				expect((await sync(await world.replication('order'), order({ notes: 'ours' })))[0]?.outcome).toBe('conflict');
				return await table.claim(...args);
			},
		});
		await push({ ...late, store: { ...late.store, links } }, order({ name: 'Renamed' }));
		await resolveConflicts(await world.replication('order'), { localId: '1', choice: 'local' });
		await sync(await world.replication('order'), order({ name: 'Renamed', notes: 'ours' }));
		expect(deal(world)).toMatchObject({ description: 'ours' });
		expect(await world.store.conflicts.page('default', { status: 'resolved' }, { limit: 10 })).toEqual([]);
	});
});

describe('a reconcile', () => {
	let world: World;
	afterEach(async () => {
		await world.close();
	});
	const repair = async (): Promise<void> => {
		const options = { repair: true, restart: true, pageSize: 100, maxMs: 60_000 };
		for await (const _page of reconcile(await world.replication('order'), options));
	};

	it('does not take a push for done that had failed', async () => {
		world = await openWorld(withRule({ direction: 'push', strength: 'enforced', owner: 'local' }));
		await push(await world.replication('order'), order({ notes: 'at first' }));
		world.hubspot.faults.add({ kind: 'status', status: 503, times: Infinity });
		await push(await world.replication('order'), order({ name: 'Renamed', notes: 'at first' }));
		world.hubspot.faults.clear();
		world.hubspot.account.edit('deals', world.hubspot.account.list('deals')[0]?.id as string, {
			description: 'theirs',
		});
		await repair();
		expect(deal(world)).toMatchObject({ dealname: 'Renamed', description: 'at first' });
	});
});

describe('calls', () => {
	let world: World;
	afterEach(async () => {
		await world.close();
	});

	it.each([
		['only set on new records', { direction: 'both', strength: 'initial' }, 'at first', 'changed'],
		['empty on both sides', { direction: 'both' }, '', ''],
	])('are one for a changed record that has a two-way field which is %s', async (_name, rule, first, notes) => {
		world = await openWorld(withRule(rule));
		await push(await world.replication('order'), order({ notes: first }));
		await push(await world.replication('order'), order({ name: 'Two', notes }));
		world.hubspot.calls.clear();
		await push(await world.replication('order'), order({ name: 'Three', notes }));
		expect(world.calls()).toBe(1);
	});
});
