import { confirm } from '../../lib/sync/confirm';
import { pull } from '../../lib/sync/pull';
import { push } from '../../lib/sync/push';
import type { PullOutcome } from '../../lib/sync/replication';
import { openWorld, type World } from './world';

describe('pull and confirm', () => {
	let world: World;
	let dealId: string;
	beforeEach(async () => {
		world = await openWorld();
		const [created] = await push(await world.replication('order'), [
			{ localId: '1', fields: { name: 'Order 1', amount: 100 } },
		]);
		dealId = created?.externalId as string;
		const first = await pullDeal();
		await confirm(await world.replication('order'), [first.receipt as string]);
	});
	afterEach(async () => {
		await world.close();
	});
	const pullDeal = async (): Promise<PullOutcome> => {
		const [outcome] = await pull(await world.replication('order'), [{ externalId: dealId }]);
		return outcome as PullOutcome;
	};

	it('hands out an edit of the other side until it is confirmed, then never again', async () => {
		world.hubspot.account.edit('deals', dealId, { dealstage: 'contractsent', description: 'Call on Monday' });
		const pulled = await pullDeal();
		expect(pulled).toMatchObject({
			outcome: 'updated',
			localId: '1',
			patch: { salesStage: 'contractsent', salesNotes: 'Call on Monday' },
		});
		expect((await pullDeal()).patch).toEqual(pulled.patch);

		const [confirmed] = await confirm(await world.replication('order'), [pulled.receipt as string]);
		expect(confirmed?.outcome).toBe('updated');
		expect(await pullDeal()).toMatchObject({ outcome: 'unchanged', patch: {}, receipt: null });
		const [again] = await confirm(await world.replication('order'), [pulled.receipt as string]);
		expect(again?.outcome).toBe('unchanged');
	});

	it('drops the echo of our own write', async () => {
		await push(await world.replication('order'), [{ localId: '1', fields: { name: '  Order one  ', amount: 250.5 } }]);
		expect(await pullDeal()).toMatchObject({ outcome: 'unchanged', patch: {} });
		world.hubspot.calls.clear();
		const [same] = await push(await world.replication('order'), [
			{ localId: '1', fields: { name: '  Order one  ', amount: 250.5 } },
		]);
		expect(same?.outcome).toBe('unchanged');
		expect(world.calls()).toBe(0);
	});

	it('keeps a newer edit when an older receipt comes late', async () => {
		world.hubspot.account.edit('deals', dealId, { description: 'first' });
		const first = await pullDeal();
		world.hubspot.account.edit('deals', dealId, { description: 'second' });
		const second = await pullDeal();
		await confirm(await world.replication('order'), [second.receipt as string]);
		await confirm(await world.replication('order'), [first.receipt as string]);
		expect(await pullDeal()).toMatchObject({ outcome: 'unchanged' });
	});

	it('pulls by local id, and says why it skips what is not linked or gone', async () => {
		world.hubspot.account.archive('deals', dealId);
		const results = await pull(await world.replication('order'), [
			{ localId: '1' },
			{ externalId: '424242' },
			{ localId: 'nobody' },
			{},
		]);
		expect(results.map((result) => result.outcome)).toEqual(['skipped', 'skipped', 'skipped', 'failed']);
		expect(results[0]?.reason).toContain('not there any more');
		expect(results[1]?.reason).toContain('424242 is not linked');
		expect(results[3]?.error?.code).toBe('id_missing');
	});

	it('follows a merged record to its survivor and finds the link by either id', async () => {
		const other = world.hubspot.account.create('deals', {
			dealname: 'Twin',
			dealstage: 'appointmentscheduled',
			pipeline: 'default',
		});
		world.hubspot.account.merge('deals', other.id, dealId);
		world.hubspot.account.edit('deals', other.id, { description: 'after the merge' });
		const merged = await pullDeal();
		expect(merged).toMatchObject({ outcome: 'updated', localId: '1', externalId: other.id });
		const [bySurvivor] = await pull(await world.replication('order'), [{ externalId: other.id }]);
		expect(bySurvivor).toMatchObject({ localId: '1', externalId: other.id });
		expect((await pullDeal()).localId).toBe('1');
	});

	it('refuses a receipt of another tenant or entity', async () => {
		world.hubspot.account.edit('deals', dealId, { description: 'x' });
		const { receipt } = await pullDeal();
		const [refused] = await confirm(await world.replication('company'), [receipt as string]);
		expect(refused?.error?.code).toBe('receipt_of_another');
		const [garbage] = await confirm(await world.replication('order'), ['nonsense']);
		expect(garbage?.error?.code).toBe('receipt_unreadable');
	});
});
