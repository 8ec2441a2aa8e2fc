import { confirm } from '../../lib/sync/confirm';
import { importLinks } from '../../lib/sync/import-links';
import { pull } from '../../lib/sync/pull';
import { push } from '../../lib/sync/push';
import { reconcile, type ReconcileOptions, type ReconcilePage } from '../../lib/sync/reconcile';
import { retry } from '../../lib/sync/retry';
import { unlink } from '../../lib/sync/unlink';
import type { PushItem, Replication } from '../../lib/sync/replication';
import { openWorld, type World } from './world';

const orders = (count: number): PushItem[] =>
	Array.from({ length: count }, (_, index) => ({
		localId: String(index + 1).padStart(4, '0'),
		fields: { name: `Order ${index + 1}`, amount: index },
	}));

async function pages(world: World, options: Partial<ReconcileOptions> = {}, more = {}): Promise<ReconcilePage[]> {
	const all: ReconcilePage[] = [];
	const replication = await world.replication('order', more);
	const full = { repair: false, restart: false, pageSize: 100, maxMs: 60_000, ...options };
	for await (const page of reconcile(replication, full)) all.push(page);
	return all;
}
const edit = (world: World, localId: string, properties: Record<string, string>): void => {
	const deal = world.hubspot.account.find('deals', 'crosslink_id', `default:${localId}`)[0];
	world.hubspot.account.edit('deals', deal?.id as string, properties);
};

describe('reconcile', () => {
	let world: World;
	afterEach(async () => {
		await world.close();
	});

	it('reports what differs, page by page, and is gone on with where it stopped', async () => {
		world = await openWorld();
		await push(await world.replication('order'), orders(250));
		const repaired = (await pages(world, { repair: true })).flatMap((page) => page.outcomes);
		expect(repaired).toHaveLength(250);
		await confirm(
			await world.replication('order'),
			repaired.map((outcome) => outcome.receipt as string),
		);
		edit(world, '0007', { dealstage: 'contractsent' });
		const first = await pages(world, { maxMs: -1, restart: true });
		expect(first.map((page) => page.report.finished)).toEqual([false]);
		const rest = await pages(world);
		expect(rest.at(-1)?.report).toMatchObject({ finished: true, counts: { checked: 250, differing: 1 } });
		const differing = [...first, ...rest]
			.flatMap((page) => page.outcomes)
			.find((outcome) => outcome.localId === '0007');
		expect(differing?.changes).toContainEqual(
			expect.objectContaining({ field: 'salesStage', to: 'contractsent', direction: 'pull' }),
		);
	});

	it('writes again what an enforced field lost, and hands out what belongs here', async () => {
		const enforced = {
			entities: { order: { fields: [{ local: 'name', external: 'dealname', strength: 'enforced' }] } },
		};
		world = await openWorld({ settings: enforced });
		await push(await world.replication('order'), orders(3));
		edit(world, '0002', { dealname: 'Changed by hand', description: 'a note' });
		const outcomes = (await pages(world, { repair: true })).flatMap((page) => page.outcomes);
		const mended = outcomes.find((outcome) => outcome.localId === '0002');
		expect(mended).toMatchObject({ outcome: 'updated', patch: { salesNotes: 'a note' } });
		expect(world.hubspot.account.list('deals').map((deal) => deal.properties.dealname)).toContain('Order 2');
	});

	it('takes nothing for an edit that was read before a push which has moved the link since', async () => {
		const both = { local: 'name', external: 'dealname', direction: 'both', owner: 'external' };
		world = await openWorld({ settings: { entities: { order: { fields: [both] } } } });
		await push(await world.replication('order'), orders(2));
		const pushed = { localId: '0001', fields: { name: 'Renamed', amount: 0 } };
		const { adapter, ...rest } = await world.replication('order');
		const slow: Replication = {
			...rest,
			adapter: {
				...adapter,
				read: async (...args) => {
					const records = (await adapter.read?.(...args)) ?? [];
					expect(await push(await world.replication('order'), [pushed])).toMatchObject([{ outcome: 'updated' }]);
					return records;
				},
			},
		};
		const all: ReconcilePage[] = [];
		const options = { repair: true, restart: true, pageSize: 100, maxMs: 60_000 };
		for await (const page of reconcile(slow, options)) all.push(page);
		const patches = all.flatMap(({ outcomes }) => outcomes).map(({ localId, patch }) => [localId, patch]);
		expect(patches).not.toContainEqual(['0001', expect.objectContaining({ name: 'Order 1' })]);
		const deal = world.hubspot.account.find('deals', 'crosslink_id', 'default:0001')[0];
		expect(deal?.properties.dealname).toBe('Renamed');
		expect(all.at(-1)?.report.counts).toMatchObject({ checked: 2 });
	});

	it('stops at the brake before it ends many links, and goes on when told to', async () => {
		world = await openWorld({ settings: { entities: { order: { onDelete: 'unlink' } } } });
		await push(await world.replication('order'), orders(40));
		for (const deal of world.hubspot.account.list('deals').slice(0, 15))
			world.hubspot.account.archive('deals', deal.id);
		await expect(pages(world, { repair: true })).rejects.toThrow(/Stopped before the first write.*15 deletes of 40/);
		expect((await world.store.links('hubspot', 'order').countByStatus('default')).deleted).toBe(0);
		await pages(world, { repair: true, restart: true }, { despiteBrakes: true });
		expect((await world.store.links('hubspot', 'order').countByStatus('default')).deleted).toBe(15);
	});
});

