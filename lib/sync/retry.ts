import type { PushItem, Replication, SyncOutcome } from './replication';
import { pruneLog } from './prune-log';
import { withoutPullParts } from './push';
import { runRecords } from './run-records';

/**
 * Takes up failures whose time has come (Retry): the fields that could not be brought over are kept with the link, so
 * no flow has to find them again. A record that was pushed again meanwhile is not due any more.
 * @param limit records at the most, longest waiting first
 */
export async function retry(replication: Replication, limit: number): Promise<SyncOutcome[]> {
	const table = replication.store.links(replication.integration, replication.binding.entity);
	const due = await table.due(replication.tenant, limit);
	await pruneLog(replication, { always: true });
	const items = due.map((link): PushItem => ({ localId: link.localId, fields: {} }));
	return (await runRecords(replication, items, false, 'unsent')).map(withoutPullParts);
}
