import type { EntityBinding, ExternalRecord } from '../adapter';
import type { ODataEntity } from '../../odata/protocol';
import { QUERY_ROWS, READ_BATCH } from './limits';
import { objectOf, shownKey, type SapObject } from './objects';
import { selectOf, toRecord } from './record';
import type { SapServices } from './services';

/** Reads records by number, 50 in a call; numbers that are none, and records that are not there, are left out. */
export async function read(
	sap: SapServices,
	binding: EntityBinding,
	externalIds: string[],
	fields: string[],
): Promise<ExternalRecord[]> {
	const object = objectOf(binding.object);
	const asked = new Map<string, string>();
	for (const id of externalIds) if (isKey(object, id) && !asked.has(shownKey(id))) asked.set(shownKey(id), id);
	const found = await findBy(sap, object, object.key, [...asked.keys()], fields);
	return found.map((entity) => {
		const id = shownKey(String(entity.values[object.key] ?? ''));
		return toRecord(object, entity, fields, sap.connection.timeZone, asked.get(id));
	});
}

/** Finds records by any text field; several hits for one value are all returned: no such field is unique in SAP. */
export async function match(
	sap: SapServices,
	binding: EntityBinding,
	keyField: string,
	values: string[],
	fields: string[],
): Promise<ExternalRecord[]> {
	const object = objectOf(binding.object);
	const wanted = [...new Set(values)].filter((value) => value !== '');
	const asked = [...new Set([keyField, ...fields])];
	const found = await findBy(sap, object, keyField, wanted, asked);
	return found.map((entity) => toRecord(object, entity, asked, sap.connection.timeZone));
}

async function findBy(
	sap: SapServices,
	object: SapObject,
	property: string,
	values: string[],
	fields: string[],
): Promise<ODataEntity[]> {
	const client = sap.service(object.service);
	const { literals } = client.protocol;
	const found: ODataEntity[] = [];
	for (let start = 0; start < values.length; start += READ_BATCH) {
		const part = values.slice(start, start + READ_BATCH);
		const filter = part.map((value) => `${property} eq ${literals.text(value)}`).join(' or ');
		const purpose = `read ${part.length} records of ${object.object}`;
		const query = [`$filter=${encodeURIComponent(filter)}`, selectOf(object, fields), `$orderby=${object.key}`];
		found.push(...(await client.all(object.object, query, purpose, QUERY_ROWS)));
	}
	return found;
}

/** Longer than the field or blank: SAP would refuse the whole filter. */
function isKey({ keyLength }: SapObject, id: string): boolean {
	return id.trim() !== '' && shownKey(id).length <= keyLength;
}
