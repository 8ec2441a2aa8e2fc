import type { CrosslinkError } from '../errors';
import type { LinkChange } from '../store/store';
import { withLeases } from './leases';
import type { Replication } from './replication';

/** Links noted in one commit. */
const CHUNK = 500;

/**
 * Keeps with the link why your own system refused a write, so that a person is told of it once and can look it up. What
 * passes by itself is not noted: the record's next look offers the same change again.
 */
export async function noteOwnFailures(
	replication: Replication,
	failures: Array<{ localId: string; error: CrosslinkError }>,
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
			return [{ localId: link.localId, syncStatus: 'failed', lastError, errorCode: error.code, nextAttemptAt: null }];
		});
		if (changes.length === 0) return new Set();
		return new Set((await table.settle(replication.tenant, replication.runId, changes)).settled);
	});
}
