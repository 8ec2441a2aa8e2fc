import { confirm } from '../../lib/sync/confirm';
import { push } from '../../lib/sync/push';
import type { PushItem } from '../../lib/sync/replication';
import { resolveConflicts } from '../../lib/sync/resolve';
import { sync } from '../../lib/sync/sync';
import { openWorld, type World } from './world';

const MINUTE = 60_000;

describe('a field that two automations correct to and fro', () => {
	let world: World;
	let now: number;
	let dealId: string;
	afterEach(async () => {
		await world.close();
	});

	const open = async (rule: object, flips = 3): Promise<void> => {
		now = Date.now();
		const fields = [
			{ local: 'notes', external: 'description', ...rule },
			{ local: 'salesNotes', direction: 'none' },
		];
		const freeze = { flips, minutes: 10 };
		world = await openWorld({ settings: { freeze, entities: { order: { fields } } } });
		const [created] = await push(await run(), [item('ours')]);
		dealId = created?.externalId as string;
	};
	const run = () => world.replication('order', { now: () => new Date(now) });
	const item = (notes: string): PushItem => ({ localId: '1', fields: { name: 'One', notes } });
	const there = (): string | undefined => world.hubspot.account.get('deals', dealId)?.properties.description;
	const theyCorrect = (): void => {
		world.hubspot.account.edit('deals', dealId, { description: 'theirs' });
	};
	/** How often ours was written over theirs before it was left to a person; at most `times`. */
	const corrections = async (times: number, minutesApart: number): Promise<number> => {
		for (let turn = 0; turn < times; turn++) {
			now += minutesApart * MINUTE;
			theyCorrect();
			const [outcome] = await sync(await run(), [item('ours')]);
			if (outcome?.outcome === 'conflict') return turn;
			if (outcome?.receipt) await confirm(await run(), [outcome.receipt]);
			expect(there()).toBe('ours');
		}
		return times;
	};
	const ENFORCED = { direction: 'push', owner: 'local', strength: 'enforced' };

	it('is frozen into a conflict and written no more, until a person decides', async () => {
		await open(ENFORCED);
		expect(await corrections(20, 1)).toBeLessThan(8);
		expect(await world.store.conflicts.page('default', { status: 'open' }, { limit: 5 })).toMatchObject([
			{ localId: '1', field: 'notes', reason: 'flip_flop', local: 'ours', external: 'theirs' },
		]);
		const writes = world.calls('/batch/up');
		for (let again = 0; again < 3; again++) {
			expect((await sync(await run(), [item('ours')]))[0]?.outcome).toBe('conflict');
		}
		expect(world.calls('/batch/up')).toBe(writes);
		expect(there()).toBe('theirs');
		await resolveConflicts(await run(), { localId: '1', field: 'notes', choice: 'local' });
		expect((await sync(await run(), [item('ours')]))[0]).toMatchObject({ link: { syncStatus: 'synced' } });
		expect(there()).toBe('ours');
	});

	it('is frozen as well when what is enforced is theirs, and a receipt that comes twice counts once', async () => {
		await open({ direction: 'pull', owner: 'external', strength: 'enforced' }, 5);
		theyCorrect();
		const undo = async (notes: string): Promise<string> => {
			now += MINUTE;
			const [outcome] = await sync(await run(), [item(notes)]);
			for (let again = 0; outcome?.receipt && again < 5; again++) await confirm(await run(), [outcome.receipt]);
			return outcome?.outcome ?? '';
		};
		await undo('at first');
		const outcomes: string[] = [];
		while (outcomes.at(-1) !== 'conflict' && outcomes.length < 8) outcomes.push(await undo('ours'));
		expect(outcomes).toEqual(['updated', 'updated', 'conflict']);
	});

	it('is not frozen when it takes longer than the set time', async () => {
		await open(ENFORCED);
		expect(await corrections(12, 11)).toBe(12);
	});
});
