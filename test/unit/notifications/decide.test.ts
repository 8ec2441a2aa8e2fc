import { CrosslinkError, type ErrorClass } from '../../../lib/errors';
import { afterFailure, decide, judge, SETTLE_MS } from '../../../lib/notifications/decide';

const failure = (errorClass: ErrorClass, retryAfterMs?: number) =>
	new CrosslinkError({ class: errorClass, code: 'c', message: 'm', remedy: 'r', retryAfterMs });
const state = { attempts: 1, retry: { attempts: 3, delaySeconds: 10 }, kept: true, canLookUp: true };

it.each([
	['delivered', false, 'replay'],
	['accepted', false, 'replay'],
	['failed', false, 'send'],
	['failed', true, 'replay'],
	['sending', true, 'replay'],
	['sending', false, 'lookUp'],
	['unknown', false, 'lookUp'],
] as const)('a message that is %s (held: %s) is asked for again: %s', (status, held, decision) => {
	expect(decide({ status, held }, true)).toBe(decision);
});

it('what cannot be looked up is never sent again', () => {
	expect(decide({ status: 'unknown', held: false }, false)).toBe('replay');
});

it.each([
	['transient', 'failed', true],
	['throttled', 'failed', true],
	['rejected', 'failed', false],
	['auth', 'failed', false],
	['conflict', 'failed', false],
	['unknown', 'unknown', true],
	// A mistake of ours may come after the message was gone.
	['bug', 'unknown', true],
] as const)('after %s it is %s, taken up again: %s', (errorClass, status, again) => {
	const change = afterFailure(failure(errorClass), state);
	expect([change.status, change.nextAttemptInSeconds !== null]).toEqual([status, again]);
});

it('waits as long as the channel asks, and not for ever, and only where the message is kept', () => {
	expect(afterFailure(failure('throttled', 600_000), state).nextAttemptInSeconds).toBe(600);
	expect(afterFailure(failure('transient'), { ...state, attempts: 3 }).nextAttemptInSeconds).toBeNull();
	expect(afterFailure(failure('transient'), { ...state, kept: false }).nextAttemptInSeconds).toBeNull();
	expect(afterFailure(failure('unknown'), { ...state, canLookUp: false }).nextAttemptInSeconds).toBeNull();
	for (let turn = 0; turn < 50; turn++) {
		const seconds = afterFailure(failure('transient'), state).nextAttemptInSeconds ?? 0;
		expect(seconds).toBeGreaterThanOrEqual(10);
		expect(seconds).toBeLessThanOrEqual(12);
	}
});

it('takes "not there" for a proof only when the message has had time to show up', () => {
	expect(judge({ found: 'nothing' }, SETTLE_MS - 1)).toBe('unproven');
	expect(judge({ found: 'nothing' }, SETTLE_MS)).toBe('notSent');
	expect(judge({ found: 'unsure', reason: 'x' }, 10 * SETTLE_MS)).toBe('unproven');
	const answer = { outcome: 'delivered' as const, messageId: null, refused: [] };
	expect(judge({ found: 'arrived', answer }, 0)).toBe('arrived');
});
