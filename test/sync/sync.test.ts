import type { Fields } from '../../lib/adapters/adapter';
import { confirm } from '../../lib/sync/confirm';
import { preview } from '../../lib/sync/preview';
import { pull } from '../../lib/sync/pull';
import { push } from '../../lib/sync/push';
import { resolveConflicts } from '../../lib/sync/resolve';
import { retry } from '../../lib/sync/retry';
import { sync } from '../../lib/sync/sync';
import type { PullOutcome, PushItem } from '../../lib/sync/replication';
import { openWorld, type World } from './world';

const bothWays = (policy: string, owner = 'local') => ({
	entities: {
		order: {
			fields: [
				{ local: 'amount', external: 'amount', direction: 'both', policy, owner, transform: { type: 'number' } },
			],
		},
	},
	syncLog: 'all',
});
const order = (fields: Fields): PushItem => ({ localId: '1', fields: { name: 'Order 1', ...fields } });

/** An order linked and agreed on both sides at amount 100. */
async function linked(world: World): Promise<string> {
	const [created] = await push(await world.replication('order'), [order({ amount: 100 })]);
	const first = await syncOne(world, { amount: 100 });
	if (first.receipt) await confirm(await world.replication('order'), [first.receipt]);
	world.hubspot.calls.clear();
	return created?.externalId as string;
}

async function syncOne(world: World, fields: Fields, more: Partial<PushItem> = {}): Promise<PullOutcome> {
	const [outcome] = await sync(await world.replication('order'), [{ ...order(fields), ...more }]);
	return outcome as PullOutcome;
}

async function confirmed(world: World, outcome: PullOutcome): Promise<void> {
	await confirm(await world.replication('order'), [outcome.receipt as string]);
}

