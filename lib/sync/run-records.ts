import { requireCapability } from '../adapters/capability';
import { asCrosslinkError, type CrosslinkError } from '../errors';
import type { LinkRow } from '../store/store';
import { removeRecords } from './deletions';
import { groupByLocalId, type RecordGroup } from './groups';
import { linkBusy, withLeases } from './leases';
import { failure, tombstone, withoutPatch } from './outcome';
import { touchesLink } from './plan';
import type { OwnSide } from './own-side';
import { patchOutcome } from './patch';
import { pruneLog } from './prune-log';
import { readExternals } from './read-externals';
import type { PullOutcome, PushItem, Replication } from './replication';
import { findLinks, findPending, planOf, type RecordRun } from './run';
import { runClaimed } from './run-claimed';
import { mayHaveArrived } from './sent';
import { noteStrayed } from './note-strayed';

/** Upserts in one commit where the other side answers fast; a commit waits for the disk (about 3 ms). */
const CALLS_PER_COMMIT = 10;

/**
 * Runs records of your system against the other side; `pull` makes a sync of a push. What changes nothing costs no
 * lease and no write (and a push of it no call). Failures of single records are outcomes, not exceptions; thrown are
 * only a store that fails and a cancelled execution.
 * @returns one outcome per item, in the order of `items`
 */
export async function runRecords(
	replication: Replication,
	items: PushItem[],
	pull: boolean,
	side: OwnSide = 'item',
): Promise<PullOutcome[]> {
	requireCapability(replication.integration, replication.adapter, 'upsert');
	const { run, refused } = await beginRun(replication, items, pull, side);
	const gone = [...run.groups.values()].filter((group) => group.deleted).map((group) => group.localId);
	await removeRecords(run, gone);

	const changed: string[] = [];
	for (const group of run.groups.values()) {
		if (group.deleted) continue;
		const outcome = settledWithoutLease(run, group, run.known.get(group.localId));
		if (outcome) run.outcomes.set(group.localId, outcome);
		else changed.push(group.localId);
	}

	// Updates before creates, here and in each claim, so that each call is of one kind.
	changed.sort((a, b) => Number(!run.known.get(a)?.externalId) - Number(!run.known.get(b)?.externalId));
	await runLeased(run, changed);
	// Records of one run may refer to each other: the second pass finds what the first has made.
	await runLeased(run, waitingForThisRun(run));
	await noteStrayed(run);
	if (changed.length > 0) await pruneLog(replication);
	return items.map((item, index) => {
		const problem = refused.get(index);
		return problem ? withoutPatch(problem) : (run.outcomes.get(item.localId.trim()) as PullOutcome);
	});
}

async function runLeased(run: RecordRun, localIds: string[]): Promise<void> {
	const { replication, table } = run;
	const { upsert } = replication.promises.batchSize;
	const size = { least: upsert, most: upsert * CALLS_PER_COMMIT };
	const busy = await withLeases(replication, table, localIds, size, (claimed, told) => runClaimed(run, claimed, told));
	for (const localId of busy) {
		const error = linkBusy(localId, replication.binding.entity);
		run.outcomes.set(localId, withoutPatch(failure(replication, localId, error)));
	}
}

/** Records that still wait for a record which this run has linked meanwhile. */
function waitingForThisRun(run: RecordRun): string[] {
	const linked = (localId: string): boolean => Boolean(run.outcomes.get(localId)?.externalId);
	return [...run.waiting].flatMap(([localId, references]) => {
		const ofThisRun = references.some(({ entity, to }) => entity === run.replication.binding.entity && linked(to));
		return ofThisRun ? [localId] : [];
	});
}

/** Looks up everything a plan may need; a sync reads the other side, a push does so only under the lease. */
export async function beginRun(
	replication: Replication,
	items: PushItem[],
	pull: boolean,
	side: OwnSide = 'item',
): Promise<{ run: RecordRun; refused: ReturnType<typeof groupByLocalId>['refused'] }> {
	const { groups, refused } = groupByLocalId(replication, items, side);
	const table = replication.store.links(replication.integration, replication.binding.entity);
	const known = await findLinks(table, replication.tenant, [...groups.keys()]);
	const pending = await findPending(replication, known.values());
	const run: RecordRun = {
		replication,
		table,
		pull,
		groups,
		known,
		pending,
		seen: new Map(),
		unread: new Map(),
		strayed: new Map(),
		waiting: new Map(),
		outcomes: new Map(),
	};
	if (pull) await seeAll(run);
	return { run, refused };
}

/** Reads every linked record of the run; when that fails, the records carry the reason and not the run. */
async function seeAll(run: RecordRun): Promise<void> {
	const linked = [...run.known.values()].filter((link) => link.externalId !== null && link.syncStatus !== 'deleted');
	try {
		const at = Date.now();
		const records = await readExternals(
			run.replication,
			linked.map((link) => link.externalId as string),
		);
		for (const link of linked) run.seen.set(link.localId, { record: records.get(link.externalId as string), at });
	} catch (thrown) {
		run.replication.signal?.throwIfAborted();
		const error = asCrosslinkError(thrown);
		for (const link of linked) run.unread.set(link.localId, error);
	}
}

/** The outcome of a record that leaves its link as it is; undefined = a lease is needed. */
function settledWithoutLease(run: RecordRun, group: RecordGroup, link: LinkRow | undefined): PullOutcome | undefined {
	if (link?.syncStatus === 'deleted') return withoutPatch(tombstone(run.replication, link));
	const unread = run.unread.get(group.localId);
	if (link && unread) return bringsSomething(run, group, link) ? undefined : notRead(run, link, unread);
	// Another run is at it, or was and never said what it did.
	if (link?.syncStatus !== 'synced' || link.leaseOwner !== null) return undefined;
	const seen = run.seen.get(group.localId);
	// What was on its way may have arrived: only a look shows what the other side holds.
	if (mayHaveArrived(link) && !seen) return undefined;
	if (seen && (seen.record === undefined || seen.record.externalId !== link.externalId)) return undefined;
	try {
		const plan = planOf(run, group, link, seen?.record);
		return touchesLink(plan) ? undefined : patchOutcome(run.replication, link, plan, seen?.record);
	} catch {
		// A value that does not fit its rule: planned again under the lease, where the link can carry the reason.
		return undefined;
	}
}

function notRead(run: RecordRun, link: LinkRow, error: CrosslinkError): PullOutcome {
	return withoutPatch(failure(run.replication, link.localId, error, link));
}

/** True when your side has something to bring over: it is kept with the link until the other side can be read. */
function bringsSomething(run: RecordRun, group: RecordGroup, link: LinkRow): boolean {
	try {
		return planOf(run, group, link, undefined).kind !== 'none';
	} catch {
		return true;
	}
}
