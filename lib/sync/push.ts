import type { PullOutcome, PushItem, Replication, SyncOutcome } from './replication';
import { runRecords } from './run-records';

/**
 * Brings records of your system to the other side (Push Fields).
 *
 * Unchanged records cost no call and no write. A new record's link is committed before the call and the create
 * carries our key, so that a crash or a lost answer never leads to a second record. See {@link runRecords}.
 */
export async function push(replication: Replication, items: PushItem[]): Promise<SyncOutcome[]> {
	return (await runRecords(replication, items, false)).map(withoutPullParts);
}

/** A push hands nothing out. */
export function withoutPullParts({ patch: _patch, receipt: _receipt, ...outcome }: PullOutcome): SyncOutcome {
	return outcome;
}
