import type { LinkRow } from '../../../../lib/store/store';
import { viewOf } from '../../../../lib/sync/outcome';
import type { EntityTarget } from '../by-target';
import { asJson, type ItemResult } from '../operation';

/** A link as an output item; `linked` is false when there is none. */
export function linkResult(
	index: number,
	target: EntityTarget,
	asked: { localId?: string; externalId?: string },
	link: LinkRow | undefined,
): ItemResult {
	const { tenant, integration, entity } = target;
	return {
		index,
		json: asJson({
			tenant,
			integration,
			entity,
			localId: link?.localId ?? asked.localId ?? null,
			externalId: link?.externalId ?? asked.externalId ?? null,
			linked: link !== undefined,
			link: link === undefined ? null : viewOf(link),
		}),
	};
}
