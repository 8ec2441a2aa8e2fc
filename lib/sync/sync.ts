import type { PullOutcome, PushItem, Replication } from './replication';
import { runRecords } from './run-records';

/**
 * Compares both sides of each record with what they last agreed on, writes what belongs there, and hands out what
 * belongs here as `patch` with a `receipt` for `confirm` (Sync Both Ways). See {@link runRecords}.
 */
export async function sync(replication: Replication, items: PushItem[]): Promise<PullOutcome[]> {
	return await runRecords(replication, items, true);
}
