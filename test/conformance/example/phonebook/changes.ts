import type { ChangePage, Cursor } from '../../../../lib/adapters/adapter';
import { CrosslinkError } from '../../../../lib/errors';
import type { Contact, PhonebookClient } from './client';
import { toRecord } from './read';

/** Contacts in one page. */
const PAGE = 100;

/**
 * One page of what has changed since the cursor, in the order of the phonebook's sequence: no two changes share a number, so
 * that "behind the last one seen" loses nothing, whatever changes while pages are read.
 */
export async function changesSince(
	client: PhonebookClient,
	cursor: Cursor | 'now' | 'beginning',
	fields: readonly string[],
): Promise<ChangePage> {
	const after = cursor === 'now' ? undefined : cursor === 'beginning' ? 0 : sequenceOf(cursor);
	const { contacts, latest } = await client.ask<{ contacts: Contact[]; latest: number }>({
		method: 'GET',
		path: after === undefined ? '/contacts?limit=0' : `/contacts?after=${after}&limit=${PAGE}`,
		purpose: 'find changed contacts',
		idempotent: true,
	});
	return {
		records: contacts.map((contact) => toRecord(contact, fields)),
		cursor: { after: contacts.at(-1)?.sequence ?? after ?? latest },
		more: contacts.length === PAGE,
	};
}

function sequenceOf({ after }: Cursor): number {
	if (typeof after === 'number' && Number.isSafeInteger(after) && after >= 0) return after;
	throw new CrosslinkError({
		class: 'rejected',
		code: 'cursor_unreadable',
		message: `The polling position is none of the phonebook's: ${JSON.stringify(after)}.`,
		remedy: 'Clear the stored position of this poll, then run a reconcile for what changed meanwhile.',
	});
}
