import type { Adapter, ExternalRecord, UpsertRecord, UpsertResult } from '../../lib/adapters/adapter';
import type { CrosslinkError } from '../../lib/errors';
import type { Harness } from './harness';

/** New records numbered from `first`, with our key and no id. */
export function newRecords(harness: Harness, count: number, first = 0): UpsertRecord[] {
	return Array.from({ length: count }, (_, at) => {
		const n = first + at;
		return { ref: `ref-${n}`, key: keyOf(harness, n), fields: harness.sample(n) };
	});
}

export function keyOf(harness: Harness, n: number): UpsertRecord['key'] {
	return { field: harness.binding.keyField, value: `kit:${n}` };
}

/** The same record, to be updated by id. */
export function updateOf(
	harness: Harness,
	n: number,
	externalId: string,
	fields: UpsertRecord['fields'],
): UpsertRecord {
	return { ref: `ref-${n}`, key: keyOf(harness, n), externalId, fields };
}

export async function upsert(
	harness: Harness,
	records: UpsertRecord[],
	adapter = harness.connect(),
): Promise<UpsertResult[]> {
	return await power(adapter, 'upsert')(harness.binding, records);
}

/** Makes records, by the adapter unless it only reads, and returns what the other side has, in the same order. */
export async function write(harness: Harness, records: UpsertRecord[], adapter?: Adapter): Promise<ExternalRecord[]> {
	if (harness.create !== undefined) return await harness.create(records);
	return (await upsert(harness, records, adapter)).map(written);
}

export function written(result: UpsertResult | undefined): ExternalRecord {
	if (!result) throw new Error('no result');
	if (!result.ok) throw result.error;
	return result.record;
}

export function refused(result: { ok: boolean; error?: CrosslinkError } | undefined): CrosslinkError {
	if (!result || result.ok || !result.error) throw new Error('written, though it should have been refused');
	return result.error;
}

export async function thrownBy(promise: Promise<unknown>): Promise<unknown> {
	try {
		await promise;
	} catch (thrown) {
		return thrown;
	}
	throw new Error('nothing was thrown');
}

export function power<P extends keyof Adapter>(adapter: Adapter, name: P): NonNullable<Adapter[P]> {
	const found = adapter[name];
	if (!found) throw new Error(`the adapter has no ${name}`);
	return found;
}
