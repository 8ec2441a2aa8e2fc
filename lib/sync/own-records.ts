import type { Adapter, EntityBinding, ExternalRecord, Fields, Promises, UpsertRecord } from '../adapters/adapter';
import { requireCapability } from '../adapters/capability';
import { asCrosslinkError, CrosslinkError } from '../errors';
import { valueAt, withValueAt } from './fields';
import { inChunks } from './leases';
import { addressedRow, fieldsOfRow, rowOfFields } from './own-words';

/** Your own system as a run reaches it, where it can be read and written: then a run needs no flow for it. */
export interface OwnRecords {
	integration: string;
	binding: EntityBinding;
	adapter: Adapter;
	promises: Promises;
	signal?: AbortSignal;
}

/** A record of your side as it was read, in your words; what is written back is written on condition that it is still so. */
export interface OwnRecord {
	localId: string;
	fields: Fields;
	modifiedAt: Date | null;
	/** As the adapter gave it. */
	row: ExternalRecord;
}

/** Reads records of your side by local id; those that are not there are left out. */
export async function readOwn(own: OwnRecords, localIds: string[]): Promise<Map<string, OwnRecord>> {
	const { integration, adapter, binding, promises, signal } = own;
	const read = requireCapability(integration, adapter, 'read');
	const columns = [...new Set(binding.fields.map((rule) => rule.external))];
	const records = new Map<string, OwnRecord>();
	for (const chunk of inChunks([...new Set(localIds)], promises.batchSize.read)) {
		signal?.throwIfAborted();
		for (const row of await read(binding, chunk, columns)) {
			const { externalId: localId, modifiedAt } = row;
			records.set(localId, { localId, fields: fieldsOfRow(binding, row.fields), modifiedAt, row });
		}
	}
	return records;
}

/** What a run wants to have written here. */
export interface OwnWrite {
	record: OwnRecord;
	/** Your field -> value; what a dotted path leads to is nested. */
	patch: Fields;
	/** The paths that `patch` speaks of. */
	paths: string[];
}

/** `moved`: somebody has changed the record since it was read, so nothing was written. */
export type OwnWriteResult =
	{ outcome: 'written'; fields: Fields } | { outcome: 'moved' } | { outcome: 'failed'; error: CrosslinkError };

/** Writes records of your side, each on condition that it still is as it was read; the results by local id. */
export async function writeOwn(own: OwnRecords, writes: OwnWrite[]): Promise<Map<string, OwnWriteResult>> {
	const { integration, adapter, binding } = own;
	const upsert = requireCapability(integration, adapter, 'upsert');
	const results = new Map<string, OwnWriteResult>();
	const records = writes.flatMap((write): UpsertRecord[] => {
		try {
			return [upsertOf(own, write)];
		} catch (thrown) {
			results.set(write.record.localId, { outcome: 'failed', error: asCrosslinkError(thrown) });
			return [];
		}
	});
	if (records.length === 0) return results;
	for (const result of await upsert(binding, records)) {
		if (result.ok) {
			const fields = fieldsOfRow(binding, result.record.fields);
			results.set(result.ref, { outcome: 'written', fields });
		} else if (result.error.code === 'record_moved') results.set(result.ref, { outcome: 'moved' });
		else results.set(result.ref, { outcome: 'failed', error: result.error });
	}
	return results;
}

function upsertOf({ binding }: OwnRecords, { record, patch, paths }: OwnWrite): UpsertRecord {
	const { localId, row } = record;
	let fields: Fields = {};
	for (const path of paths) {
		const value = valueAt(patch, path);
		if (value === undefined) continue;
		const [head = ''] = path.split('.');
		// The other parts of a column that holds an object stay as they were read.
		const before = fields[head] ?? record.fields[head];
		fields = withValueAt(before === undefined ? fields : { ...fields, [head]: before }, path, value);
	}
	return {
		ref: localId,
		externalId: localId,
		key: { field: binding.keyField, value: localId },
		fields: rowOfFields(binding, fields),
		onlyIf: addressedRow(row),
	};
}

/** @throws CrosslinkError `rejected`, `capability_missing`, for a system that cannot write on a condition */
export function requireConditionalWrites({ integration, promises, adapter }: OwnRecords): void {
	requireCapability(integration, adapter, 'read');
	requireCapability(integration, adapter, 'upsert');
	if (promises.conditionalWrites) return;
	throw new CrosslinkError({
		class: 'rejected',
		code: 'capability_missing',
		message: `The integration "${integration}" cannot write on condition that nobody was faster, so a run cannot write your side by itself.`,
		remedy: 'Set "Your Side" to Incoming Items, and write the patch in the flow.',
	});
}
