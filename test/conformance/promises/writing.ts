import type { PromiseTests } from '../kit';
import { promised } from '../kit';
import { keyOf, newRecords, refused, updateOf, upsert, write, written } from '../records';

export const writingPromises: PromiseTests = ({ promises }, harness) => {
	const batch = promises.batchSize.upsert;

	describe('writing', () => {
		it('takes more than a batch, sends no larger batch than promised, and answers every ref', async () => {
			const kit = harness();
			const records = newRecords(kit, batch * 2 + 7);
			const results = await upsert(kit, records);
			expect(results.map((result) => [result.ref, result.ok])).toEqual(records.map(({ ref }) => [ref, true]));
			expect(kit.wire.largestBatch()).toBe(batch);
			expect(kit.remote.count()).toBe(records.length);
			for (const [at, result] of results.entries()) {
				expect(kit.remote.get(written(result).externalId)).toMatchObject({
					[kit.binding.keyField]: keyOf(kit, at).value,
				});
			}
		});

		it('updates a full batch of known records in one call', async () => {
			const kit = harness();
			const adapter = kit.connect();
			const made = await write(kit, newRecords(kit, batch), adapter);
			kit.wire.clear();
			const updates = made.map(({ externalId }, n) => updateOf(kit, n, externalId, { [kit.textField]: `text ${n}` }));
			const results = await upsert(kit, updates, adapter);
			expect(kit.wire.calls()).toBe(1);
			results.forEach((result, n) =>
				expect(kit.remote.get(written(result).externalId)?.[kit.textField]).toBe(`text ${n}`),
			);
			expect(results.every((result) => result.ok && !result.created)).toBe(true);
		});

		promised(promises.upsertByKey)('makes one record of a create that is repeated', async () => {
			const kit = harness();
			const [first] = await upsert(kit, newRecords(kit, 1));
			const [again] = await upsert(kit, newRecords(kit, 1));
			expect(first).toMatchObject({ ok: true, created: true });
			expect(again).toMatchObject({ ok: true, created: false });
			expect(written(again).externalId).toBe(written(first).externalId);
			expect(kit.remote.count()).toBe(1);
		});

		promised(promises.upsertByKey)('makes one record of a create whose answer was lost', async () => {
			const kit = harness();
			kit.faults.loseNextWrite();
			const made = await write(kit, newRecords(kit, 3));
			expect(kit.remote.count()).toBe(3);
			expect(new Set(made.map((record) => record.externalId)).size).toBe(3);
		});

		promised(promises.upsertByKey)('makes one record of two creates at once', async () => {
			const kit = harness();
			const both = await Promise.all([write(kit, newRecords(kit, 5)), write(kit, newRecords(kit, 5))]);
			expect(kit.remote.count()).toBe(5);
			expect(both[0].map((record) => record.externalId)).toEqual(both[1].map((record) => record.externalId));
		});

		promised(promises.upsertByKey)('writes two records with the same key in one call one after the other', async () => {
			const kit = harness();
			const [one] = newRecords(kit, 1);
			if (!one) throw new Error('no record');
			const results = await upsert(kit, [
				one,
				{ ...one, ref: 'twin', fields: { ...one.fields, [kit.textField]: 'later' } },
			]);
			expect(results.map((result) => [result.ref, result.ok])).toEqual([
				[one.ref, true],
				['twin', true],
			]);
			expect(kit.remote.count()).toBe(1);
			expect(kit.remote.get(written(results[0]).externalId)?.[kit.textField]).toBe('later');
		});

		it('writes one record twice in one call in the given order', async () => {
			const kit = harness();
			const [made] = await write(kit, newRecords(kit, 1));
			const id = made?.externalId ?? '';
			const results = await upsert(kit, [
				{ ...updateOf(kit, 0, id, { [kit.textField]: 'first' }), ref: 'a' },
				{ ...updateOf(kit, 0, id, { [kit.textField]: 'second' }), ref: 'b' },
			]);
			expect(results.every((result) => result.ok)).toBe(true);
			expect(kit.remote.get(id)?.[kit.textField]).toBe('second');
		});

		promised(promises.partialBatchFailure)('leaves the others done when single records are refused', async () => {
			const kit = harness();
			const records = newRecords(kit, 20);
			const bad = new Set([0, 7, 8, 19]);
			const results = await upsert(
				kit,
				records.map((record, at) =>
					bad.has(at) ? { ...record, fields: { ...record.fields, ...kit.refusedValue } } : record,
				),
			);
			results.forEach((result, at) => expect([at, result.ok]).toEqual([at, !bad.has(at)]));
			for (const at of bad) {
				const error = refused(results[at]);
				expect(error.class).toBe('rejected');
				expect(error.message).toContain(Object.keys(kit.refusedValue)[0]);
				expect(error.remedy).not.toBe('');
			}
			expect(kit.remote.count()).toBe(records.length - bad.size);
		});

		promised(promises.partialBatchFailure)('leaves the others done when single updates are refused', async () => {
			const kit = harness();
			const made = await write(kit, newRecords(kit, 9));
			const results = await upsert(
				kit,
				made.map(({ externalId }, n) =>
					updateOf(kit, n, externalId, n === 4 ? kit.refusedValue : { [kit.textField]: 'new' }),
				),
			);
			expect(results.map((result) => result.ok)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8].map((n) => n !== 4));
			expect(refused(results[4]).class).toBe('rejected');
		});

		promised(promises.normalisesValues)('answers with the values as they are stored', async () => {
			const kit = harness();
			const { field, sent, stored } = kit.normalised;
			const [record] = newRecords(kit, 1).map((one) => ({ ...one, fields: { ...one.fields, [field]: sent } }));
			const [made] = await write(kit, record ? [record] : []);
			expect(made?.fields[field]).toBe(stored);
		});

		it('answers with the version that a read then shows, and only with fields that were written', async () => {
			const kit = harness();
			const adapter = kit.connect();
			const [made] = await write(kit, newRecords(kit, 1), adapter);
			const id = made?.externalId ?? '';
			const [changed] = await write(kit, [updateOf(kit, 0, id, { [kit.textField]: 'x' })], adapter);
			const [read] = (await adapter.read?.(kit.binding, [id], [kit.textField])) ?? [];
			expect(changed?.version).toBe(read?.version);
			expect(changed?.version).not.toBeNull();
			expect(changed?.fields).toMatchObject({ [kit.textField]: 'x' });
			const linkFields = kit.binding.linkColumns.map((column) => column.external);
			expect([kit.textField, ...linkFields]).toEqual(expect.arrayContaining(Object.keys(changed?.fields ?? {})));
		});

		promised(promises.clearsFields).each([
			['null', null],
			['an empty text', ''],
		])('clears a field by %s and answers null', async (_name, empty) => {
			const kit = harness();
			const adapter = kit.connect();
			const [made] = await write(kit, newRecords(kit, 1), adapter);
			const id = made?.externalId ?? '';
			await write(kit, [updateOf(kit, 0, id, { [kit.textField]: 'something' })], adapter);
			const [cleared] = await write(kit, [updateOf(kit, 0, id, { [kit.textField]: empty })], adapter);
			expect(cleared?.fields[kit.textField]).toBeNull();
			expect(kit.remote.get(id)?.[kit.textField]).toBeUndefined();
			const [read] = (await adapter.read?.(kit.binding, [id], [kit.textField])) ?? [];
			expect(read?.fields[kit.textField]).toBeNull();
		});
	});
};
