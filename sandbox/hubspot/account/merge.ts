import { invalid, notFound, vendorError } from '../http/vendor-error';
import type { CrmState } from './crm-state';
import type { ObjectType } from './object-types';
import type { Actor, CrmRecord } from './record';

/** Merges that one record can take part in; the vendor answers 414 beyond. */
export const MAX_MERGES = 250;

/** Automatic properties that a survivor keeps or gets anew. */
const OWN =
	/^(hs_object_id|createdate|hs_createdate|hs_lastmodifieddate|lastmodifieddate|hs_merged_object_ids|hs_object_source.*)$/;

/**
 * Merges `mergedId` into `primaryId`. The primary's values win; the other's fill the gaps. With `newId` both ids
 * give way to a record with a new id, as the vendor does for some objects.
 */
export function mergeRecords(
	state: CrmState,
	type: ObjectType,
	primaryId: string,
	mergedId: string,
	actor: Actor,
	newId: boolean,
): CrmRecord {
	const { records, associations } = state;
	const primary = live(state, type, primaryId);
	const merged = live(state, type, mergedId);
	if (primary.id === merged.id) throw invalid('Cannot merge a record with itself');
	const mergedIds = [...primary.mergedIds, ...merged.mergedIds, ...(newId ? [primary.id] : []), merged.id];
	if (mergedIds.length > MAX_MERGES) {
		throw vendorError(414, 'VALIDATION_ERROR', `A record cannot be merged more than ${MAX_MERGES} times`);
	}
	const moved = new Map([...merged.properties].filter(([name]) => !OWN.test(name) && !primary.properties.has(name)));
	const leaving = newId ? [primary, merged] : [merged];
	const combined = newId ? new Map([...ownValues(primary), ...moved]) : moved;
	for (const record of leaving) records.absorb(record, 'pending');
	const survivor = newId ? records.apply({ type, values: new Map() }, actor) : primary;
	for (const record of leaving) {
		records.absorb(record, survivor.id);
		associations.move({ type, id: record.id }, { type, id: survivor.id }, actor);
	}
	survivor.mergedIds = mergedIds;
	records.write(survivor, new Map([...combined, ['hs_merged_object_ids', mergedIds.join(';')]]), actor);
	state.emit({
		kind: 'merge',
		type,
		actor,
		at: state.now(),
		id: survivor.id,
		primaryId: primary.id,
		mergedIds: [merged.id],
		newId: survivor.id,
		numberOfPropertiesMoved: moved.size,
	});
	return survivor;
}

const ownValues = (record: CrmRecord) => [...record.properties].filter(([name]) => !OWN.test(name));

function live(state: CrmState, type: ObjectType, id: string): CrmRecord {
	const record = state.records.find(type, state.records.survivorOf(id));
	if (!record || record.archived) throw notFound(`${type.upper} with ID ${id} does not exist`, { id: [id] });
	return record;
}
