import { CrosslinkError } from '../errors';
import type { Replication } from './replication';

/** Both sides changed a field whose policy leaves the decision to a person. */
export function bothChanged(replication: Replication, localId: string, fields: string[]): CrosslinkError {
	return new CrosslinkError({
		class: 'conflict',
		code: 'both_changed',
		message: `${replication.binding.displayName} "${localId}": both sides changed ${fields.join(', ')} since they last agreed.`,
		remedy: 'Make both sides equal, or choose a policy for the field that decides by itself.',
	});
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
