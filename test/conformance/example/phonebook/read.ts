import type { ExternalRecord } from '../../../../lib/adapters/adapter';
import { batches, type Contact, type PhonebookClient } from './client';

/** Reads by the phonebook's own ids, or by our key: the phonebook takes both. */
export async function read(
	client: PhonebookClient,
	by: 'id' | 'externalRef',
	values: readonly string[],
	fields: readonly string[],
): Promise<ExternalRecord[]> {
	const found: ExternalRecord[] = [];
	// An id may be asked for twice, and a key may be empty.
	for (const batch of batches([...new Set(values)].filter((value) => value !== ''))) {
		const { contacts } = await client.ask<{ contacts: Contact[] }>({
			method: 'POST',
			path: '/contacts/read',
			body: { by, values: batch },
			purpose: `read ${batch.length} contacts`,
			idempotent: true,
		});
		found.push(...contacts.map((contact) => toRecord(contact, fields)));
	}
	return found;
}

/** Exactly the fields that were asked for: `null` is empty, a field that is missing was not asked for. */
export function toRecord(contact: Contact, fields: readonly string[]): ExternalRecord {
	return {
		requestedId: contact.id,
		externalId: contact.id,
		fields: Object.fromEntries(fields.map((name) => [name, contact.fields[name] ?? null])),
		version: String(contact.sequence),
		modifiedAt: new Date(contact.changedAt),
		aliases: [],
		deleted: false,
	};
}
