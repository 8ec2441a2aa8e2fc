import { randomUUID } from 'node:crypto';
import type { Notification } from '../adapters/notification';
import { asCrosslinkError } from '../errors';
import type { NotificationRow } from '../store/notification-log';
import type { Lease } from '../store/store';
import { kept } from './kept';
import { outcomeOf, type NotificationOutcome } from './outcome';
import { pruneNotifications } from './prune';
import type { NotificationRun } from './run';
import { lookUpAndSettle, sendAgain, type Sending } from './send';

/**
 * Takes up messages whose next try has come, and those that a dead run has left behind, longest waiting first: what has not
 * gone out is sent, what may have is looked up.
 * @throws CrosslinkError of the store
 */
export async function retryNotifications(run: NotificationRun, limit: number): Promise<NotificationOutcome[]> {
	const outcomes: NotificationOutcome[] = [];
	for (const row of await run.log.due(run.tenant, run.integration, limit)) {
		if (run.signal?.aborted) break;
		const outcome = await takeUp(run, row);
		if (outcome !== undefined) outcomes.push(outcome);
	}
	await pruneNotifications(run, { always: true });
	return outcomes;
}

/** undefined = somebody else has it. */
async function takeUp(run: NotificationRun, row: NotificationRow): Promise<NotificationOutcome | undefined> {
	const { tenant, integration, reference } = row;
	const key = { tenant, integration, reference };
	const lease: Lease = { owner: `${run.runId}:${randomUUID()}`, seconds: run.settings.leaseSeconds };
	const taken = await run.log.take(key, row.version, lease);
	if (taken === undefined) return undefined;
	let message: Notification;
	try {
		message = kept(run.vault, taken);
	} catch (thrown) {
		const failure = taken.failure ?? asCrosslinkError(thrown).toPlain();
		// What a dead run has left may have gone out.
		const status = taken.status === 'failed' ? 'failed' : 'unknown';
		const settled = await run.log.settle(key, lease.owner, { status, failure, nextAttemptInSeconds: null });
		return settled && outcomeOf(run, settled, true);
	}
	const sending: Sending = { key, lease, message };
	const step =
		taken.status === 'failed'
			? await sendAgain(run, sending, taken, undefined)
			: await lookUpAndSettle(run, sending, taken, undefined);
	return outcomeOf(run, step.row, step.replayed);
}
