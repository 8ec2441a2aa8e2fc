import { asCrosslinkError, CrosslinkError, namedFor } from '../errors';
import type { LinkRow } from '../store/store';
import type { RecordGroup } from './groups';
import { lookUp } from './look-up';
import { failure, outcomeOf, tombstone, viewOf } from './outcome';
import { needsExternalRecord, type RecordPlan } from './plan';
import { changeOfMove } from './plan-associations';
import { baseOf } from './plan-field';
import { costOf } from './preview-cost';
import { readExternals } from './read-externals';
import type { FieldChange, PlanSummary, PushItem, Replication, SyncOutcome } from './replication';
import { linkedTo, planOf, type RecordRun, type SeenRecord } from './run';
import { beginRun } from './run-records';
import { asClaimed } from './sent';
import { fieldConflict, goneText } from './errors';
import { viewOfConflict } from './settlement-outcome';

/**
 * Shows what a push or sync of these records would do (Preview): the very plan a run carries out, made from the same
 * reads, and nothing is written on either side or in the store.
 */
export async function preview(
	replication: Replication,
	items: PushItem[],
	direction: 'push' | 'sync',
): Promise<{ outcomes: SyncOutcome[]; summary: PlanSummary }> {
	const begun = await beginRun(replication, items, direction === 'sync');
	const known = new Map([...begun.run.known].map(([localId, link]) => [localId, asClaimed(link)]));
	const [run, refused] = [{ ...begun.run, known }, begun.refused];
	const sights = await see(run);
	const plans: Array<{ group: RecordGroup; plan: RecordPlan }> = [];
	const shown = new Map<string, SyncOutcome>();
	for (const group of run.groups.values()) {
		shown.set(group.localId, show(run, group, sights.get(group.localId), plans));
	}
	const outcomes = items.map((item, index) => refused.get(index) ?? (shown.get(item.localId.trim()) as SyncOutcome));
	const deletes = [...run.groups.values()].filter((group) => group.deleted && followsDeletion(run, group)).length;
	return {
		outcomes,
		summary: { ...count([...shown.values(), ...refused.values()]), deletes, ...costOf(run, plans, deletes) },
	};
}

/** Reads what a run would read under its leases. */
async function see(run: RecordRun): Promise<Map<string, SeenRecord['record'] | CrosslinkError | 'gone'>> {
	const { replication, known, groups } = run;
	const sights = new Map<string, SeenRecord['record'] | CrosslinkError | 'gone'>();
	for (const [localId, { record }] of run.seen) sights.set(localId, record ?? 'gone');
	for (const [localId, error] of run.unread) sights.set(localId, error);
	const live = [...known.values()].filter((link) => link.syncStatus !== 'deleted' && !sights.has(link.localId));
	const fieldsOf = (link: LinkRow) => groups.get(link.localId)?.fields ?? {};
	try {
		const open = run.replication.binding.matchOn === undefined ? [] : newLinks(run);
		const unanswered = [...live.filter((link) => link.externalId === null), ...open];
		const found = await lookUp(
			replication,
			unanswered.map((link) => ({ link, fields: fieldsOf(link) })),
		);
		for (const [localId, sight] of found) sights.set(localId, sight);
		const wanted = live.filter((link) =>
			needsExternalRecord(replication.binding, fieldsOf(link), link, run.pending.get(link.localId)),
		);
		const records = await readExternals(
			replication,
			wanted.map((link) => link.externalId as string),
		);
		for (const link of wanted) sights.set(link.localId, records.get(link.externalId as string) ?? 'gone');
	} catch (thrown) {
		replication.signal?.throwIfAborted();
		for (const link of live) sights.set(link.localId, asCrosslinkError(thrown));
	}
	return sights;
}

/** Stand-ins for links a run would make, so that their keys are looked up too. */
function newLinks({ groups, known }: RecordRun): LinkRow[] {
	return [...groups.keys()]
		.filter((localId) => !known.has(localId))
		.map((localId) => ({ localId, externalId: null }) as LinkRow);
}

function show(
	run: RecordRun,
	group: RecordGroup,
	sight: SeenRecord['record'] | CrosslinkError | 'gone' | undefined,
	plans: Array<{ group: RecordGroup; plan: RecordPlan }>,
): SyncOutcome {
	const { replication } = run;
	const { localId } = group;
	const link = run.known.get(localId);
	const about = { localId, externalId: link?.externalId, link: link ? viewOf(link) : null };
	if (group.deleted) return deletion(run, group);
	if (link?.syncStatus === 'deleted') return tombstone(replication, link);
	if (sight instanceof CrosslinkError) return failure(replication, localId, sight, link);
	if (sight === 'gone' && link) {
		return outcomeOf(replication, { ...about, outcome: 'skipped', reason: goneText(replication, link) });
	}
	try {
		const record = sight === 'gone' ? undefined : sight;
		const linked = linkedTo(link, record);
		const plan = planOf(run, group, link, record);
		plans.push({ group, plan });
		const changes = withBase(replication, linked, plan);
		if (plan.conflicts.length > 0) {
			const names = plan.conflicts.map(({ rule }) => rule.local);
			const error = fieldConflict(replication, localId, names);
			const conflict = outcomeOf(replication, { ...about, changes, outcome: 'conflict', error });
			return { ...conflict, conflicts: plan.conflicts.map((one) => viewOfConflict(one, linked as LinkRow)) };
		}
		const outcome = plan.kind === 'create' ? 'created' : changes.length > 0 ? 'updated' : 'unchanged';
		return outcomeOf(replication, { ...about, changes, outcome });
	} catch (thrown) {
		const record = `${replication.binding.displayName} "${localId}"`;
		return failure(replication, localId, namedFor(record, asCrosslinkError(thrown)), link);
	}
}

function withBase({ binding }: Replication, link: LinkRow | undefined, plan: RecordPlan): FieldChange[] {
	const fields = plan.changes.map((change) => {
		const rule = binding.fields.find((one) => one.local === change.field);
		const base = rule && baseOf(link?.base, rule)?.local;
		return base === undefined ? change : { ...change, base };
	});
	const references = plan.associations.flatMap((move): FieldChange[] => {
		const change = changeOfMove(move, move.wanted);
		return change ? [{ ...change, direction: 'push' }] : [];
	});
	return [...fields, ...references];
}

function followsDeletion({ replication, known }: RecordRun, { localId }: RecordGroup): boolean {
	const link = known.get(localId);
	return replication.binding.onDelete !== 'ignore' && link !== undefined && link.syncStatus !== 'deleted';
}

function deletion(run: RecordRun, group: RecordGroup): SyncOutcome {
	const link = run.known.get(group.localId);
	const { onDelete } = run.replication.binding;
	const follows = followsDeletion(run, group);
	return outcomeOf(run.replication, {
		outcome: follows ? 'updated' : 'skipped',
		localId: group.localId,
		externalId: link?.externalId,
		link: link ? viewOf(link) : null,
		reason: follows ? `Deleted in your system: policy ${onDelete}.` : 'Deleted in your system; nothing follows.',
	});
}

function count(outcomes: SyncOutcome[]): Omit<PlanSummary, 'deletes' | 'calls' | 'seconds'> {
	const of = (outcome: SyncOutcome['outcome']): number => outcomes.filter((one) => one.outcome === outcome).length;
	return {
		creates: of('created'),
		updates: of('updated'),
		unchanged: of('unchanged'),
		conflicts: of('conflict'),
		skipped: of('skipped'),
		failed: of('failed'),
	};
}
