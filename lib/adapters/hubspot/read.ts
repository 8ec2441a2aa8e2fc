import type { EntityBinding, ExternalRecord } from '../adapter';
import { chunks } from './batches';
import type { HubSpotClient } from './client';
import { HubSpotError } from './errors';
import { OBJECT_BATCH } from './limits';
import { isRecordId, propertiesToRead, toRecord } from './record';

/**
 * Reads records by id, 100 in a call. Ids the batch does not answer are read singly, once: only the single read
 * follows a merged id to its survivor. What is deleted or never was is left out.
 */
export async function read(
	client: HubSpotClient,
	binding: EntityBinding,
	externalIds: string[],
	fields: string[],
): Promise<ExternalRecord[]> {
	const ids = [...new Set(externalIds)].filter(isRecordId);
	const records: ExternalRecord[] = [];
	for (const part of chunks(ids, OBJECT_BATCH)) {
		const found = await readBatch(client, binding.object, part, fields);
		records.push(...found.values());
		for (const id of part) {
			if (found.has(id)) continue;
			const survivor = await readOne(client, binding.object, id, fields);
			if (survivor) records.push(survivor);
		}
	}
	return records;
}

/** One record by an id that may be a merged one; undefined when there is none. */
export async function readOne(
	client: HubSpotClient,
	object: string,
	id: string,
	fields: string[],
): Promise<ExternalRecord | undefined> {
	const { basic } = await client.objects({
		purpose: `read record ${id} of ${object}`,
		budget: 'general',
		readsOnce: true,
	});
	try {
		const answer = await basic.getById(object, id, propertiesToRead(object, fields));
		return toRecord(object, answer, fields, id);
	} catch (thrown) {
		if (thrown instanceof HubSpotError && thrown.httpStatus === 404) return undefined;
		throw thrown;
	}
}

async function readBatch(
	client: HubSpotClient,
	object: string,
	ids: string[],
	fields: string[],
): Promise<Map<string, ExternalRecord>> {
	const { batch } = await client.objects({
		purpose: `read ${ids.length} records of ${object}`,
		budget: 'general',
		readsOnce: true,
	});
	const answer = await batch.read(object, {
		inputs: ids.map((id) => ({ id })),
		properties: propertiesToRead(object, fields),
		propertiesWithHistory: [],
	});
	const wanted = new Set(ids);
	const found = new Map<string, ExternalRecord>();
	for (const one of answer.results ?? []) {
		if (wanted.has(one.id)) found.set(one.id, toRecord(object, one, fields, one.id));
	}
	return found;
}
