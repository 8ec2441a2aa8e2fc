import { CrosslinkError } from '../../errors';
import type { EntityBinding, UpsertRecord } from '../adapter';

/** The linked record is no more, and no merge explains it. */
export function recordGone(binding: EntityBinding, record: UpsertRecord): CrosslinkError {
	return new CrosslinkError({
		class: 'rejected',
		code: 'record_gone',
		message: `HubSpot has no record ${record.externalId} of ${binding.object} any more: it was deleted, not merged.`,
		remedy: 'Restore it in HubSpot (within 90 days), or remove the link so that it is created anew.',
		httpStatus: 404,
	});
}
