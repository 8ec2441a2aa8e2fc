import type { LinkChange, LinkRow } from '../store/store';
import { associationChanges } from './associations';
import { fieldConflict, goneText, waitingText } from './errors';
import { outcomeOf, viewOf, withoutPatch } from './outcome';
import { handOut } from './patch';
import type { PlannedConflict } from './plan';
import { baseOf } from './plan-field';
import type { ConflictView, Outcome, PullOutcome } from './replication';
import type { RecordRun } from './run';
import type { Progress } from './settlement';

/** The output item of one record of a batch, once `change` is committed. */
export function settlementOutcome(run: RecordRun, entry: Progress, change: LinkChange): PullOutcome {
	const { replication } = run;
	const { link, plan, record, error } = entry;
	const parts = { localId: link.localId, externalId: entry.externalId, link: viewOf(link, change) };
	if (entry.gone) return goneOutcome(run, entry, change);
	const changes = record === undefined && error ? [] : [...plan.changes, ...associationChanges(entry.associations)];
	if (error) {
		const outcome = error.class === 'conflict' ? 'conflict' : 'failed';
		return withoutPatch(outcomeOf(replication, { ...parts, changes, outcome, error }));
	}
	const handedOut = handOut(
		replication,
		link.localId,
		entry.externalId ?? '',
		plan,
		(record ?? entry.seen)?.version ?? null,
	);
	if (plan.conflicts.length > 0) {
		const names = plan.conflicts.map(({ rule }) => rule.local);
		const conflict = outcomeOf(replication, {
			...parts,
			changes,
			outcome: 'conflict',
			error: fieldConflict(replication, link.localId, names),
		});
		return { ...conflict, conflicts: plan.conflicts.map((one) => viewOfConflict(one, link)), ...handedOut };
	}
	const outcome: Outcome = entry.created ? 'created' : changes.length > 0 ? 'updated' : 'unchanged';
	const { waiting } = entry.associations;
	const reason = waiting.length > 0 ? waitingText(waiting) : undefined;
	return { ...outcomeOf(replication, { ...parts, changes, outcome, reason }), ...handedOut };
}

function goneOutcome({ replication }: RecordRun, { link }: Progress, change: LinkChange): PullOutcome {
	const outcome = outcomeOf(replication, {
		outcome: 'skipped',
		localId: link.localId,
		externalId: link.externalId,
		link: viewOf(link, change),
		reason: goneText(replication, link),
	});
	return {
		...withoutPatch(outcome),
		...(replication.binding.onDelete === 'archive' ? { deleted: true as const } : {}),
	};
}

/** A field in conflict, as it leaves the house. */
export function viewOfConflict({ rule, reason, local, external }: PlannedConflict, link: LinkRow): ConflictView {
	const base = baseOf(link.base, rule);
	return { field: rule.local, reason, local: local ?? null, external: external ?? null, base: base?.local ?? null };
}
