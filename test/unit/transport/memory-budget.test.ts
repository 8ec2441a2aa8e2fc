import fc from 'fast-check';
import { createMemoryBudget } from '../../../lib/transport/memory-budget';

it('never lets more than burst + elapsed/interval calls start', async () => {
	const limits = fc.record({ intervalMs: fc.integer({ min: 1, max: 500 }), burst: fc.integer({ min: 1, max: 20 }) });
	await fc.assert(
		fc.asyncProperty(limits, fc.array(fc.integer({ min: 0, max: 400 }), { maxLength: 60 }), async (limit, gaps) => {
			let now = 1_000_000;
			const budget = createMemoryBudget(() => now);
			const starts: number[] = [];
			for (const gap of gaps) {
				now += gap;
				starts.push(now + (await budget.reserve('a', 'b', limit)));
			}
			starts.forEach((start, first) => {
				starts.slice(first).forEach((end, extra) => {
					expect(extra + 1).toBeLessThanOrEqual(limit.burst + Math.floor((end - start) / limit.intervalMs));
				});
			});
		}),
	);
});

it('starts the burst at once, then one each interval; accounts and buckets apart', async () => {
	const budget = createMemoryBudget(() => 0);
	const limit = { intervalMs: 100, burst: 2 };
	const waits: number[] = [];
	for (let call = 0; call < 4; call++) waits.push(await budget.reserve('a', 'general', limit));
	expect(waits).toEqual([0, 0, 100, 200]);
	expect(await budget.reserve('a', 'search', limit)).toBe(0);
	expect(await budget.reserve('b', 'general', limit)).toBe(0);
});

it('a pause holds everybody of the bucket, and a shorter one does not end a longer one', async () => {
	const budget = createMemoryBudget(() => 0);
	await budget.pause('a', 'general', 5_000);
	await budget.pause('a', 'general', 1_000);
	expect(await budget.reserve('a', 'general', { intervalMs: 100, burst: 2 })).toBe(5_000);
	expect(await budget.reserve('a', 'general', { intervalMs: 100, burst: 2 })).toBe(5_000);
	expect(await budget.reserve('a', 'general', { intervalMs: 100, burst: 2 })).toBe(5_100);
});
