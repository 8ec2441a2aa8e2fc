import { CrosslinkError } from '../../../lib/errors';
import type { LinkRow } from '../../../lib/store/store';
import { failureChange } from '../../../lib/sync/outcome';
import type { Replication } from '../../../lib/sync/replication';
import { DEFAULT_SETTINGS } from '../../../lib/tenants/settings';

const NOW = new Date('2026-01-01T00:00:00.000Z');
const MINUTE = 60_000;

/** What is out of the box, at a time that stands still. */
const { retry } = DEFAULT_SETTINGS;
const replication = { retry, now: () => NOW } as Replication;
const failed = (errorClass: CrosslinkError['class'], attempts: number, more: { retryAfterMs?: number } = {}) => {
	const error = new CrosslinkError({
		class: errorClass,
		code: 'it_failed',
		message: 'It failed.',
		remedy: 'Wait.',
		...more,
	});
	return failureChange(replication, { localId: '1', attempts } as LinkRow, error);
};
const waitOf = ({ nextAttemptAt }: ReturnType<typeof failed>): number =>
	(nextAttemptAt?.getTime() ?? Number.NaN) - NOW.getTime();

describe('what a failure leaves in the link, out of the box', () => {
	it.each(['transient', 'throttled', 'unknown'] as const)('%s: three attempts about a minute apart', (errorClass) => {
		const waits = Array.from({ length: 200 }, () => waitOf(failed(errorClass, 1)));
		expect(Math.min(...waits)).toBeGreaterThanOrEqual(0.75 * MINUTE);
		expect(Math.max(...waits)).toBeLessThanOrEqual(1.25 * MINUTE);
		// With jitter: many failures do not come back at one moment.
		expect(Math.max(...waits) - Math.min(...waits)).toBeGreaterThan(MINUTE / 4);
		expect([0, 1].map((attempts) => failed(errorClass, attempts).syncStatus)).toEqual(['pending', 'pending']);
		expect(failed(errorClass, 2)).toMatchObject({
			...{ syncStatus: 'failed', attempts: 3, nextAttemptAt: null },
			...{ lastError: 'It failed. Wait.', errorCode: 'it_failed' },
		});
	});

	it('waits as long as the other side asks', () => {
		expect(waitOf(failed('throttled', 0, { retryAfterMs: 10 * MINUTE }))).toBe(10 * MINUTE);
	});

	it('rejected: no second attempt; auth: none is counted', () => {
		expect(failed('rejected', 0)).toMatchObject({ syncStatus: 'failed', attempts: 1, nextAttemptAt: null });
		expect(failed('conflict', 0)).toMatchObject({ syncStatus: 'conflict', nextAttemptAt: null });
		expect(failed('auth', 2)).toMatchObject({ syncStatus: 'pending', attempts: 2 });
	});
});
