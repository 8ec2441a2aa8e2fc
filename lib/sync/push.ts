import { requireCapability } from '../adapters/capability';
import type { LinkRow, LinkTable } from '../store/store';
import { inChunks, linkBusy, withLeases } from './leases';
import { failure, tombstone, unchanged } from './outcome';
import { planPush } from './plan';
import { pushClaimed, type PushRun } from './push-claimed';
import { groupByLocalId, type PushGroup } from './push-items';
import type { PushItem, Replication, SyncOutcome } from './replication';

/** Links looked up in one statement. */
const LOOKUP_CHUNK = 1_000;

/**
 * Brings records of your system to the other side (Push Fields).
 *
 * Unchanged records cost no call and no write. A new record's link is committed before the call and the create
 * carries our key, so that a crash or a lost answer never leads to a second record. Failures of single records are
 * outcomes, not exceptions; thrown are only a store that fails and a cancelled execution.
 * @returns one outcome per item, in the order of `items`
 */
export async function push(replication: Replication, items: PushItem[]): Promise<SyncOutcome[]> {
	requireCapability(replication.integration, replication.adapter, 'upsert');
	const table = replication.store.links(replication.integration, replication.binding.entity);
	const { groups, refused } = groupByLocalId(replication, items);
	const outcomes = new Map<string, SyncOutcome>();

	const links = await findLinks(table, replication.tenant, [...groups.keys()]);
	const changed: string[] = [];
	for (const group of groups.values()) {
		const link = links.get(group.localId);
		const settled = settledWithoutCall(replication, group, link);
		if (settled) outcomes.set(group.localId, settled);
		else changed.push(group.localId);
	}

	// Updates before creates, so that each batch is one kind of call.
	changed.sort((a, b) => Number(!links.get(a)?.externalId) - Number(!links.get(b)?.externalId));
	const run: PushRun = { replication, table, groups, known: links, outcomes };
	const busy = await withLeases(replication, table, changed, replication.promises.batchSize.upsert, (claimed) =>
		pushClaimed(run, claimed),
	);
	for (const localId of busy) {
		outcomes.set(localId, failure(replication, localId, linkBusy(localId, replication.binding.entity)));
	}
	return items.map((item, index) => refused.get(index) ?? (outcomes.get(item.localId.trim()) as SyncOutcome));
}

/** The outcome of a record that needs no call because nothing changed. */
function settledWithoutCall(
	replication: Replication,
	group: PushGroup,
	link: LinkRow | undefined,
): SyncOutcome | undefined {
	if (link?.syncStatus === 'deleted') return tombstone(replication, link);
	try {
		const plan = planPush(replication.binding, group.localId, group.fields, link);
		if (plan.kind !== 'none' || link?.syncStatus !== 'synced') return undefined;
		return unchanged(replication, link);
	} catch {
		// A value that does not fit its rule: planned again under the lease, where the link can carry the reason.
		return undefined;
	}
}

async function findLinks(table: LinkTable, tenant: string, localIds: string[]): Promise<Map<string, LinkRow>> {
	const links = new Map<string, LinkRow>();
	for (const chunk of inChunks(localIds, LOOKUP_CHUNK)) {
		for (const link of await table.findByLocalIds(tenant, chunk)) links.set(link.localId, link);
	}
	return links;
}
