import type { ExternalRecord } from '../adapters/adapter';
import type { LinkRow } from '../store/store';
import { fieldConflict, goneText } from './errors';
import { outcomeOf, viewOf, withoutPatch } from './outcome';
import type { RecordPlan } from './plan';
import { baseOf } from './plan-field';
import type { PullOutcome, Replication } from './replication';
import { viewOfConflict } from './settlement-outcome';

/** A record that is not there any more, as a report shows it. */
export function reportGone(replication: Replication, link: LinkRow): PullOutcome {
	const reason = goneText(replication, link);
	return withoutPatch(outcomeOf(replication, { ...aboutLink(link), outcome: 'skipped', reason }));
}

/** A record that differs from what was last agreed, with what would mend it. */
export function reportDrift(
	replication: Replication,
	link: LinkRow,
	record: ExternalRecord,
	plan: RecordPlan,
): PullOutcome {
	const changes = plan.changes.map((change) => {
		const rule = replication.binding.fields.find((one) => one.local === change.field);
		return { ...change, base: (rule && baseOf(link.base, rule)?.local) ?? null };
	});
	const about = { ...aboutLink(link), externalId: record.externalId, changes };
	if (plan.conflicts.length === 0) return withoutPatch(outcomeOf(replication, { ...about, outcome: 'updated' }));
	const names = plan.conflicts.map(({ rule }) => rule.local);
	const error = fieldConflict(replication, link.localId, names);
	const conflicts = plan.conflicts.map((conflict) => viewOfConflict(conflict, link));
	return { ...withoutPatch(outcomeOf(replication, { ...about, outcome: 'conflict', error })), conflicts };
}

function aboutLink(link: LinkRow) {
	return { localId: link.localId, externalId: link.externalId, link: viewOf(link) };
}
