import type { Fields } from '../../lib/adapters/adapter';
import type { LinkRow } from '../../lib/store/store';
import { confirm } from '../../lib/sync/confirm';
import { pull } from '../../lib/sync/pull';
import { push } from '../../lib/sync/push';
import type { PullOutcome, PushItem } from '../../lib/sync/replication';
import { sync } from '../../lib/sync/sync';
import { openWorld, type World } from './world';

const HOUR = 3_600_000;

describe('a patch your system has written and the flow did not live to confirm', () => {
	let world: World;
	let dealId: string;
	let now: number;
	afterEach(async () => {
		await world.close();
	});

	const run = () => world.replication('order', { now: () => new Date(now) });
	const item = (notes: string, more: Partial<PushItem> = {}, fields: Fields = {}): PushItem => ({
		localId: '1',
		fields: { name: 'One', notes, ...fields },
		...more,
	});
	/** Notes are agreed on as `at first`. */
	const open = async (rule: object): Promise<void> => {
		now = Date.now();
		const fields = [
			{ local: 'notes', external: 'description', ...rule },
			{ local: 'salesNotes', direction: 'none' },
			{ local: 'salesStage', direction: 'none' },
		];
		world = await openWorld({ settings: { entities: { order: { fields } } } });
		const [created] = await push(await run(), [item('at first')]);
		dealId = created?.externalId as string;
		await theyEdit('at first');
		const first = await pullOne();
		if (first.receipt) await confirm(await run(), [first.receipt]);
		const both = await syncOne('at first');
		if (both.receipt) await confirm(await run(), [both.receipt]);
	};
	const theyEdit = async (description: string): Promise<void> => {
		await Promise.resolve(world.hubspot.account.edit('deals', dealId, { description }));
	};
	const there = (): string | undefined | null => world.hubspot.account.get('deals', dealId)?.properties.description;
	const syncOne = async (notes: string, more: Partial<PushItem> = {}): Promise<PullOutcome> =>
		(await sync(await run(), [item(notes, more)]))[0] as PullOutcome;
	const pullOne = async (): Promise<PullOutcome> => (await pull(await run(), [{ localId: '1' }]))[0] as PullOutcome;
	const link = async (): Promise<LinkRow | undefined> =>
		(await world.store.links('hubspot', 'order').findByLocalIds('default', ['1']))[0];

	const TWO_WAY: Array<[string, object]> = [
		['owner local', { direction: 'both', policy: 'owner', owner: 'local' }],
		['owner external', { direction: 'both', policy: 'owner', owner: 'external' }],
		['newer', { direction: 'both', policy: 'newer' }],
		['manual', { direction: 'both', policy: 'manual' }],
		['onlyIfEmpty', { direction: 'both', policy: 'onlyIfEmpty' }],
	];

	describe.each(TWO_WAY)('of a two-way field, %s', (_name, rule) => {
		it('does not win over their next edit', async () => {
			await open(rule);
			await theyEdit('theirs 1');
			expect((await syncOne('at first')).patch).toMatchObject({ notes: 'theirs 1' });
			await theyEdit('theirs 2');
			// Written here a moment ago: newer than their edit.
			const next = await syncOne('theirs 1', { modifiedAt: new Date(Date.now() + HOUR) });
			expect(next).toMatchObject({ outcome: 'updated', patch: { notes: 'theirs 2' } });
			expect(there()).toBe('theirs 2');
			await confirm(await run(), [next.receipt as string]);
			expect(await syncOne('theirs 2')).toMatchObject({ outcome: 'unchanged', patch: {} });
			expect(await link()).toMatchObject({ handed: null, syncStatus: 'synced' });
		});

		it('does not undo that they took it back', async () => {
			await open(rule);
			await theyEdit('theirs');
			await syncOne('at first');
			await theyEdit('at first');
			const next = await syncOne('theirs');
			expect(next.patch).toMatchObject({ notes: 'at first' });
			expect(there()).toBe('at first');
			await confirm(await run(), [next.receipt as string]);
			expect(await syncOne('at first')).toMatchObject({ outcome: 'unchanged', patch: {} });
			expect(await link()).toMatchObject({ handed: null });
		});

		it('is not pushed either, and a later edit of yours is', async () => {
			await open(rule);
			await theyEdit('theirs 1');
			await syncOne('at first');
			await theyEdit('theirs 2');
			await push(await run(), [item('theirs 1', { modifiedAt: new Date(Date.now() + HOUR) })]);
			expect(there()).toBe('theirs 2');
			expect((await syncOne('theirs 1')).patch).toMatchObject({ notes: 'theirs 2' });
			await syncOne('ours', { modifiedAt: new Date(Date.now() + HOUR) });
			if (_name === 'owner local' || _name === 'newer') expect(there()).toBe('ours');
		});
	});

	it('of a field that is only pulled does not outlive that they took it back', async () => {
		await open({ direction: 'pull', owner: 'external' });
		await theyEdit('theirs');
		expect((await pullOne()).patch).toMatchObject({ notes: 'theirs' });
		await theyEdit('at first');
		const back = await pullOne();
		expect(back.patch).toMatchObject({ notes: 'at first' });
		// Until it is confirmed.
		expect((await pullOne()).patch).toMatchObject({ notes: 'at first' });
		await confirm(await run(), [back.receipt as string]);
		expect(await pullOne()).toMatchObject({ outcome: 'unchanged', patch: {} });
		expect(await link()).toMatchObject({ handed: null });
	});

	it('is noted once: the same patch again costs no lease', async () => {
		await open({ direction: 'both', policy: 'owner', owner: 'local' });
		await theyEdit('theirs');
		await syncOne('at first');
		const noted = await link();
		expect(noted?.handed).toEqual({ 'notes>description': [{ local: 'theirs', external: 'theirs', at: now }] });
		expect((await syncOne('at first')).patch).toMatchObject({ notes: 'theirs' });
		expect((await pullOne()).patch).not.toHaveProperty('notes');
		expect((await link())?.updatedAt).toEqual(noted?.updatedAt);
	});

	it('that was never written decides nothing an hour later', async () => {
		await open({ direction: 'both', policy: 'owner', owner: 'external' });
		await theyEdit('yes');
		await syncOne('at first');
		await theyEdit('at first');
		now += HOUR + 1;
		expect(await syncOne('at first')).toMatchObject({ outcome: 'unchanged', patch: {} });
		expect(await link()).toMatchObject({ handed: null });
		// The same value, this time by somebody here.
		await syncOne('yes');
		expect(there()).toBe('yes');
	});

	it('is confirmed late without losing what was handed out after it', async () => {
		await open({ direction: 'both', policy: 'owner', owner: 'local' });
		await theyEdit('theirs 1');
		const first = await syncOne('at first');
		await theyEdit('theirs 2');
		await syncOne('theirs 1');
		await confirm(await run(), [first.receipt as string]);
		await theyEdit('theirs 3');
		expect((await syncOne('theirs 2')).patch).toMatchObject({ notes: 'theirs 3' });
		expect(there()).toBe('theirs 3');
	});
});
