import type { ExternalRecord, Fields } from '../adapters/adapter';
import { requireCapability } from '../adapters/capability';
import { asCrosslinkError, type CrosslinkError } from '../errors';
import type { LinkRow, LinkTable } from '../store/store';
import { inChunks, linkBusy, withLeases } from './leases';
import { failure, outcomeOf, viewOf } from './outcome';
import { fieldsToRead, needsExternalRecord, planPush, type PushPlan } from './plan';
import { PushBatch } from './push-batch';
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
	const halted: { error?: CrosslinkError } = {};
	const busy = await withLeases(replication, table, changed, replication.promises.batchSize.upsert, (claimed) =>
		pushClaimed(replication, table, groups, claimed, outcomes, halted),
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
	try {
		const plan = planPush(replication.binding, group.localId, group.fields, link);
		if (plan.kind !== 'none' || link?.syncStatus !== 'synced') return undefined;
		return unchanged(replication, link);
	} catch {
		// A value that does not fit its rule: planned again under the lease, where the link can carry the reason.
		return undefined;
	}
}

/** Plans again on the leased rows, which are fresh, and carries the plans out in one batch. */
async function pushClaimed(
	replication: Replication,
	table: LinkTable,
	groups: Map<string, PushGroup>,
	claimed: LinkRow[],
	outcomes: Map<string, SyncOutcome>,
	halted: { error?: CrosslinkError },
): Promise<ReadonlySet<string>> {
	const batch = new PushBatch(replication, table, outcomes);
	if (halted.error) {
		// The connection is refused or throttled: the rest would only fail the same way.
		for (const link of claimed) outcomes.set(link.localId, failure(replication, link.localId, halted.error, link));
		return new Set();
	}
	const externals = await readExternals(replication, groups, claimed);
	for (const link of claimed) {
		const fields = groups.get(link.localId)?.fields as Fields;
		try {
			const external = link.externalId === null ? undefined : externals.get(link.externalId);
			const plan = planPush(replication.binding, link.localId, fields, link, external);
			if (plan.kind === 'none' && isSettled(plan, link)) outcomes.set(link.localId, unchanged(replication, link));
			else batch.add({ link, plan, fields });
		} catch (thrown) {
			batch.fail(link, asCrosslinkError(thrown));
		}
	}
	halted.error = await batch.run();
	const settled = await batch.settle();
	// What the other side has taken is committed by now; the rest is nobody's failure.
	replication.signal?.throwIfAborted();
	return settled;
}

function isSettled(plan: PushPlan, link: LinkRow): boolean {
	return link.syncStatus === 'synced' && plan.conflicts.length === 0 && Object.keys(plan.agreed.local).length === 0;
}

function unchanged(replication: Replication, link: LinkRow): SyncOutcome {
	return outcomeOf(replication, {
		outcome: 'unchanged',
		localId: link.localId,
		externalId: link.externalId,
		link: viewOf(link),
	});
}

async function findLinks(table: LinkTable, tenant: string, localIds: string[]): Promise<Map<string, LinkRow>> {
	const links = new Map<string, LinkRow>();
	for (const chunk of inChunks(localIds, LOOKUP_CHUNK)) {
		for (const link of await table.findByLocalIds(tenant, chunk)) links.set(link.localId, link);
	}
	return links;
}

/** Reads the other side only for records whose rules have to see it first. */
async function readExternals(
	replication: Replication,
	groups: Map<string, PushGroup>,
	claimed: LinkRow[],
): Promise<Map<string, ExternalRecord>> {
	const ids = claimed
		.filter((link) => needsExternalRecord(replication.binding, groups.get(link.localId)?.fields as Fields, link))
		.map((link) => link.externalId as string);
	const externals = new Map<string, ExternalRecord>();
	if (ids.length === 0) return externals;
	const read = requireCapability(replication.integration, replication.adapter, 'read');
	for (const chunk of inChunks(ids, replication.promises.batchSize.read)) {
		for (const record of await read(replication.binding, chunk, fieldsToRead(replication.binding))) {
			externals.set(record.requestedId ?? record.externalId, record);
		}
	}
	return externals;
}
