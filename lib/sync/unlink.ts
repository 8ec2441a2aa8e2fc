import { checkId } from '../store/ids';
import type { LinkChange, LinkRow } from '../store/store';
import { linkBusy, withLeases } from './leases';
import { failure, outcomeOf, viewOf } from './outcome';
import type { Replication, SyncOutcome } from './replication';

/** Links ended in one commit. */
const CHUNK = 500;

/** Ends links and leaves the records of both sides as they are (Unlink). A later push does not bring them back. */
export async function unlink(replication: Replication, localIds: string[]): Promise<SyncOutcome[]> {
	const { tenant, integration, binding, store, runId } = replication;
	const table = store.links(integration, binding.entity);
	const usable = [...new Set(localIds)].filter((localId) => checkId('local id', localId) === undefined);
	const known = new Map((await table.findByLocalIds(tenant, usable)).map((link) => [link.localId, link]));
	const live = [...known.values()].filter((link) => link.syncStatus !== 'deleted').map((link) => link.localId);
	const ended = new Map<string, SyncOutcome>();
	const busy = await withLeases(replication, table, live, CHUNK, async (claimed) => {
		const changes = claimed.map((link): LinkChange => ({
			localId: link.localId,
			syncStatus: 'deleted',
			lastError: null,
			errorCode: null,
			unsent: null,
		}));
		const log = replication.syncLog === 'all' ? claimed.map((link) => logged(replication, link)) : [];
		const result = await table.settle(tenant, runId, changes, { log });
		claimed.forEach((link, index) => ended.set(link.localId, outcome(replication, link, changes[index])));
		return new Set(result.settled);
	});
	for (const localId of busy) ended.set(localId, failure(replication, localId, linkBusy(localId, binding.entity)));
	return localIds.map((localId) => {
		const problem = checkId('local id', localId);
		if (problem) return failure(replication, null, problem);
		return ended.get(localId) ?? notLinked(replication, localId, known.get(localId));
	});
}

function outcome(replication: Replication, link: LinkRow, change: LinkChange | undefined): SyncOutcome {
	return outcomeOf(replication, {
		outcome: 'updated',
		localId: link.localId,
		externalId: link.externalId,
		link: viewOf(link, change),
		reason: 'The link has ended; both records are as they were.',
	});
}

function notLinked(replication: Replication, localId: string, link: LinkRow | undefined): SyncOutcome {
	const reason = link ? 'Its link had ended before.' : `${replication.binding.displayName} "${localId}" is not linked.`;
	return outcomeOf(replication, {
		outcome: 'unchanged',
		localId,
		externalId: link?.externalId,
		link: link ? viewOf(link) : null,
		reason,
	});
}

function logged({ now, runId }: Replication, { localId, externalId }: LinkRow) {
	const about = { localId, externalId, at: now(), run: runId, kind: 'link' as const };
	return { ...about, field: null, from: externalId, to: null, rule: 'Unlinked by hand.' };
}
