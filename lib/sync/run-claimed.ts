import type { ExternalRecord, Fields } from '../adapters/adapter';
import { asCrosslinkError, CrosslinkError, namedFor } from '../errors';
import type { LinkRow } from '../store/store';
import type { RecordGroup } from './groups';
import { inChunks, type LeasedSteps } from './leases';
import { lookUp, SeveralMatches } from './look-up';
import { tombstone, withoutPatch } from './outcome';
import { patchOutcome } from './patch';
import { ownFields } from './own-side';
import { needsExternalRecord, touchesLink } from './plan';
import { readExternals } from './read-externals';
import { isAboutTheConnection, RecordBatch } from './record-batch';
import { mayHaveArrived } from './sent';
import { findPending, linkedTo, planOf, type RecordRun } from './run';

/** What was read before the lease may be this old, if the link has not moved since; then it is read again. */
const SEEN_FRESH_MS = 5_000;
/** What the other side has taken is committed after this many milliseconds, though more could go into the commit. */
const COMMIT_WITHIN_MS = 500;

/** `gone`: the link names a record that is not there any more. */
type Sight = ExternalRecord | CrosslinkError | 'gone';

/**
 * Plans again on the leased rows, which are fresh, and carries the plans out: one upsert after the other, one commit.
 * When the other side is slow, what is done is committed sooner and the rest is left for the next claim.
 */
export async function runClaimed(run: RecordRun, claimed: LinkRow[], told: LeasedSteps): Promise<ReadonlySet<string>> {
	const { replication } = run;
	await lookForNewConflicts(run, claimed);
	const batch = new RecordBatch(run, told.called);
	const since = Date.now();
	// Updates before creates, so that each call is of one kind.
	const sorted = claimed.toSorted((a, b) => Number(!a.externalId) - Number(!b.externalId));
	for (const [index, links] of inChunks(sorted, replication.promises.batchSize.upsert).entries()) {
		const late = Date.now() - since > COMMIT_WITHIN_MS;
		if (index > 0 && (late || replication.signal?.aborted)) told.leave(links);
		else await execute(run, batch, links);
	}
	const settled = await batch.settle();
	// What the other side has taken is committed by now; the rest is nobody's failure.
	replication.signal?.throwIfAborted();
	return settled;
}

/** Another run may have opened a conflict, or a person decided one, between the look at the links and the lease. */
async function lookForNewConflicts(run: RecordRun, claimed: LinkRow[]): Promise<void> {
	for (const { localId } of claimed) run.pending.delete(localId);
	for (const [localId, conflicts] of await findPending(run.replication, claimed)) run.pending.set(localId, conflicts);
}

/** The calls for as many links as go into one. */
async function execute(run: RecordRun, batch: RecordBatch, links: LinkRow[]): Promise<void> {
	const { replication, outcomes } = run;
	for (const link of links) {
		if (link.syncStatus === 'deleted') outcomes.set(link.localId, withoutPatch(tombstone(replication, link)));
	}
	const live = links.filter((link) => {
		if (link.syncStatus === 'deleted') return false;
		const unread = run.unread.get(link.localId);
		if (unread) batch.fail(link, unread);
		else if (run.halted) batch.leave(link, run.halted);
		return !unread && !run.halted;
	});
	if (live.length === 0) return;
	try {
		const sights = await lookAtOtherSide(run, live);
		for (const link of live) addToBatch(run, batch, link, sights.get(link.localId));
		run.halted = await batch.execute();
	} catch (thrown) {
		const error = asCrosslinkError(thrown);
		for (const link of live) batch.fail(link, error);
		if (isAboutTheConnection(error)) run.halted = error;
	}
}

function addToBatch(run: RecordRun, batch: RecordBatch, link: LinkRow, sight: Sight | undefined): void {
	try {
		if (sight instanceof CrosslinkError) throw sight;
		if (sight === 'gone') return batch.gone(link);
		const group = groupOf(run, link);
		const linked = linkedTo(link, sight);
		const plan = planOf(run, group, link, sight);
		const merged = sight !== undefined && link.externalId !== null && sight.externalId !== link.externalId;
		if (link.syncStatus === 'synced' && !touchesLink(plan) && !merged) {
			run.outcomes.set(link.localId, patchOutcome(run.replication, link, plan, sight));
			return;
		}
		batch.add({ link: linked, plan, fields: fieldsOf(run, link), record: sight, merged });
	} catch (thrown) {
		const record = `${run.replication.binding.displayName} "${link.localId}"`;
		batch.fail(link, thrown instanceof SeveralMatches ? thrown : namedFor(record, asCrosslinkError(thrown)));
	}
}

/** What is known of the other side's records, by local id; only those are asked for that the plan has to see. */
async function lookAtOtherSide(run: RecordRun, links: LinkRow[]): Promise<Map<string, Sight>> {
	const { replication, known } = run;
	// New links of this very run cannot have a record yet, except by a key that the tenant's own system gave out.
	const mayExist = (link: LinkRow): boolean => known.has(link.localId) || replication.binding.matchOn !== undefined;
	const unanswered = links
		.filter((link) => link.externalId === null && mayExist(link))
		.map((link) => ({ link, fields: fieldsOf(run, link) }));
	const sights = new Map<string, Sight>(await lookUp(replication, unanswered));

	const wanted = links.filter((link) => link.externalId !== null && mustSee(run, link));
	const fresh = wanted.filter((link) => isFresh(run, link));
	for (const link of fresh) sights.set(link.localId, run.seen.get(link.localId)?.record ?? 'gone');
	const stale = wanted.filter((link) => !isFresh(run, link));
	const records = await readExternals(
		replication,
		stale.map((link) => link.externalId as string),
	);
	for (const link of stale) sights.set(link.localId, records.get(link.externalId as string) ?? 'gone');
	return sights;
}

function mustSee(run: RecordRun, link: LinkRow): boolean {
	if (run.pull) return true;
	return needsExternalRecord(run.replication.binding, fieldsOf(run, link), link, run.pending.get(link.localId));
}

function isFresh(run: RecordRun, link: LinkRow): boolean {
	// What may have arrived, may have done so since.
	if (mayHaveArrived(link)) return false;
	const seen = run.seen.get(link.localId);
	const before = run.known.get(link.localId);
	const unmoved = before?.baseHash === link.baseHash && before?.externalId === link.externalId;
	return seen !== undefined && unmoved && Date.now() - seen.at < SEEN_FRESH_MS;
}

function groupOf(run: RecordRun, link: LinkRow): RecordGroup {
	return run.groups.get(link.localId) ?? { localId: link.localId, fields: {}, deleted: false, side: 'item' };
}

function fieldsOf(run: RecordRun, link: LinkRow): Fields {
	const { side, fields } = groupOf(run, link);
	return ownFields(run.replication.binding, side, fields, link);
}
