import type { Fields } from '../adapters/adapter';
import { CrosslinkError } from '../errors';
import { failure } from './outcome';
import type { PushItem, Replication, SyncOutcome } from './replication';

/** Longest local id the link tables take, in characters. */
export const MAX_LOCAL_ID_LENGTH = 255;

/** All items of one record, later fields laid over earlier ones: one record is written once per run. */
export interface PushGroup {
	localId: string;
	fields: Fields;
}

/** Sorts items by record; items without a usable local id are refused, by their index. */
export function groupByLocalId(
	replication: Replication,
	items: PushItem[],
): { groups: Map<string, PushGroup>; refused: Map<number, SyncOutcome> } {
	const groups = new Map<string, PushGroup>();
	const refused = new Map<number, SyncOutcome>();
	items.forEach((item, index) => {
		const problem = localIdProblem(item.localId);
		if (problem !== undefined) {
			refused.set(index, failure(replication, null, badLocalId(replication, index, problem)));
			return;
		}
		const localId = item.localId.trim();
		const earlier = groups.get(localId);
		groups.set(localId, { localId, fields: { ...earlier?.fields, ...item.fields } });
	});
	return { groups, refused };
}

function localIdProblem(localId: string): string | undefined {
	if (typeof localId !== 'string' || localId.trim() === '') return 'has no local id';
	if (localId.trim().length > MAX_LOCAL_ID_LENGTH)
		return `has a local id of more than ${MAX_LOCAL_ID_LENGTH} characters`;
	return undefined;
}

function badLocalId(replication: Replication, index: number, problem: string): CrosslinkError {
	return new CrosslinkError({
		class: 'rejected',
		code: 'local_id_missing',
		message: `Item ${index} (${replication.binding.entity}) ${problem}.`,
		remedy: 'Set "Local ID" to the field that names the record in your system, for example {{ $json.id }}.',
	});
}
