import { CrosslinkError } from '../../../lib/errors';
import { isCancelled } from '../../../lib/transport/cancelled';
import type { PromiseTests } from '../kit';
import { arrived, everythingIn } from '../observed';
import { newRecords, power, refused, thrownBy, upsert } from '../records';

export const failurePromises: PromiseTests = ({ promises }, harness) => {
	describe('failures', () => {
		it('calls a refused credential "auth", as a result of every record and as an exception of a read', async () => {
			const kit = harness();
			const adapter = kit.connect({ refused: true });
			kit.wire.clear();
			const results = await upsert(kit, newRecords(kit, promises.batchSize.upsert * 3), adapter);
			for (const result of results) expect(refused(result).class).toBe('auth');
			// Once is enough: neither the batch is split nor the next one tried.
			expect(kit.wire.calls()).toBeLessThanOrEqual(2);
			const reading = power(adapter, 'read')(kit.binding, ['1'], [kit.textField]);
			expect(await thrownBy(reading)).toMatchObject({ class: 'auth' });
			expect(await thrownBy(power(adapter, 'test')())).toMatchObject({ class: 'auth' });
		});

		it('calls a system that is down "transient", for every record, without splitting the batch', async () => {
			const kit = harness();
			kit.faults.down();
			const records = newRecords(kit, 10);
			kit.wire.clear();
			const results = await upsert(kit, records);
			for (const result of results) expect(refused(result)).toMatchObject({ class: 'transient' });
			expect(kit.wire.calls()).toBeLessThan(10);
			kit.faults.clear();
			expect((await upsert(kit, records)).every((result) => result.ok)).toBe(true);
			expect(kit.remote.count()).toBe(10);
		});

		it('stops promptly when the execution is cancelled', async () => {
			const kit = harness();
			const cancel = new AbortController();
			const adapter = kit.connect({ signal: cancel.signal });
			kit.faults.hang();
			kit.wire.clear();
			const writing = upsert(kit, newRecords(kit, promises.batchSize.upsert * 2), adapter);
			const reading = thrownBy(power(adapter, 'read')(kit.binding, ['1'], []));
			await arrived(() => kit.wire.calls() > 0);
			const started = performance.now();
			cancel.abort();
			for (const result of await writing) expect(isCancelled(refused(result))).toBe(true);
			expect(isCancelled(await reading)).toBe(true);
			expect(performance.now() - started).toBeLessThan(2_000);
		});

		it('makes no call for a cancelled execution', async () => {
			const kit = harness();
			const adapter = kit.connect({ signal: AbortSignal.abort() });
			kit.wire.clear();
			for (const result of await upsert(kit, newRecords(kit, 2), adapter))
				expect(isCancelled(refused(result))).toBe(true);
			expect(kit.wire.calls()).toBe(0);
		});

		it('puts no secret into any error', async () => {
			const kit = harness();
			const errors: unknown[] = [];
			const [record] = newRecords(kit, 1);
			const bad = record ? [{ ...record, fields: { ...record.fields, ...kit.refusedValue } }] : [];
			errors.push(refused((await upsert(kit, bad))[0]));
			errors.push(refused((await upsert(kit, newRecords(kit, 1), kit.connect({ refused: true })))[0]));
			errors.push(await thrownBy(power(kit.connect({ refused: true }), 'test')()));
			kit.faults.down();
			errors.push(refused((await upsert(kit, newRecords(kit, 1)))[0]));
			expect(errors).toHaveLength(4);
			for (const error of errors) {
				expect(error).toBeInstanceOf(CrosslinkError);
				for (const secret of kit.secrets) expect(everythingIn(error)).not.toContain(secret);
			}
		});
	});
};
