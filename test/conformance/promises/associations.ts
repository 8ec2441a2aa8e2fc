import type { AssociationChange } from '../../../lib/adapters/adapter';
import type { Harness } from '../harness';
import type { PromiseTests } from '../kit';
import { newRecords, power, refused, write, written } from '../records';

export const associationPromises: PromiseTests = (_module, harness) => {
	describe('associations', () => {
		it('adds and removes, and both may be repeated', async () => {
			const kit = harness();
			const { ids, relatedId } = await pairs(kit, 3);
			const change = (action: AssociationChange['action']): AssociationChange[] =>
				ids.map((fromId, n) => ({ ref: `pair-${n}`, fromId, toId: relatedId, action }));
			for (const action of ['add', 'add', 'remove', 'remove'] as const) {
				const results = await associate(kit, change(action));
				expect(results).toEqual(ids.map((_, n) => ({ ref: `pair-${n}`, ok: true })));
				for (const id of ids) expect(kit.remote.associated(id)).toEqual(action === 'add' ? [relatedId] : []);
			}
		});

		it('takes adds and removes together', async () => {
			const kit = harness();
			const { ids, relatedId } = await pairs(kit, 2);
			const [one = '', other = ''] = ids;
			await associate(kit, [{ ref: 'a', fromId: one, toId: relatedId, action: 'add' }]);
			await associate(kit, [
				{ ref: 'b', fromId: one, toId: relatedId, action: 'remove' },
				{ ref: 'c', fromId: other, toId: relatedId, action: 'add' },
			]);
			expect(kit.remote.associated(one)).toEqual([]);
			expect(kit.remote.associated(other)).toEqual([relatedId]);
		});

		it('leaves the others done when one side does not exist', async () => {
			const kit = harness();
			const { ids, relatedId } = await pairs(kit, 4);
			const results = await associate(
				kit,
				ids.map((fromId, n) => ({
					ref: `${n}`,
					fromId: n === 2 ? '987654321' : fromId,
					toId: relatedId,
					action: 'add',
				})),
			);
			expect(results.map((result) => result.ok)).toEqual([true, true, false, true]);
			expect(refused(results[2]).class).toBe('rejected');
			expect(kit.remote.associated(ids[3] ?? '')).toEqual([relatedId]);
		});

		it('answers a lost answer by doing it once more, without harm', async () => {
			const kit = harness();
			const { ids, relatedId } = await pairs(kit, 1);
			kit.faults.loseNextWrite();
			const results = await associate(kit, [{ ref: 'a', fromId: ids[0] ?? '', toId: relatedId, action: 'add' }]);
			expect(results).toEqual([{ ref: 'a', ok: true }]);
			expect(kit.remote.associated(ids[0] ?? '')).toEqual([relatedId]);
		});
	});
};

async function associate(kit: Harness, changes: AssociationChange[]) {
	return await power(kit.connect(), 'associate')(kit.binding, kit.related, changes);
}

async function pairs(kit: Harness, count: number): Promise<{ ids: string[]; relatedId: string }> {
	const adapter = kit.connect();
	const ids = (await write(kit, newRecords(kit, count), adapter)).map((record) => record.externalId);
	const key = { field: kit.related.keyField, value: 'kit:related' };
	const related = { ref: 'related', key, fields: kit.sample(0, kit.related) };
	const [made] = await power(adapter, 'upsert')(kit.related, [related]);
	return { ids, relatedId: written(made).externalId };
}