describe('retry', () => {
	it('sends again what is due, without the flow having to find it', async () => {
		const world = await openWorld({ settings: { retry: { attempts: 3, delaySeconds: 1 } } });
		try {
			world.hubspot.faults.add({ match: { pathIncludes: 'batch/upsert' }, times: 50, kind: 'status', status: 503 });
			await push(await world.replication('order', { now: () => new Date(Date.now() - 10_000) }), orders(2));
			world.hubspot.faults.clear();
			expect(await retry(await world.replication('order'), { limit: 10 })).toMatchObject([
				{ outcome: 'created', link: { syncStatus: 'synced' } },
				{ outcome: 'created' },
			]);
			expect(await retry(await world.replication('order'), { limit: 10 })).toEqual([]);
			expect(world.hubspot.account.list('deals').map((deal) => deal.properties.dealname)).toContain('Order 1');
		} finally {
			await world.close();
		}
	});
});

describe('retry of what was given up', () => {
	it('sends it again only when asked to, and after what is due', async () => {
		const world = await openWorld({ settings: { retry: { attempts: 1, delaySeconds: 1 } } });
		try {
			world.hubspot.faults.add({ match: { pathIncludes: 'batch/upsert' }, times: 50, kind: 'status', status: 503 });
			await push(await world.replication('order'), orders(3));
			world.hubspot.faults.clear();
			const links = world.store.links('hubspot', 'order');
			expect(await links.countByStatus('default')).toMatchObject({ failed: 3 });
			expect(await retry(await world.replication('order'), { limit: 10 })).toEqual([]);
			const again = await retry(await world.replication('order'), { limit: 2, givenUp: true });
			expect(again).toMatchObject([{ outcome: 'created' }, { outcome: 'created' }]);
			expect(await links.countByStatus('default')).toMatchObject({ failed: 1, synced: 2 });
			await retry(await world.replication('order'), { limit: 2, givenUp: true });
			expect(world.hubspot.account.list('deals').map((deal) => deal.properties.dealname)).toContain('Order 3');
		} finally {
			await world.close();
		}
	});
});

