import type { EntityBinding, ExternalRecord } from '../adapter';
import { chunks } from './batches';
import type { HubSpotClient } from './client';
import { explainKeyProblem } from './key-property';
import { OBJECT_BATCH } from './limits';
import { propertiesToRead, toRecord } from './record';

/**
 * Finds records by a property with unique values, by batch read: unlike search it sees a record at once. The key
 * field is among the returned fields, so that the caller can tell whose record it is.
 */
export async function match(
	client: HubSpotClient,
	binding: EntityBinding,
	keyField: string,
	values: string[],
	fields: string[],
): Promise<ExternalRecord[]> {
	const object = binding.object;
	const asked = [...new Set([keyField, ...fields])];
	const records: ExternalRecord[] = [];
	for (const part of chunks(
		[...new Set(values)].filter((value) => value !== ''),
		OBJECT_BATCH,
	)) {
		const purpose = `find ${part.length} records of ${object} by ${keyField}`;
		const { batch } = await client.objects({ purpose, budget: 'general', readsOnce: true });
		const wanted = { inputs: part.map((id) => ({ id })), properties: propertiesToRead(object, asked) };
		const answer = await batch
			.read(object, { ...wanted, idProperty: keyField, propertiesWithHistory: [] })
			.catch((thrown: unknown) => {
				throw explainKeyProblem(thrown, object, keyField);
			});
		for (const one of answer.results ?? []) records.push(toRecord(object, one, asked));
	}
	return records;
}
