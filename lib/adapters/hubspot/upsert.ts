import { asCrosslinkError, type CrosslinkError } from '../../errors';
import type { EntityBinding, UpsertRecord, UpsertResult } from '../adapter';
import { distinctBatches } from './batches';
import type { HubSpotClient } from './client';
import { recordGone } from './gone';
import { IsolatingWriter } from './isolate';
import { OBJECT_BATCH } from './limits';
import { readOne } from './read';
import type { StageDefaults } from './stage-defaults';
import { toProperties } from './values';
import { isWaiting, WriteBatch, type WriteInput, type WriteOutcome } from './write-batch';

/**
 * Writes records: those with an id by batch update, the others by batch upsert on the unique property; 100 in a call.
 *
 * - One bad record leaves the others done (see `IsolatingWriter`).
 * - A stored id that was merged away is led to the survivor: its result carries the survivor's id and the old one as
 *   an alias. A deleted one is `rejected`, `record_gone`.
 * - Repeating an upsert whose answer was lost finds the record it made; then `created` is false. It writes `onCreate`,
 *   pipeline and stage again, so look a record up by `match` first when it may have been made long ago.
 * - Result fields are the written ones and the link columns, with the values HubSpot says it now has.
 */
export async function upsert(
	client: HubSpotClient,
	stages: StageDefaults,
	binding: EntityBinding,
	records: UpsertRecord[],
): Promise<UpsertResult[]> {
	const results = new Map<UpsertRecord, UpsertResult>();
	const inputs: WriteInput[] = [];
	const complete = stages.forBatch(binding);
	for (const record of records) {
		try {
			inputs.push({ record, id: record.externalId, properties: await propertiesOf(binding, record, complete) });
		} catch (thrown) {
			results.set(record, { ref: record.ref, ok: false, error: asCrosslinkError(thrown) });
		}
	}

	let waiting: WriteInput[] = [];
	const take = (outcomes: WriteOutcome[]) => {
		for (const outcome of outcomes) {
			if (isWaiting(outcome)) waiting.push(outcome.gone);
			else results.set(outcome.record, outcome.result);
		}
	};
	take(await writeAll(client, binding, inputs));
	if (waiting.length > 0) {
		const { found, outcomes } = await followMerges(client, binding, waiting);
		waiting = [];
		take(outcomes);
		take(await writeAll(client, binding, found));
		for (const { record } of waiting) results.set(record, failed(record, recordGone(binding, record)));
	}
	return records.map((record) => results.get(record) as UpsertResult);
}

async function propertiesOf(
	binding: EntityBinding,
	record: UpsertRecord,
	complete: ReturnType<StageDefaults['forBatch']>,
): Promise<Record<string, string>> {
	if (record.externalId !== undefined) return toProperties(record.fields);
	// The key goes in `id` and `idProperty`; a second value for it could only contradict.
	const { [record.key.field]: _key, ...fields } = { ...binding.onCreate, ...record.fields };
	return await complete(toProperties(fields));
}

async function writeAll(client: HubSpotClient, binding: EntityBinding, inputs: WriteInput[]): Promise<WriteOutcome[]> {
	const writer = new IsolatingWriter(new WriteBatch(client, binding));
	const updates = inputs.filter((input) => input.id !== undefined);
	const creates = inputs.filter((input) => input.id === undefined);
	const batches = [
		...distinctBatches(updates, OBJECT_BATCH, (input) => input.id as string),
		// HubSpot trims unique values and lower-cases e-mail addresses.
		...distinctBatches(
			creates,
			OBJECT_BATCH,
			({ record: { key } }) => `${key.field} ${key.value.trim().toLowerCase()}`,
		),
	];
	const outcomes: WriteOutcome[] = [];
	for (const batch of batches) {
		// One idProperty for a call: HubSpot takes it per input, but nothing says that mixing is safe.
		for (const part of byKeyField(batch)) outcomes.push(...(await writer.write(part)));
	}
	return outcomes;
}

function byKeyField(batch: WriteInput[]): WriteInput[][] {
	const parts = new Map<string, WriteInput[]>();
	for (const input of batch) {
		const name = input.id === undefined ? input.record.key.field : '';
		parts.set(name, [...(parts.get(name) ?? []), input]);
	}
	return [...parts.values()];
}

async function followMerges(
	client: HubSpotClient,
	binding: EntityBinding,
	gone: WriteInput[],
): Promise<{ found: WriteInput[]; outcomes: WriteOutcome[] }> {
	const found: WriteInput[] = [];
	const outcomes: WriteOutcome[] = [];
	let halted: CrosslinkError | undefined;
	for (const input of gone) {
		const { record } = input;
		if (halted) {
			outcomes.push({ record, result: failed(record, halted) });
			continue;
		}
		try {
			const survivor = await readOne(client, binding.object, input.id as string, []);
			if (survivor) found.push({ ...input, id: survivor.externalId, aliases: survivor.aliases });
			else outcomes.push({ record, result: failed(record, recordGone(binding, record)) });
		} catch (thrown) {
			halted = asCrosslinkError(thrown);
			outcomes.push({ record, result: failed(record, halted) });
		}
	}
	return { found, outcomes };
}

function failed(record: UpsertRecord, error: CrosslinkError): UpsertResult {
	return { ref: record.ref, ok: false, error };
}
