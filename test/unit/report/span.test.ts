import fc from 'fast-check';
import { spanOf } from '../../../lib/report/span';

it.each(['day', 'week', 'month'] as const)('the last %s ends with the step that is running', (period) => {
	fc.assert(
		fc.property(fc.date({ min: new Date('2020-01-01'), max: new Date('2040-01-01'), noInvalidDate: true }), (now) => {
			const { from, stepMs, steps } = spanOf(period, now);
			const end = from.getTime() + steps * stepMs;
			expect(now.getTime()).toBeLessThan(end);
			expect(now.getTime()).toBeGreaterThanOrEqual(end - stepMs);
			expect(from.getTime() % stepMs).toBe(0);
		}),
	);
	expect(spanOf('day', new Date('2026-11-28T12:34:56Z'))).toEqual({
		from: new Date('2026-11-27T13:00:00Z'),
		stepMs: 3_600_000,
		steps: 24,
	});
});
