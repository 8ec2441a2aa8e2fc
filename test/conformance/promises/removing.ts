import type { RemoveResult } from '../../../lib/adapters/adapter';
import type { Harness } from '../harness';
import { promised, type PromiseTests } from '../kit';
import { newRecords, power, refused, write } from '../records';

export const removingPromises: PromiseTests = ({ promises }, harness) => {
	describe('removing', () => {
		it('takes away more than a batch, answers every ref, and touches nobody else', async () => {
			const kit = harness();
			const ids = await made(kit, promises.batchSize.upsert + 7);
			const [kept = '', ...doomed] = ids;
			kit.wire.clear();
			const results = await remove(kit, doomed);
			expect(results).toEqual(doomed.map((id) => ({ ref: `ref-${id}`, ok: true, gone: false })));
			expect(kit.wire.largestBatch()).toBeLessThanOrEqual(promises.batchSize.upsert);
			expect(kit.wire.calls()).toBeLessThanOrEqual(4);
			expect(doomed.filter((id) => kit.remote.get(id) !== undefined)).toEqual([]);
			expect(kit.remote.get(kept)).toBeDefined();
		});

		it('may be repeated: what is not there is gone, which is as good', async () => {
			const kit = harness();
			const ids = await made(kit, 3);
			await kit.remote.remove(ids[1] ?? '');
			const asked = [...ids, '987654321', 'no-id-of-theirs'];
			const gone = async () => (await remove(kit, asked)).map((result) => result.ok && result.gone);
			expect(await gone()).toEqual([false, true, false, true, true]);
			expect(await gone()).toEqual([true, true, true, true, true]);
		});

		it('answers both of two refs that name one record', async () => {
			const kit = harness();
			const [id = ''] = await made(kit, 1);
			const records = ['a', 'b'].map((ref) => ({ ref, externalId: id }));
			const results = await power(kit.connect(), 'remove')(kit.binding, records);
			expect(results).toEqual(records.map(({ ref }) => ({ ref, ok: true, gone: false })));
		});

		it('answers a lost answer by doing it once more, without harm', async () => {
			const kit = harness();
			const ids = await made(kit, 2);
			kit.faults.loseNextWrite();
			const results = await remove(kit, ids);
			expect(results.map((result) => result.ok)).toEqual([true, true]);
			expect(kit.remote.count()).toBe(0);
		});

		promised(promises.merges)('leaves the survivor of a merge alone when asked for the merged id', async () => {
			const kit = harness();
			const [winner = '', loser = '', other = ''] = await made(kit, 3);
			const survivor = kit.remote.merge(winner, loser);
			const results = await remove(kit, [loser, other]);
			expect(refused(results[0])).toMatchObject({ class: 'rejected', code: 'record_merged' });
			expect(refused(results[0]).message).toContain(survivor);
			expect(results[1]).toMatchObject({ ok: true, gone: false });
			expect(kit.remote.get(survivor)).toBeDefined();
		});

		it('gives every record the failure of the whole call, and calls no further', async () => {
			const kit = harness();
			const ids = await made(kit, promises.batchSize.upsert + 1);
			const adapter = kit.connect({ refused: true });
			kit.wire.clear();
			for (const result of await remove(kit, ids, adapter)) expect(refused(result).class).toBe('auth');
			expect(kit.wire.calls()).toBeLessThanOrEqual(2);
			kit.faults.down();
			for (const result of await remove(kit, ids)) expect(refused(result).class).toBe('transient');
			kit.faults.clear();
			expect(kit.remote.count()).toBe(ids.length);
		});
	});
};

async function made(kit: Harness, count: number): Promise<string[]> {
	return (await write(kit, newRecords(kit, count))).map((record) => record.externalId);
}

async function remove(kit: Harness, ids: string[], adapter = kit.connect()): Promise<RemoveResult[]> {
	const records = ids.map((externalId) => ({ ref: `ref-${externalId}`, externalId }));
	return await power(adapter, 'remove')(kit.binding, records);
}