describe('sync both ways', () => {
	let world: World;
	let dealId: string;
	const amountThere = (): string | null | undefined => world.hubspot.account.get('deals', dealId)?.properties.amount;
	afterEach(async () => {
		await world.close();
	});
	const open = async (policy: string, owner?: string): Promise<void> => {
		world = await openWorld({ settings: bothWays(policy, owner) });
		dealId = await linked(world);
	};

	it('carries each side its way and comes to rest', async () => {
		await open('owner');
		world.hubspot.account.edit('deals', dealId, { dealstage: 'contractsent' });
		const outcome = await syncOne(world, { name: 'Renamed', amount: 100 });
		expect(outcome).toMatchObject({ outcome: 'updated', patch: { salesStage: 'contractsent' } });
		expect(world.hubspot.account.get('deals', dealId)?.properties.dealname).toBe('Renamed');
		await confirmed(world, outcome);
		world.hubspot.calls.clear();
		const rest = await syncOne(world, { name: 'Renamed', amount: 100, salesStage: 'contractsent' });
		expect(rest).toMatchObject({ outcome: 'unchanged', patch: {}, receipt: null });
		expect(world.calls()).toBe(1);
	});

	it('lets the owner win when both changed', async () => {
		await open('owner', 'external');
		world.hubspot.account.edit('deals', dealId, { amount: '120' });
		expect(await syncOne(world, { amount: 110 })).toMatchObject({ patch: { amount: 120 } });
		expect(amountThere()).toBe('120');
	});

	it('lets the newer side win', async () => {
		await open('newer');
		world.hubspot.account.edit('deals', dealId, { amount: '120' });
		const later = new Date(Date.now() + 60_000);
		expect(await syncOne(world, { amount: 110 }, { modifiedAt: later })).toMatchObject({
			outcome: 'updated',
			patch: {},
		});
		expect(amountThere()).toBe('110');
	});

	it('keeps a conflict for a person, and carries the decision out once', async () => {
		await open('manual');
		world.hubspot.account.edit('deals', dealId, { amount: '120' });
		const conflict = await syncOne(world, { amount: 110 });
		expect(conflict).toMatchObject({
			outcome: 'conflict',
			patch: {},
			link: { syncStatus: 'conflict' },
			conflicts: [{ field: 'amount', reason: 'both_changed', local: 110, external: '120', base: 100 }],
		});
		expect(amountThere()).toBe('120');
		const kept = await world.store.conflicts.page('default', { status: 'open' }, { limit: 10 });
		expect(kept).toMatchObject([{ localId: '1', field: 'amount', local: 110, external: '120', baseLocal: 100 }]);

		const replication = await world.replication('order');
		await expect(resolveConflicts(replication, { localId: '1', choice: 'value', value: 'much' })).rejects.toThrow(
			/number/,
		);
		await resolveConflicts(replication, { localId: '1', field: 'amount', choice: 'local' });
		expect(await syncOne(world, { amount: 110 })).toMatchObject({ outcome: 'updated', link: { syncStatus: 'synced' } });
		expect(amountThere()).toBe('110');
		expect(await world.store.conflicts.page('default', { status: 'done' }, { limit: 10 })).toHaveLength(1);
		await expect(resolveConflicts(replication, { localId: '1', choice: 'local' })).rejects.toThrow(/no such conflict/);
	});

	it('carries out a decision for the other side, and for a value of its own', async () => {
		await open('manual');
		world.hubspot.account.edit('deals', dealId, { amount: '120' });
		await syncOne(world, { amount: 110 });
		await resolveConflicts(await world.replication('order'), { localId: '1', choice: 'external' });
		const theirs = await syncOne(world, { amount: 110 });
		expect(theirs).toMatchObject({ patch: { amount: 120 }, link: { syncStatus: 'conflict' } });
		await confirmed(world, theirs);
		expect(await syncOne(world, { amount: 120 })).toMatchObject({
			outcome: 'unchanged',
			link: { syncStatus: 'synced' },
		});

		world.hubspot.account.edit('deals', dealId, { amount: '130' });
		await syncOne(world, { amount: 140 });
		await resolveConflicts(await world.replication('order'), { localId: '1', choice: 'value', value: 135 });
		expect(await syncOne(world, { amount: 140 })).toMatchObject({ patch: { amount: 135 } });
		expect(amountThere()).toBe('135');
		expect(await syncOne(world, { amount: 135 })).toMatchObject({ link: { syncStatus: 'synced' }, patch: {} });
	});

	it('answers "why is this value here" from the log', async () => {
		await open('owner');
		await syncOne(world, { name: 'Second name', amount: 100 });
		const history = await world.store.log.history('default', 'hubspot', 'order', '1', { field: 'name', limit: 5 });
		expect(history[0]).toMatchObject({
			kind: 'push',
			from: 'Order 1',
			to: 'Second name',
			rule: { external: 'dealname' },
		});
		expect(history[0]?.run).not.toBe('');
	});

	it('forgets log entries that are older than the setting', async () => {
		await open('owner');
		await syncOne(world, { name: 'Second name', amount: 100 });
		const later = () => new Date(Date.now() + 91 * 86_400_000);
		await retry(await world.replication('order', { now: later }), { limit: 1 });
		expect(await world.store.log.history('default', 'hubspot', 'order', '1', { limit: 5 })).toEqual([]);
	});

	it('does not pull a field of both sides without knowing this side', async () => {
		await open('owner');
		world.hubspot.account.edit('deals', dealId, { amount: '120' });
		const [outcome] = await pull(await world.replication('order'), [{ externalId: dealId }]);
		expect(outcome).toMatchObject({ patch: {}, reason: expect.stringContaining('amount') as string });
	});
});

describe('preview', () => {
	let world: World;
	beforeEach(async () => {
		world = await openWorld();
	});
	afterEach(async () => {
		await world.close();
	});
	const items: PushItem[] = Array.from({ length: 130 }, (_, index) => ({
		localId: String(index),
		fields: { name: `Order ${index}`, amount: index },
	}));

	it('shows what the run then does, and writes nothing', async () => {
		await push(await world.replication('order'), items.slice(0, 50));
		const changed = items.map((item) => ({ ...item, fields: { ...item.fields, name: `New ${item.localId}` } }));
		const run = [...changed.slice(0, 40), ...items.slice(40, 130), { localId: '', fields: {} }];
		world.hubspot.calls.clear();
		const { outcomes, summary } = await preview(await world.replication('order'), run, 'push');
		expect(world.calls()).toBe(0);
		expect(summary).toMatchObject({ creates: 80, updates: 40, unchanged: 10, failed: 1, conflicts: 0, deletes: 0 });
		expect(outcomes[0]?.changes).toEqual([
			{ field: 'name', from: 'Order 0', to: 'New 0', direction: 'push', base: 'Order 0' },
		]);
		const done = await push(await world.replication('order'), run);
		expect(done.map((outcome) => outcome.outcome)).toEqual(outcomes.map((outcome) => outcome.outcome));
		// The list of pipelines is read once per connection.
		expect(world.calls() - world.calls('pipelines')).toBe(summary.calls);
	});
});
