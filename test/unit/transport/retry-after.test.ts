import { MAX_RETRY_AFTER_MS, parseRetryAfter } from '../../../lib/transport/retry-after';

const now = new Date('2026-11-23T10:00:00Z');

it.each([
	['7', 7_000],
	[' 1.5 ', 1_500],
	['0', 0],
	['Mon, 23 Nov 2026 10:00:30 GMT', 30_000],
	['Mon, 23 Nov 2026 09:00:00 GMT', 0],
	['999999999999', MAX_RETRY_AFTER_MS],
	['Sun, 23 Nov 2036 10:00:00 GMT', MAX_RETRY_AFTER_MS],
	['soon', undefined],
	['', undefined],
	[undefined, undefined],
])('reads %p as %p ms', (header, ms) => {
	expect(parseRetryAfter(header, now)).toBe(ms);
});
