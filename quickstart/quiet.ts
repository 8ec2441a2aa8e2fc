import type { N8nApi } from './n8n-api';
import { Problem } from './problem';
import type { Sandboxes } from './sandboxes';
import { waitUntil } from './wait-until';

/** Looks in a row that must show the same: n8n answers a webhook a moment before it lists the execution. */
const SAME_LOOKS = 5;

/** How long everything may take to come to rest, in milliseconds. */
const TIMEOUT_MS = 90_000;

/** Waits until no message is under way and no execution runs, on either side. Throws when that never happens. */
export async function quiet(api: N8nApi, sandboxes: Sandboxes, signal: AbortSignal): Promise<void> {
	const limit = AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]);
	// A side that keeps talking never settles: the limit must end that wait too.
	const over = new Promise<never>((_, reject) => {
		limit.addEventListener('abort', () => reject(signal.aborted ? signal.reason : restless()), { once: true });
	});
	await Promise.race([untilSame(api, sandboxes, limit), over]);
}

async function untilSame(api: N8nApi, { tracker, hubspot }: Sandboxes, limit: AbortSignal): Promise<void> {
	let before = '';
	let same = 0;
	const look = async () => {
		await tracker.settled();
		await hubspot.webhooks.settled();
		const executions = await api.idle(limit);
		const now = [executions[0]?.id, executions.length, tracker.deliveries().at(-1)?.id, hubspot.calls.count].join(' ');
		same = now === before ? same + 1 : 0;
		before = now;
		return same >= SAME_LOOKS;
	};
	await waitUntil(look, { signal: limit, timeoutMs: Infinity });
}

function restless(): Problem {
	return new Problem(
		`Messages or executions did not come to rest within ${TIMEOUT_MS / 1000} s.`,
		'The executions of n8n show what goes round.',
	);
}
