import type { PushItem, Replication, SyncOutcome } from './replication';
import { pruneLog } from './prune-log';
import { withoutPullParts } from './push';
import { runRecords } from './run-records';

export interface RetryOptions {
	/** Records at the most, longest waiting first. */
	limit: number;
	/** Take up what was given up, too: a person has mended what kept it from going through. */
	givenUp?: boolean;
}

/**
 * Takes up failures whose time has come (Retry): the fields that could not be brought over are kept with the link, so
 * no flow has to find them again. A record that was pushed again meanwhile is not due any more.
 */
export async function retry(replication: Replication, { limit, givenUp }: RetryOptions): Promise<SyncOutcome[]> {
	const { tenant, integration, binding, store } = replication;
	const table = store.links(integration, binding.entity);
	const due = await table.due(tenant, limit);
	if (givenUp === true && due.length < limit) {
		due.push(...(await table.page(tenant, { status: 'failed', limit: limit - due.length })));
	}
	await pruneLog(replication, { always: true });
	const items = due.map((link): PushItem => ({ localId: link.localId, fields: {} }));
	return (await runRecords(replication, items, false, 'unsent')).map(withoutPullParts);
}
