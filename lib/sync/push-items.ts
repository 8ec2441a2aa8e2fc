import type { Fields } from '../adapters/adapter';
import { CrosslinkError } from '../errors';
import { checkId } from '../store/ids';
import { failure } from './outcome';
import type { PushItem, Replication, SyncOutcome } from './replication';

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
		const problem = localIdProblem(replication, item.localId, index);
		if (problem !== undefined) {
			refused.set(index, failure(replication, null, problem));
			return;
		}
		const localId = item.localId.trim();
		const earlier = groups.get(localId);
		groups.set(localId, { localId, fields: { ...earlier?.fields, ...item.fields } });
	});
	return { groups, refused };
}

function localIdProblem(replication: Replication, localId: string, index: number): CrosslinkError | undefined {
	if (typeof localId === 'string' && localId.trim() !== '') return checkId('local id', localId.trim());
	return new CrosslinkError({
		class: 'rejected',
		code: 'local_id_missing',
		message: `Item ${index} (${replication.binding.entity}) has no local id.`,
		remedy: 'Set "Local ID" to the field that names the record in your system, for example {{ $json.id }}.',
	});
}
