import { objectTypeOf, type ObjectType } from '../account/object-types';
import type { CrmRecord } from '../account/record';
import { requireUnique } from '../account/write-check';
import type { VendorCall } from '../http/endpoint';
import { notFound } from '../http/vendor-error';

export const typeOf = (call: VendorCall): ObjectType => objectTypeOf(call.params.objectType ?? '');

export const readScope = ({ objectType = '' }: Record<string, string>) => [
	`crm.objects.${objectTypeOf(objectType).name}.read`,
];

export const writeScope = ({ objectType = '' }: Record<string, string>) => [
	`crm.objects.${objectTypeOf(objectType).name}.write`,
];

/**
 * A record for a single read or write: by id, where an id merged away leads to the survivor, or by a unique
 * property. Archived records are found only when asked for.
 */
export function singleRecord(call: VendorCall, archived = false): CrmRecord {
	const type = typeOf(call);
	const key = call.params.objectId ?? '';
	const idProperty = call.query.get('idProperty');
	const { records } = call.state;
	let record: CrmRecord | undefined;
	if (idProperty !== null && idProperty !== 'hs_object_id') {
		requireUnique(type, idProperty, call.state.rules);
		record = records.findUnique(type, idProperty, key);
	} else {
		if (!/^\d+$/.test(key)) throw notFound('Object not found.  objectId are usually numeric.', { id: [key] });
		record = records.find(type, records.survivorOf(key));
	}
	if (!record || record.archived !== archived) throw notFound('resource not found', { id: [key] });
	return record;
}
