import { CrosslinkError } from '../../../lib/errors';
import { isCancelled } from '../../../lib/transport/cancelled';
import type { Adapter } from '../../../lib/adapters/adapter';
import type { Harness } from '../harness';
import type { PromiseTests } from '../kit';
import { arrived, everythingIn } from '../observed';
import { newRecords, power, thrownBy, write } from '../records';

/** Of the right form; whether there is such a record makes no difference to a failure. */
const AN_ID = '6a8fbeb1-3170-4c21-b9b2-e2d122bc3357';

/** Every way of reading that such an adapter has. */
const READINGS: Array<[string, (kit: Harness, adapter: Adapter) => Promise<unknown>]> = [
	['read', async (kit, adapter) => await power(adapter, 'read')(kit.binding, [kit.anId ?? AN_ID], [kit.textField])],
	['match', async (kit, adapter) => await power(adapter, 'match')(kit.binding, kit.binding.keyField, ['kit:0'], [])],
	['changesSince', async (kit, adapter) => await power(adapter, 'changesSince')(kit.binding, 'beginning', [])],
	['describe', async (kit, adapter) => await power(adapter, 'describe')(kit.binding.object)],
	['test', async (_kit, adapter) => await power(adapter, 'test')()],
];

/** The failures of `failurePromises`, for adapters that write nothing: each shows as an exception of a read. */
export const readFailurePromises: PromiseTests = (_module, harness) => {
	describe('failures', () => {
		it.each(READINGS)('calls a refused credential "auth", once: %s', async (_name, reading) => {
			const kit = harness();
			kit.wire.clear();
			expect(await thrownBy(reading(kit, kit.connect({ refused: true })))).toMatchObject({ class: 'auth' });
			expect(kit.wire.calls()).toBe(1);
		});

		it.each(READINGS)(
			'calls a system that is down "transient", and works when it is back: %s',
			async (_name, reading) => {
				const kit = harness();
				await write(kit, newRecords(kit, 1));
				kit.faults.down();
				expect(await thrownBy(reading(kit, kit.connect()))).toMatchObject({ class: 'transient' });
				kit.faults.clear();
				expect(await reading(kit, kit.connect())).toBeDefined();
			},
		);

		it.each(READINGS)('stops promptly when the execution is cancelled: %s', async (_name, reading) => {
			const kit = harness();
			const cancel = new AbortController();
			const adapter = kit.connect({ signal: cancel.signal });
			kit.wire.clear();
			kit.faults.hang();
			const stopped = thrownBy(reading(kit, adapter));
			await arrived(() => kit.wire.calls() > 0);
			const started = performance.now();
			cancel.abort();
			expect(isCancelled(await stopped)).toBe(true);
			expect(performance.now() - started).toBeLessThan(2_000);
		});

		it.each(READINGS)('makes no call for a cancelled execution: %s', async (_name, reading) => {
			const kit = harness();
			kit.wire.clear();
			expect(isCancelled(await thrownBy(reading(kit, kit.connect({ signal: AbortSignal.abort() }))))).toBe(true);
			expect(kit.wire.calls()).toBe(0);
		});

		it('puts no secret into any error', async () => {
			const kit = harness();
			const errors: unknown[] = [];
			for (const [, reading] of READINGS) errors.push(await thrownBy(reading(kit, kit.connect({ refused: true }))));
			kit.faults.down();
			for (const [, reading] of READINGS.slice(0, 2)) errors.push(await thrownBy(reading(kit, kit.connect())));
			expect(errors).toHaveLength(READINGS.length + 2);
			for (const error of errors) {
				expect(error).toBeInstanceOf(CrosslinkError);
				for (const secret of kit.secrets) expect(everythingIn(error)).not.toContain(secret);
			}
		});
	});
};
