import type { LinkChange } from '../store/store';
import { withLeases } from './leases';
import type { RecordRun } from './run';
import { sentWithReferences } from './sent-references';

/** Links noted in one commit. */
const CHUNK = 500;

/**
 * References that were added or taken away when the lease was gone already: whoever has taken the link meanwhile made sure
 * of them too early, so that the next run has to do it once more.
 */
export async function noteStrayed({ replication, table, strayed }: RecordRun): Promise<void> {
	const { tenant, runId } = replication;
	await withLeases(replication, table, [...strayed.keys()], CHUNK, async (claimed) => {
		const changes = claimed.map((link): LinkChange => {
			const sent = sentWithReferences(link.sent, strayed.get(link.localId) ?? []);
			return { localId: link.localId, sent };
		});
		return new Set((await table.settle(tenant, runId, changes)).settled);
	});
}
