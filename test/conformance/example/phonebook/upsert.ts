import type { UpsertRecord, UpsertResult } from '../../../../lib/adapters/adapter';
import { asCrosslinkError, CrosslinkError } from '../../../../lib/errors';
import { batches, type Contact, type PhonebookClient } from './client';
import { toRecord } from './read';

interface Problem {
	code: 'gone' | 'invalid';
	field?: string;
	message: string;
}

type Written = { contact: Contact; created: boolean } | { problem: Problem };

/**
 * One result for each record. A failure of the whole call is the result of every record it left undone; records that were
 * written before it keep theirs.
 */
export async function upsert(client: PhonebookClient, records: readonly UpsertRecord[]): Promise<UpsertResult[]> {
	const results: UpsertResult[] = [];
	let failure: CrosslinkError | undefined;
	for (const batch of batches(records)) {
		try {
			if (failure === undefined) results.push(...(await writeBatch(client, batch)));
		} catch (thrown) {
			failure = asCrosslinkError(thrown);
		}
		const undone = failure;
		if (undone !== undefined) results.push(...batch.map(({ ref }) => ({ ref, ok: false as const, error: undone })));
	}
	return results;
}

async function writeBatch(client: PhonebookClient, batch: readonly UpsertRecord[]): Promise<UpsertResult[]> {
	const { results } = await client.ask<{ results: Written[] }>({
		method: 'POST',
		path: '/contacts/write',
		// With an id it is an update. Without one our key goes along: a create that is repeated finds what it has made.
		body: {
			contacts: batch.map(({ externalId, key, fields }) =>
				externalId === undefined ? { fields: { ...fields, [key.field]: key.value } } : { id: externalId, fields },
			),
		},
		purpose: `write ${batch.length} contacts`,
		idempotent: true,
	});
	return batch.map((record, at) => resultOf(record, results[at]));
}

function resultOf({ ref, externalId, key, fields }: UpsertRecord, written: Written | undefined): UpsertResult {
	if (written !== undefined && 'contact' in written) {
		return { ref, ok: true, created: written.created, record: toRecord(written.contact, Object.keys(fields)) };
	}
	const { code, field, message } = written?.problem ?? { code: 'invalid', message: 'no answer for this record' };
	const name = externalId ?? key.value;
	const error =
		code === 'gone'
			? new CrosslinkError({
					class: 'rejected',
					code: 'record_gone',
					message: `The phonebook has no contact ${name} any more.`,
					remedy: 'Unlink the record, so that the next push creates it anew, or restore the contact.',
				})
			: new CrosslinkError({
					class: 'rejected',
					code: 'value_refused',
					message: `The phonebook refuses contact ${name}${field === undefined ? '' : `, field "${field}"`}: ${message}`,
					remedy: 'Correct the value in your system, then push the record again.',
				});
	return { ref, ok: false, error };
}
