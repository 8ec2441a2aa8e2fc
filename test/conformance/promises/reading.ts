import { promised, type PromiseTests } from '../kit';
import { keyOf, newRecords, power, refused, updateOf, upsert, write, written } from '../records';

export const readingPromises: PromiseTests = ({ promises }, harness, { writes }) => {
	describe('reading', () => {
		it('reads more than a batch, in batches no larger than promised', async () => {
			const kit = harness();
			const adapter = kit.connect();
			const made = await write(kit, newRecords(kit, promises.batchSize.read + 3), adapter);
			kit.wire.clear();
			const ids = made.map((record) => record.externalId);
			const read = await power(adapter, 'read')(kit.binding, ids, [kit.binding.keyField]);
			expect(read.map((record) => record.requestedId).sort()).toEqual([...ids].sort());
			expect(kit.wire.largestBatch()).toBe(promises.batchSize.read);
			expect(kit.wire.calls()).toBe(2);
		});

		it('leaves out ids that are unknown, deleted or no ids at all', async () => {
			const kit = harness();
			const adapter = kit.connect();
			const [kept, deleted] = (await write(kit, newRecords(kit, 2), adapter)).map((record) => record.externalId);
			await kit.remote.remove(deleted ?? '');
			const asked = ['987654321', kept ?? '', deleted ?? '', 'no id', '', kept ?? ''];
			const read = await power(adapter, 'read')(kit.binding, asked, [kit.textField]);
			expect(read.map((record) => record.externalId)).toEqual([kept]);
		});

		it('returns exactly the asked fields, with null for what is empty', async () => {
			const kit = harness();
			const adapter = kit.connect();
			const [made] = await write(kit, newRecords(kit, 1), adapter);
			const asked = [kit.textField, kit.binding.keyField];
			const [read] = await power(adapter, 'read')(kit.binding, [made?.externalId ?? ''], asked);
			expect(read?.fields).toEqual({ [kit.textField]: null, [kit.binding.keyField]: keyOf(kit, 0).value });
			expect(read?.modifiedAt).toBeInstanceOf(Date);
			expect(read?.deleted).toBe(false);
		});

		it('finds records by key at once, and none for a key nobody has', async () => {
			const kit = harness();
			kit.setIndexingDelay(60_000);
			const adapter = kit.connect();
			const made = await write(kit, newRecords(kit, 2), adapter);
			const { keyField } = kit.binding;
			const asked = [keyOf(kit, 1).value, keyOf(kit, 99).value, ''];
			const found = await power(adapter, 'match')(kit.binding, keyField, asked, [kit.textField]);
			expect(found.map((record) => [record.externalId, record.fields[keyField]])).toEqual([
				[made[1]?.externalId, keyOf(kit, 1).value],
			]);
		});

		promised(promises.merges)('follows a merged id to the survivor', async () => {
			const kit = harness();
			const adapter = kit.connect();
			const [winner, loser, other] = (await write(kit, newRecords(kit, 3), adapter)).map((record) => record.externalId);
			const survivor = kit.remote.merge(winner ?? '', loser ?? '');
			const read = await power(adapter, 'read')(kit.binding, [loser ?? '', other ?? ''], [kit.textField]);
			const followed = read.find((record) => record.requestedId === loser);
			expect(followed?.externalId).toBe(survivor);
			expect(followed?.aliases).toContain(loser);
			expect(read.find((record) => record.requestedId === other)?.externalId).toBe(other);
		});

		promised(promises.merges)('writes to the survivor of a merged id, and says so', async () => {
			const kit = harness();
			const [winner, loser, other] = (await write(kit, newRecords(kit, 3))).map((record) => record.externalId);
			const survivor = kit.remote.merge(winner ?? '', loser ?? '');
			const results = await upsert(kit, [
				updateOf(kit, 1, loser ?? '', { [kit.textField]: 'to the survivor' }),
				updateOf(kit, 2, other ?? '', { [kit.textField]: 'untouched by it' }),
			]);
			expect(written(results[0]).externalId).toBe(survivor);
			expect(written(results[0]).aliases).toContain(loser);
			expect(kit.remote.get(survivor)?.[kit.textField]).toBe('to the survivor');
			expect(kit.remote.get(other ?? '')?.[kit.textField]).toBe('untouched by it');
		});

		promised(writes)('says which record is gone when a deleted one is updated; the others are done', async () => {
			const kit = harness();
			const [gone, kept] = (await write(kit, newRecords(kit, 2))).map((record) => record.externalId);
			await kit.remote.remove(gone ?? '');
			const results = await upsert(kit, [
				updateOf(kit, 0, gone ?? '', { [kit.textField]: 'x' }),
				updateOf(kit, 1, kept ?? '', { [kit.textField]: 'y' }),
				updateOf(kit, 2, 'no id', { [kit.textField]: 'z' }),
			]);
			expect(refused(results[0])).toMatchObject({ class: 'rejected', code: 'record_gone' });
			expect(refused(results[0]).message).toContain(gone);
			expect(kit.remote.get(kept ?? '')?.[kit.textField]).toBe('y');
			expect(refused(results[2])).toMatchObject({ class: 'rejected', code: 'record_gone' });
			expect(kit.remote.count()).toBe(1);
		});
	});
};
