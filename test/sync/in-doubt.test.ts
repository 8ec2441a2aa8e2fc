import type { Fields } from '../../lib/adapters/adapter';
import { CrosslinkError } from '../../lib/errors';
import type { LinkRow, LinkTable } from '../../lib/store/store';
import { withLeases } from '../../lib/sync/leases';
import { preview } from '../../lib/sync/preview';
import { push } from '../../lib/sync/push';
import { reconcile } from '../../lib/sync/reconcile';
import type { PushItem, Replication } from '../../lib/sync/replication';
import { sync } from '../../lib/sync/sync';
import { cancelledError } from '../../lib/transport/cancelled';
import { dieBeforeSettle } from './dying-run';
import { openWorld, type World } from './world';

const order = (notes: string | null, more: Fields = {}): PushItem[] => [
	{ localId: '1', fields: { id: '1', name: 'One', notes, ...more } },
];
const PUSHED = { local: 'notes', external: 'description', direction: 'push' };

it('makes no call for a record that another run has taken over, where nothing could be noted of what it sends', async () => {
	const world = await openWorld({
		settings: { entities: { order: { fields: [{ local: 'notes', external: 'description', direction: 'both' }] } } },
	});
	const slow = await world.replication('order', { runId: 'slow', leaseSeconds: -1 });
	const table = world.store.links('hubspot', 'order');
	const note: LinkTable['note'] = async (...args) => {
		await table.claim('default', ['1'], { owner: 'quick', seconds: 60 });
		return await table.note(...args);
	};
	const [outcome] = await push(withTable(slow, { note }), order('mine'));
	expect(outcome).toMatchObject({ outcome: 'failed', error: { code: 'lease_lost' } });
	expect(world.hubspot.account.list('deals')).toEqual([]);
	await world.close();
});

