import type { CrosslinkError } from '../errors';
import type { LinkChange } from '../store/store';
import { withLeases } from './leases';
import type { Replication } from './replication';
import { findLinks } from './run';

/** Links noted in one commit. */
const CHUNK = 500;

/** When records that a run finds `failed` had last been in step, by local id. */
export type LastInStep = ReadonlyMap<string, Date | null>;

/** Looked up before a run: what it brings over there makes a link look as if all were well. */
export async function lastInStep(replication: Replication, localIds: string[]): Promise<LastInStep> {
	const table = replication.store.links(replication.integration, replication.binding.entity);
	const links = await findLinks(table, replication.tenant, localIds);
	const failed = [...links.values()].filter((link) => link.syncStatus === 'failed');
	return new Map(failed.map((link) => [link.localId, link.lastSyncedAt]));
}

/**
 * Keeps with the link why your own system refused a write, so that a person is told of it once and can look it up. What
 * passes by itself is not noted: the record's next look offers the same change again.
 */
export async function noteOwnFailures(
	replication: Replication,
	failures: Array<{ localId: string; error: CrosslinkError }>,
	before: LastInStep,
): Promise<void> {
	const refused = new Map(
		failures.filter(({ error }) => error.class === 'rejected').map(({ localId, error }) => [localId, error]),
	);
	if (refused.size === 0) return;
	const table = replication.store.links(replication.integration, replication.binding.entity);
	await withLeases(replication, table, [...refused.keys()], CHUNK, async (claimed) => {
		const changes = claimed.flatMap((link): LinkChange[] => {
			const error = refused.get(link.localId);
			// A person's conflict is the more urgent thing to know.
			if (error === undefined || link.syncStatus === 'conflict' || link.externalId === null) return [];
			const lastError = `${error.message} ${error.remedy}`;
			const failed = { syncStatus: 'failed' as const, lastError, errorCode: error.code, nextAttemptAt: null };
			// The same trouble as before is not news.
			const since = before.get(link.localId);
			return [{ localId: link.localId, ...failed, ...(since && { lastSyncedAt: since }) }];
		});
		if (changes.length === 0) return new Set();
		return new Set((await table.settle(replication.tenant, replication.runId, changes)).settled);
	});
}
