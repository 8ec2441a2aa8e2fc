import type { RemoveResult } from '../../../../lib/adapters/adapter';
import { asCrosslinkError, type CrosslinkError } from '../../../../lib/errors';
import { batches, type PhonebookClient } from './client';

/** Puts contacts into the phonebook's bin, from which a person can bring them back. What is not there is gone. */
export async function remove(
	client: PhonebookClient,
	records: ReadonlyArray<{ ref: string; externalId: string }>,
): Promise<RemoveResult[]> {
	const removed = new Set<string>();
	const failed = new Map<string, CrosslinkError>();
	let failure: CrosslinkError | undefined;
	for (const ids of batches([...new Set(records.map(({ externalId }) => externalId))])) {
		try {
			if (failure === undefined) for (const id of await removeBatch(client, ids)) removed.add(id);
		} catch (thrown) {
			failure = asCrosslinkError(thrown);
		}
		if (failure !== undefined) for (const id of ids) failed.set(id, failure);
	}
	return records.map(({ ref, externalId }) => {
		const error = failed.get(externalId);
		return error === undefined ? { ref, ok: true, gone: !removed.has(externalId) } : { ref, ok: false, error };
	});
}

async function removeBatch(client: PhonebookClient, ids: string[]): Promise<string[]> {
	const { removed } = await client.ask<{ removed: string[] }>({
		method: 'POST',
		path: '/contacts/remove',
		body: { ids },
		purpose: `remove ${ids.length} contacts`,
		idempotent: true,
	});
	return removed;
}
