import type { LinkChange, LinkTable } from '../store/store';
import { withHanded } from './handed';
import { withLeases } from './leases';
import type { RecordPlan } from './plan';
import type { Replication } from './replication';

/** Links noted in one commit. */
const CHUNK = 500;

/**
 * Notes with each link what a pull is about to hand out. What another run keeps busy all the time goes out without a note:
 * better now than not at all.
 */
export async function noteHanded(
	replication: Replication,
	table: LinkTable,
	plans: ReadonlyMap<string, RecordPlan>,
): Promise<void> {
	const localIds = [...plans].filter(([, { handed }]) => handed.length > 0).map(([localId]) => localId);
	await withLeases(replication, table, localIds, CHUNK, async (claimed) => {
		const changes = claimed.map((link): LinkChange => {
			let { handed } = link;
			for (const { key, ...one } of plans.get(link.localId)?.handed ?? []) handed = withHanded(handed, key, one);
			return { localId: link.localId, handed };
		});
		return new Set((await table.settle(replication.tenant, replication.runId, changes)).settled);
	});
}
