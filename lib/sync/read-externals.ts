import type { ExternalRecord } from '../adapters/adapter';
import { requireCapability } from '../adapters/capability';
import { inChunks } from './leases';
import { fieldsToRead } from './plan';
import type { Replication } from './replication';

/** Records as the other side has them now, by the id asked for; those that are not there are left out. */
export async function readExternals(
	replication: Replication,
	externalIds: string[],
): Promise<Map<string, ExternalRecord>> {
	const records = new Map<string, ExternalRecord>();
	if (externalIds.length === 0) return records;
	const read = requireCapability(replication.integration, replication.adapter, 'read');
	const fields = fieldsToRead(replication.binding);
	for (const chunk of inChunks([...new Set(externalIds)], replication.promises.batchSize.read)) {
		replication.signal?.throwIfAborted();
		for (const record of await read(replication.binding, chunk, fields)) {
			if (!record.deleted) records.set(record.requestedId ?? record.externalId, record);
		}
	}
	return records;
}