describe('a field that is only pushed, after a run that may have written it without living to tell', () => {
	let world: World;
	let runs: number;
	const open = async (rule: object = {}): Promise<void> => {
		world = await openWorld({ settings: { entities: { order: { fields: [{ ...PUSHED, ...rule }] } } } });
		runs = 0;
	};
	afterEach(async () => {
		await world.close();
	});
	const run = (more: Partial<Replication> = {}) => world.replication('order', { runId: `run ${++runs}`, ...more });
	const there = (): string | undefined => world.hubspot.account.list('deals')[0]?.properties.description;
	const link = async (): Promise<LinkRow | undefined> =>
		(await world.store.links('hubspot', 'order').findByLocalIds('default', ['1']))[0];
	const pushOne = async (notes: string | null, more: Partial<Replication> = {}) =>
		await push(await run(more), order(notes));
	const repair = async (): Promise<void> => {
		const options = { repair: true, restart: true, pageSize: 100, maxMs: 60_000 };
		for await (const _page of reconcile(await run(), options));
	};

	/** A run that has written and then meets this; it may fail in the way it does. */
	const cutOff: Array<[string, (notes: string) => Promise<unknown>]> = [
		['was killed', async (notes) => await dieBeforeSettle(await run(), (dying) => push(dying, order(notes)))],
		[
			'was cancelled',
			async (notes) => {
				const controller = new AbortController();
				const replication = await run({ signal: controller.signal });
				const upsert: Replication['adapter']['upsert'] = async (...args) => {
					await replication.adapter.upsert?.(...args);
					controller.abort();
					throw cancelledError('upsert', true);
				};
				await expect(
					push({ ...replication, adapter: { ...replication.adapter, upsert } }, order(notes)),
				).rejects.toThrow();
				expect(await link()).toMatchObject({ attempts: 0, syncStatus: 'synced', leaseOwner: null });
			},
		],
		[
			'could not commit',
			async (notes) => {
				const replication = await run();
				await expect(push(withTable(replication, { settle: storeFails }), order(notes))).rejects.toThrow();
				expect(await link()).toMatchObject({ inDoubt: true, leaseOwner: null });
			},
		],
		[
			'lost its lease to one that looked too early',
			async (notes) => {
				const slow = await run({ leaseSeconds: -1 });
				const upsert: Replication['adapter']['upsert'] = async (...args) => {
					expect((await pushOne('at first'))[0]?.outcome).toBe('unchanged');
					expect(await link()).toMatchObject({ inDoubt: false, leaseOwner: null });
					return (await slow.adapter.upsert?.(...args)) ?? [];
				};
				const [outcome] = await push({ ...slow, adapter: { ...slow.adapter, upsert } }, order(notes));
				expect(outcome?.error?.code).toBe('lease_lost');
			},
		],
	];

	describe.each(cutOff)('that %s', (_name, cut) => {
		it('is taken back there when it was taken back here, and costs nothing more after that', async () => {
			await open();
			await pushOne('at first');
			await cut('sent');
			expect(there()).toBe('sent');
			await pushOne('at first');
			expect(there()).toBe('at first');
			expect(await link()).toMatchObject({ sent: null, inDoubt: false, syncStatus: 'synced' });
			world.hubspot.calls.clear();
			expect((await pushOne('at first'))[0]?.outcome).toBe('unchanged');
			expect(world.calls()).toBe(0);
		});

		it('costs one look when the value has stayed here', async () => {
			await open();
			await pushOne('at first');
			await cut('sent');
			world.hubspot.calls.clear();
			await pushOne('sent');
			expect([world.calls('/batch/read'), world.calls('/batch/up')]).toEqual([1, 0]);
			expect(await link()).toMatchObject({ sent: null, inDoubt: false });
			await pushOne('sent');
			expect(world.calls()).toBe(1);
		});

		it('is not undone by a reconcile, and still taken back by a sync after it', async () => {
			await open({ strength: 'enforced', owner: 'local' });
			await pushOne('at first');
			await cut('sent');
			await repair();
			expect(there()).toBe('sent');
			await sync(await run(), order('at first'));
			expect(there()).toBe('at first');
		});
	});

	const killed = async (notes: string | null): Promise<void> =>
		await dieBeforeSettle(await run(), (dying) => push(dying, order(notes)));

	it('stays in doubt when the next run’s request never arrives', async () => {
		await open();
		await pushOne('at first');
		await killed('sent');
		world.hubspot.faults.add({ kind: 'status', status: 503, times: Infinity, match: { pathIncludes: '/batch/up' } });
		expect((await pushOne('at first'))[0]?.outcome).toBe('failed');
		world.hubspot.faults.clear();
		await pushOne('at first');
		expect(there()).toBe('at first');
	});

	it('is not forgotten by a run that does not give the value', async () => {
		await open();
		await pushOne('at first');
		await killed('sent');
		await push(await run(), [{ localId: '1', fields: { name: 'Renamed' } }]);
		world.hubspot.calls.clear();
		await push(await run(), [{ localId: '1', fields: { name: 'Renamed' } }]);
		expect(world.calls()).toBe(0);
		expect(there()).toBe('sent');
		await pushOne('at first');
		expect(there()).toBe('at first');
	});

	it('that created the record, is emptied there when it was emptied here', async () => {
		await open();
		await killed('sent');
		expect(there()).toBe('sent');
		await pushOne(null);
		expect(there() ?? '').toBe('');
		expect(world.hubspot.account.list('deals')).toHaveLength(1);
	});

	it('leaves a value of theirs alone where nothing is in doubt', async () => {
		await open();
		await pushOne('at first');
		world.hubspot.account.edit('deals', world.hubspot.account.list('deals')[0]?.id as string, {
			description: 'theirs',
		});
		await pushOne('at first');
		await sync(await run(), order('at first'));
		expect(there()).toBe('theirs');
	});

	it('is shown by a preview as a run would do it', async () => {
		await open();
		await pushOne('at first');
		await killed('sent');
		const { outcomes, summary } = await preview(await run(), order('at first'), 'push');
		expect(outcomes).toMatchObject([
			{ outcome: 'updated', changes: [{ field: 'notes', from: 'sent', to: 'at first' }] },
		]);
		expect(summary).toMatchObject({ updates: 1, calls: 1 });
		expect(there()).toBe('sent');
	});

	it('is waited for while the other run is still at it', async () => {
		await open();
		await pushOne('at first');
		const first = await run();
		const upsert: Replication['adapter']['upsert'] = async (...args) => {
			const results = await first.adapter.upsert?.(...args);
			second = pushOne('at first');
			// It has found the link taken by now, or would call it unchanged at once.
			await expect(Promise.race([second, untilLeaseIsAskedFor])).resolves.toBe('asked');
			return results ?? [];
		};
		let second: Promise<unknown> = Promise.resolve();
		let asked = (_: string): void => undefined;
		const untilLeaseIsAskedFor = new Promise<string>((resolve) => (asked = resolve));
		const { store } = world;
		const links = store.links.bind(store);
		store.links = (...names) => {
			const table = links(...names);
			const claim: LinkTable['claim'] = async (tenant, localIds, lease) => {
				const result = await table.claim(tenant, localIds, lease);
				if (lease.owner !== first.runId) asked('asked');
				return result;
			};
			return { ...table, claim };
		};
		await push({ ...first, adapter: { ...first.adapter, upsert } }, order('sent'));
		await second;
		expect(there()).toBe('at first');
	});

	it('leaves links clean that no call was made for', async () => {
		await open();
		const replication = await run();
		const table = world.store.links('hubspot', 'order');
		const work = withLeases(replication, table, ['1', '2'], 10, async (claimed, { called }) => {
			called(claimed.filter(({ localId }) => localId === '2'));
			throw new Error('cut off');
		});
		await expect(work).rejects.toThrow('cut off');
		const links = await table.findByLocalIds('default', ['1', '2']);
		expect(links.map(({ localId, inDoubt, leaseOwner }) => [localId, inDoubt, leaseOwner]).sort()).toEqual([
			['1', false, null],
			['2', true, null],
		]);
	});

	it('does not put a two-way field back that a reconcile finds there', async () => {
		world = await openWorld({
			settings: {
				entities: {
					order: {
						fields: [
							{ ...PUSHED, direction: 'both', policy: 'owner', owner: 'local' },
							{ local: 'name', external: 'dealname', strength: 'enforced', owner: 'local' },
						],
					},
				},
			},
		});
		runs = 0;
		await pushOne('at first');
		await killed('sent');
		// It may be ours, too: only a run that knows this side can tell.
		world.hubspot.account.edit('deals', world.hubspot.account.list('deals')[0]?.id as string, { dealname: 'Theirs' });
		await repair();
		const properties = () => world.hubspot.account.list('deals')[0]?.properties;
		expect(properties()).toMatchObject({ dealname: 'Theirs', description: 'sent' });
		await pushOne('sent');
		expect(properties()).toMatchObject({ dealname: 'One', description: 'sent' });
		await pushOne('at first');
		expect(there()).toBe('at first');
	});
});

function withTable(replication: Replication, more: Partial<LinkTable>): Replication {
	const { store } = replication;
	const links = (...names: Parameters<typeof store.links>) => ({ ...store.links(...names), ...more });
	return { ...replication, store: { ...store, links } };
}

const storeFails = (): never => {
	throw new CrosslinkError({
		class: 'transient',
		code: 'store_unreachable',
		message: 'The store is gone.',
		remedy: '',
	});
};
