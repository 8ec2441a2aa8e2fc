import type { ExternalRecord, Fields } from '../adapters/adapter';
import { requireCapability } from '../adapters/capability';
import { asCrosslinkError, CrosslinkError } from '../errors';
import type { LinkRow, LinkTable } from '../store/store';
import { inChunks } from './leases';
import { lookUp } from './look-up';
import { failure, tombstone, unchanged } from './outcome';
import { fieldsToRead, needsExternalRecord, planPush, type PushPlan } from './plan';
import { isAboutTheConnection, PushBatch } from './push-batch';
import type { PushGroup } from './push-items';
import type { Replication, SyncOutcome } from './replication';

/** One push, as its batches see it. */
export interface PushRun {
	replication: Replication;
	table: LinkTable;
	groups: ReadonlyMap<string, PushGroup>;
	/** Links that were there when the push began. */
	known: ReadonlyMap<string, LinkRow>;
	outcomes: Map<string, SyncOutcome>;
	/** The connection is refused or throttled: further batches would only fail the same way. */
	halted?: CrosslinkError;
}

/** Plans again on the leased rows, which are fresh, and carries the plans out in one batch. */
export async function pushClaimed(run: PushRun, claimed: LinkRow[]): Promise<ReadonlySet<string>> {
	const { replication, outcomes } = run;
	if (run.halted) {
		for (const link of claimed) outcomes.set(link.localId, failure(replication, link.localId, run.halted, link));
		return new Set();
	}
	const live = claimed.filter((link) => link.syncStatus !== 'deleted');
	for (const link of claimed) {
		if (link.syncStatus === 'deleted') outcomes.set(link.localId, tombstone(replication, link));
	}
	const batch = new PushBatch(replication, run.table, outcomes);
	try {
		const seen = await lookAtOtherSide(run, live);
		for (const link of live) addToBatch(run, batch, link, seen.get(link.localId));
		run.halted = await batch.run();
	} catch (thrown) {
		const error = asCrosslinkError(thrown);
		for (const link of live) batch.fail(link, error);
		if (isAboutTheConnection(error)) run.halted = error;
	}
	const settled = await batch.settle();
	// What the other side has taken is committed by now; the rest is nobody's failure.
	replication.signal?.throwIfAborted();
	return settled;
}

function addToBatch(
	{ replication, groups, outcomes }: PushRun,
	batch: PushBatch,
	link: LinkRow,
	seen: ExternalRecord | CrosslinkError | undefined,
): void {
	try {
		if (seen instanceof CrosslinkError) throw seen;
		const fields = fieldsOf(groups, link);
		// A link without an external id whose record was found is that record's link from here on.
		const linked = link.externalId === null && seen ? { ...link, externalId: seen.externalId } : link;
		const plan = planPush(replication.binding, link.localId, fields, linked, seen);
		if (plan.kind === 'none' && isSettled(plan, link)) outcomes.set(link.localId, unchanged(replication, link));
		else batch.add({ link: linked, plan, fields });
	} catch (thrown) {
		batch.fail(link, asCrosslinkError(thrown));
	}
}

function isSettled(plan: PushPlan, link: LinkRow): boolean {
	return link.syncStatus === 'synced' && plan.conflicts.length === 0 && Object.keys(plan.agreed.local).length === 0;
}

/** What is known of the other side's records, by local id; only those are asked for that the plan has to see. */
async function lookAtOtherSide(run: PushRun, links: LinkRow[]): Promise<Map<string, ExternalRecord | CrosslinkError>> {
	const { replication, groups, known } = run;
	// New links of this very run cannot have a record yet, except by a key that the tenant's own system gave out.
	const mayExist = (link: LinkRow): boolean => known.has(link.localId) || replication.binding.matchOn !== undefined;
	const unanswered = links
		.filter((link) => link.externalId === null && mayExist(link))
		.map((link) => ({ link, fields: fieldsOf(groups, link) }));
	const seen = await lookUp(replication, unanswered);
	const externals = await readExternals(run, links);
	for (const link of links) {
		const external = link.externalId === null ? undefined : externals.get(link.externalId);
		if (external) seen.set(link.localId, external);
	}
	return seen;
}

/** Reads the other side only for records whose rules have to see it first. */
async function readExternals(
	{ replication, groups }: PushRun,
	claimed: LinkRow[],
): Promise<Map<string, ExternalRecord>> {
	const ids = claimed
		.filter((link) => needsExternalRecord(replication.binding, fieldsOf(groups, link), link))
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

function fieldsOf(groups: PushRun['groups'], link: LinkRow): Fields {
	return groups.get(link.localId)?.fields ?? {};
}
