import type { Fields } from '../../lib/adapters/adapter';
import type { LinkRow } from '../../lib/store/store';
import { preview } from '../../lib/sync/preview';
import { push } from '../../lib/sync/push';
import type { PushItem, Replication } from '../../lib/sync/replication';
import { dieBeforeSettle } from './dying-run';
import { openWorld, type World } from './world';

const order = (fields: Fields): PushItem[] => [{ localId: '1', fields: { name: 'One', ...fields } }];

describe('references of a record, after a run that was cut off while it associated', () => {
	let world: World;
	let runs: number;
	/** External ids of the companies, by local id. */
	let companies: Map<string, string>;
	beforeEach(async () => {
		world = await openWorld();
		runs = 0;
		const made = await push(
			await world.replication('company'),
			['a', 'b'].map((id) => ({ localId: id, fields: { name: id, domain: `${id}.example` } })),
		);
		companies = new Map(made.map(({ localId, externalId }) => [localId as string, externalId as string]));
	});
	afterEach(async () => {
		await world.close();
	});

	const run = (more: Partial<Replication> = {}) => world.replication('order', { runId: `run ${++runs}`, ...more });
	const pushOne = async (fields: Fields, more: Partial<Replication> = {}) =>
		(await push(await run(more), order(fields)))[0];
	const killed = async (fields: Fields): Promise<void> =>
		await dieBeforeSettle(await run(), (dying) => push(dying, order(fields)));
	const there = (): string[] => {
		const id = world.hubspot.account.list('deals')[0]?.id as string;
		const found = world.hubspot.account.associations('deals', id).filter(({ object }) => object === 'companies');
		return found.map(({ id: company }) => [...companies].find(([, one]) => one === company)?.[0] ?? company).sort();
	};
	const link = async (): Promise<LinkRow | undefined> =>
		(await world.store.links('hubspot', 'order').findByLocalIds('default', ['1']))[0];

	it.each([
		['added', null, 'a'],
		['moved', 'b', 'a'],
		['taken away', 'a', null],
	])('take back there what was %s and is taken back here', async (_name, before, sent) => {
		await pushOne({ companyId: before });
		await killed({ companyId: sent });
		expect(there()).toEqual(sent ? [sent] : []);
		const outcome = await pushOne({ companyId: before });
		expect(there()).toEqual(before ? [before] : []);
		// Nothing has changed against what was agreed; it was only made sure of.
		expect(outcome).toMatchObject({ outcome: 'unchanged', changes: [] });
		expect(await link()).toMatchObject({ sent: null, inDoubt: false, syncStatus: 'synced' });
		world.hubspot.calls.clear();
		expect((await pushOne({ companyId: before }))?.outcome).toBe('unchanged');
		expect(world.calls()).toBe(0);
	});

	it('follow when the record itself was made by that run', async () => {
		await killed({ companyId: 'a' });
		expect(there()).toEqual(['a']);
		await pushOne({ companyId: 'b' });
		expect(there()).toEqual(['b']);
		expect(world.hubspot.account.list('deals')).toHaveLength(1);
	});

	it('are not forgotten by a run that does not name them, and cost it no call', async () => {
		await pushOne({});
		await killed({ companyId: 'a' });
		await pushOne({});
		world.hubspot.calls.clear();
		expect(await pushOne({})).toMatchObject({ outcome: 'unchanged' });
		expect(world.calls()).toBe(0);
		await pushOne({ companyId: null });
		expect(there()).toEqual([]);
	});

	it('are made sure of after an answer that got lost', async () => {
		await pushOne({ companyId: null });
		const match = { pathIncludes: '/associations/' };
		world.hubspot.faults.add({ kind: 'lostAnswer', times: Infinity, match });
		expect((await pushOne({ companyId: 'a' }))?.outcome).toBe('failed');
		world.hubspot.faults.clear();
		expect(there()).toEqual(['a']);
		await pushOne({ companyId: null });
		expect(there()).toEqual([]);
		expect(await link()).toMatchObject({ sent: null, syncStatus: 'synced' });
	});

	it('are made sure of when the lease was lost to one that looked too early', async () => {
		await pushOne({ companyId: null });
		const slow = await run({ leaseSeconds: -1 });
		const associate: Replication['adapter']['associate'] = async (...args) => {
			// Another run takes the link up and agrees on none, before this one's call arrives.
			await pushOne({ companyId: null });
			return (await slow.adapter.associate?.(...args)) ?? [];
		};
		const replication = { ...slow, adapter: { ...slow.adapter, associate } };
		const [outcome] = await push(replication, order({ companyId: 'a' }));
		expect(outcome?.error?.code).toBe('lease_lost');
		expect(there()).toEqual(['a']);
		await pushOne({ companyId: null });
		expect(there()).toEqual([]);
	});

	it('are left alone by a run whose link is another one’s before it comes to them', async () => {
		await pushOne({ companyId: null });
		const slow = await run({ leaseSeconds: -1 });
		const upsert: Replication['adapter']['upsert'] = async (...args) => {
			const results = (await slow.adapter.upsert?.(...args)) ?? [];
			await pushOne({ companyId: null });
			return results;
		};
		const [outcome] = await push(
			{ ...slow, adapter: { ...slow.adapter, upsert } },
			order({ name: 'Two', companyId: 'a' }),
		);
		expect(outcome?.error?.code).toBe('lease_lost');
		expect(world.calls('/associations/')).toBe(0);
		expect(there()).toEqual([]);
	});

	it('are counted by a preview as a run would make them', async () => {
		await pushOne({ companyId: null });
		await killed({ companyId: 'a' });
		const { outcomes, summary } = await preview(await run(), order({ companyId: null }), 'push');
		expect(outcomes).toMatchObject([{ outcome: 'unchanged', changes: [] }]);
		expect(summary).toMatchObject({ updates: 0, calls: 1 });
	});

	it('cost no more calls than before where nothing was cut off', async () => {
		await pushOne({ companyId: 'a' });
		world.hubspot.calls.clear();
		await pushOne({ companyId: 'b' });
		expect(world.calls('/associations/')).toBe(2);
		expect(world.calls()).toBe(2);
		world.hubspot.calls.clear();
		await pushOne({ companyId: 'b' });
		expect(world.calls()).toBe(0);
		expect(await link()).toMatchObject({ sent: null });
	});
});
