import type { ExternalRecord } from '../adapters/adapter';
import { CrosslinkError } from '../errors';
import type { LinkChange, LinkRow, LinkTable, SyncLogEntry } from '../store/store';
import { linkBusy, withLeases } from './leases';
import type { Replication } from './replication';

/**
 * Points links at the survivor where the other side has merged their record away, and keeps the old id as an alias.
 * @returns per local id the corrected link, or the error when the survivor belongs to another local record already
 */
export async function followSurvivors(
	replication: Replication,
	table: LinkTable,
	links: LinkRow[],
	records: ReadonlyMap<string, ExternalRecord>,
): Promise<Map<string, LinkRow | CrosslinkError>> {
	const moved = new Map<string, LinkRow | CrosslinkError>();
	const survivors = new Map<string, string>();
	for (const link of links) {
		const survivor = link.externalId === null ? undefined : records.get(link.externalId);
		if (survivor && survivor.externalId !== link.externalId) survivors.set(link.localId, survivor.externalId);
	}
	if (survivors.size === 0) return moved;

	const chunk = replication.promises.batchSize.read;
	const busy = await withLeases(replication, table, [...survivors.keys()], chunk, async (claimed) => {
		const changes = claimed.map((link): LinkChange => {
			const externalId = survivors.get(link.localId) as string;
			moved.set(link.localId, { ...link, externalId });
			return { localId: link.localId, externalId, aliases: link.externalId === null ? [] : [link.externalId] };
		});
		const log = replication.syncLog === 'all' ? claimed.map((link) => merged(replication, link, survivors)) : [];
		const result = await table.settle(replication.tenant, replication.runId, changes, { log });
		for (const taken of result.taken) moved.set(taken.localId, mergedIntoTaken(replication, taken));
		return new Set(result.settled);
	});
	for (const localId of busy) moved.set(localId, linkBusy(localId, replication.binding.entity));
	return moved;
}

function merged(replication: Replication, link: LinkRow, survivors: ReadonlyMap<string, string>): SyncLogEntry {
	const externalId = survivors.get(link.localId) ?? null;
	const about = { localId: link.localId, externalId, at: replication.now(), run: replication.runId };
	return { ...about, kind: 'merge', field: null, from: link.externalId, to: externalId, rule: null };
}

function mergedIntoTaken(
	replication: Replication,
	taken: { localId: string; externalId: string; heldBy: string },
): CrosslinkError {
	return new CrosslinkError({
		class: 'conflict',
		code: 'merged_into_linked',
		message: `The ${replication.integration} record of ${replication.binding.entity} "${taken.localId}" was merged into ${taken.externalId}, which is linked to "${taken.heldBy}".`,
		remedy: `Merge "${taken.localId}" and "${taken.heldBy}" in your system too, or unlink one of them.`,
	});
}
