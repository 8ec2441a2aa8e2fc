import { CrosslinkError } from '../errors';
import type { LinkRow } from '../store/store';
import type { WaitingReference } from './associations';
import type { Replication } from './replication';

/** Fields that wait for a person. */
export function fieldConflict(replication: Replication, localId: string, fields: string[]): CrosslinkError {
	return new CrosslinkError({
		class: 'conflict',
		code: 'conflict',
		message: `${replication.binding.displayName} "${localId}": a person has to decide on ${fields.join(', ')}.`,
		remedy:
			'Choose a side or a value with Link → Resolve Conflict; the next sync carries it out. Or set a policy that decides.',
	});
}

/** What the link of a record with undecided fields says. */
export function conflictText(replication: Replication, localId: string, fields: string[]): string {
	if (fields.length === 0) return 'Decided, but not carried out on both sides yet: the next sync does it.';
	const { message, remedy } = fieldConflict(replication, localId, fields);
	return `${message} ${remedy}`;
}

/** Why a record of the other side was not written or read. */
export function goneText(replication: Replication, link: LinkRow): string {
	return (
		`${replication.integration} record ${link.externalId} of ${replication.binding.entity} "${link.localId}" is not there any more: ` +
		'deleted, or out of reach of this connection.'
	);
}

/** Why a record is not complete on the other side yet. */
export function waitingText(waiting: WaitingReference[]): string {
	const names = waiting.map((move) => `${move.entity} "${move.to}"`).join(', ');
	return `Not associated yet: ${names} has no counterpart on the other side. Push it first; this record then follows.`;
}

/** What the link says while an earlier run's values wait, though a later one got through without them. */
export function keptText(): string {
	return 'Values of an earlier run could not be brought over yet, and later runs gave nothing newer for them: Retry does it.';
}

/** The other side's record belongs to another local record. */
export function externalIdTaken(
	replication: Replication,
	taken: { localId: string; externalId: string; heldBy: string },
): CrosslinkError {
	return new CrosslinkError({
		class: 'conflict',
		code: 'external_id_taken',
		message: `${replication.binding.displayName} "${taken.localId}" leads to ${replication.integration} record ${taken.externalId}, which is linked to "${taken.heldBy}" already.`,
		remedy: 'Decide which of the two local records it belongs to, and unlink or merge the other.',
	});
}

/** The lease ran out before the batch was settled. */
export function leaseLost(replication: Replication, localId: string): CrosslinkError {
	return new CrosslinkError({
		class: 'transient',
		code: 'lease_lost',
		message: `${replication.binding.displayName} "${localId}" took longer than its lease of ${replication.leaseSeconds} seconds, and another run has taken it up.`,
		remedy:
			'Run it again; nothing is doubled. If this happens often, raise "leaseSeconds" in the integration\'s settings.',
	});
}
