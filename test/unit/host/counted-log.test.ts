import type { Logger } from 'n8n-workflow';
import { warnCounted } from '../../../lib/host/counted-log';

const MINUTE_MS = 60_000;

let warnings: string[];
const logger = { warn: (text: string) => void warnings.push(text) } as unknown as Logger;

beforeEach(() => {
	warnings = [];
	jest.useFakeTimers();
});
afterEach(() => {
	jest.advanceTimersByTime(MINUTE_MS);
	jest.useRealTimers();
});

it('writes a line at once, and how often it came again as one more line at the end of its minute', () => {
	for (let times = 0; times < 1_000; times++) warnCounted(logger, 'w/node', 'refused');
	expect(warnings).toEqual(['refused']);
	jest.advanceTimersByTime(MINUTE_MS);
	expect(warnings).toEqual(['refused', 'refused (999 more within a minute)']);
});

it('begins anew with the next minute, and says nothing more of what came once', () => {
	warnCounted(logger, 'w/node', 'refused');
	jest.advanceTimersByTime(MINUTE_MS);
	warnCounted(logger, 'w/node', 'refused');
	expect(warnings).toEqual(['refused', 'refused']);
});

it('counts each text, and each place, by itself', () => {
	warnCounted(logger, 'w/node', 'refused');
	warnCounted(logger, 'w/node', 'too large');
	warnCounted(logger, 'w/other', 'refused');
	expect(warnings).toEqual(['refused', 'too large', 'refused']);
});
