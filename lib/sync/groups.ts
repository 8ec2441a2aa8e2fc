import type { Fields } from '../adapters/adapter';
import { CrosslinkError } from '../errors';
import { checkId } from '../store/ids';
import { failure } from './outcome';
import type { OwnSide } from './own-side';
import type { PushItem, Replication, SyncOutcome } from './replication';

/** All items of one record, later fields laid over earlier ones: one record is written once per run. */
export interface RecordGroup {
	localId: string;
	fields: Fields;
	modifiedAt?: Date;
	deleted: boolean;
	/** Where `fields` come from when the record's turn comes. */
	side: OwnSide;
}

/** Sorts items by record; items without a usable local id are refused, by their index. */
export function groupByLocalId(
	replication: Replication,
	items: PushItem[],
	side: OwnSide,
): { groups: Map<string, RecordGroup>; refused: Map<number, SyncOutcome> } {
	const groups = new Map<string, RecordGroup>();
	const refused = new Map<number, SyncOutcome>();
	items.forEach((item, index) => {
		const problem = localIdProblem(replication, item.localId, index);
		if (problem !== undefined) {
			refused.set(index, failure(replication, null, problem));
			return;
		}
		const localId = item.localId.trim();
		const earlier = groups.get(localId);
		groups.set(localId, {
			localId,
			fields: { ...earlier?.fields, ...item.fields },
			modifiedAt: item.modifiedAt ?? earlier?.modifiedAt,
			deleted: item.deleted === true,
			side,
		});
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
