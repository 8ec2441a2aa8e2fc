import type { ExternalRecord } from '../adapters/adapter';
import type { LinkChange, LinkRow } from '../store/store';
import { outcomeOf, viewOf } from './outcome';
import type { RecordPlan } from './plan';
import { writeReceipt } from './receipt';
import type { PullOutcome, Replication } from './replication';

/** What your system should write, with the receipt that confirms it; both empty when there is nothing. */
export function handOut(
	replication: Replication,
	localId: string,
	externalId: string,
	plan: RecordPlan,
	version: string | null,
): Pick<PullOutcome, 'patch' | 'receipt'> {
	if (plan.pulls.length === 0) return { patch: plan.patch, receipt: null };
	const { tenant, integration, binding } = replication;
	const receipt = { tenant, integration, entity: binding.entity, localId, externalId, version, moves: plan.pulls };
	return { patch: plan.patch, receipt: writeReceipt(receipt) };
}

/** The outcome of a record whose link stays as it is: at most something to write here. */
export function patchOutcome(
	replication: Replication,
	link: LinkRow,
	plan: RecordPlan,
	record: ExternalRecord | undefined,
	change?: LinkChange,
): PullOutcome {
	const externalId = record?.externalId ?? link.externalId ?? '';
	const handedOut = handOut(replication, link.localId, externalId, plan, record?.version ?? null);
	const outcome = outcomeOf(replication, {
		outcome: Object.keys(handedOut.patch).length > 0 ? 'updated' : 'unchanged',
		localId: link.localId,
		externalId,
		changes: plan.changes,
		link: viewOf(link, change),
		reason: plan.unseen.length > 0 ? unseenText(plan.unseen) : undefined,
	});
	return { ...outcome, ...handedOut };
}

function unseenText(fields: string[]): string {
	return (
		`Left out: ${fields.join(', ')} may change on both sides, and this run does not know your side's value. ` +
		'Use Sync Both Ways with the record of your system.'
	);
}