describe('import and unlink', () => {
	let world: World;
	beforeEach(async () => {
		world = await openWorld();
	});
	afterEach(async () => {
		await world.close();
	});
	const deal = (name: string): string =>
		world.hubspot.account.create('deals', {
			dealname: name,
			amount: '10',
			dealstage: 'contractsent',
			pipeline: 'default',
		}).id;

	it('adopts ids that exist, says which it could not and why, and then writes only what differs', async () => {
		const [a, b] = [deal('Order A'), deal('Order B')];
		const items = [
			{ localId: 'a', externalId: a },
			{ localId: 'b', externalId: b },
			{ localId: 'c', externalId: b },
			{ localId: 'd', externalId: '99999999' },
			{ localId: '', externalId: a },
		];
		const results = await importLinks(await world.replication('order'), items);
		expect(results.map((result) => result.outcome)).toEqual(['created', 'created', 'conflict', 'failed', 'failed']);
		expect(results[2]?.error?.message).toContain('linked to "b"');
		expect(results[3]?.error?.code).toBe('record_not_found');
		const [adopted] = await world.store.links('hubspot', 'order').findByLocalIds('default', ['a']);
		expect(adopted?.columns).toMatchObject({ pipeline: 'default', stage: 'contractsent' });

		world.hubspot.calls.clear();
		const pushed = await push(await world.replication('order'), [
			{ localId: 'a', fields: { name: 'Order A', amount: 10 } },
			{ localId: 'b', fields: { name: 'Order B, renamed', amount: 10 } },
		]);
		expect(pushed.map((result) => result.outcome)).toEqual(['unchanged', 'updated']);
		expect(world.calls()).toBe(1);
		expect((await importLinks(await world.replication('order'), items)).map((result) => result.outcome)).toEqual([
			'unchanged',
			'unchanged',
			'conflict',
			'failed',
			'failed',
		]);
	});

	it('ends a link, and neither push nor pull brings it back', async () => {
		const [created] = await push(await world.replication('order'), orders(1));
		expect(await unlink(await world.replication('order'), ['0001', 'nobody'])).toMatchObject([
			{ outcome: 'updated', link: { syncStatus: 'deleted' } },
			{ outcome: 'unchanged' },
		]);
		expect(await push(await world.replication('order'), orders(1))).toMatchObject([{ outcome: 'skipped' }]);
		expect(await pull(await world.replication('order'), [{ externalId: created?.externalId ?? '' }])).toMatchObject([
			{ outcome: 'skipped' },
		]);
	});
});

describe('deletions', () => {
	const open = async (onDelete: string): Promise<World> =>
		openWorld({ settings: { entities: { order: { onDelete } } } });
	const deleted = (localId: string): PushItem => ({ localId, fields: {}, deleted: true });

	it.each([
		['ignore', 'skipped', 'synced', 1],
		['unlink', 'updated', 'deleted', 1],
		['archive', 'updated', 'deleted', 0],
	])('in your system, policy %s', async (policy, outcome, syncStatus, dealsLeft) => {
		const world = await open(policy);
		try {
			await push(await world.replication('order'), orders(1));
			const [result] = await push(await world.replication('order'), [deleted('0001')]);
			expect(result).toMatchObject({ outcome, link: { syncStatus } });
			expect(world.hubspot.account.list('deals')).toHaveLength(dealsLeft);
		} finally {
			await world.close();
		}
	});

	it('on the other side end the link and come back with a restore', async () => {
		const world = await open('archive');
		try {
			const [created] = await push(await world.replication('order'), orders(1));
			const externalId = created?.externalId as string;
			world.hubspot.account.archive('deals', externalId);
			const [gone] = await pull(await world.replication('order'), [{ externalId }]);
			expect(gone).toMatchObject({ outcome: 'skipped', deleted: true });
			expect((await push(await world.replication('order'), orders(1)))[0]?.outcome).toBe('skipped');
			world.hubspot.account.restore('deals', externalId);
			const [back] = await pull(await world.replication('order'), [{ externalId }]);
			expect(back?.outcome).toBe('updated');
			expect((await push(await world.replication('order'), orders(1)))[0]?.outcome).toBe('unchanged');
		} finally {
			await world.close();
		}
	});
});
