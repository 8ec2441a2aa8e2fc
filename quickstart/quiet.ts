import type { N8nApi } from './n8n-api';
import type { Sandboxes } from './sandboxes';
import { waitUntil } from './wait-until';

/** Looks in a row that must show the same: n8n answers a webhook a moment before it lists the execution. */
const SAME_LOOKS = 5;

/** How long everything may take to come to rest, in milliseconds. */
const TIMEOUT_MS = 90_000;

/** Waits until no message is under way and no execution runs, on either side; false = it never came to rest. */
export async function quiet(api: N8nApi, { tracker, hubspot }: Sandboxes, signal: AbortSignal): Promise<boolean> {
	let before = '';
	let same = 0;
	return await waitUntil(
		async () => {
			await tracker.settled();
			await hubspot.webhooks.settled();
			const executions = await api.idle(signal);
			const now = [executions[0]?.id, executions.length, tracker.deliveries().at(-1)?.id, hubspot.calls.count].join(
				' ',
			);
			same = now === before ? same + 1 : 0;
			before = now;
			return same >= SAME_LOOKS;
		},
		{ signal, timeoutMs: TIMEOUT_MS },
	);
}
