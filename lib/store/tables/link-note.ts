import type { FieldValue } from '../../adapters/adapter';
import { assertIds } from '../ids';
import { textOf } from '../row-values';
import { slices, type LinkContext } from './link-context';

/** In order of local id, as everybody takes row locks. Returns the local ids that were noted: those whose lease is still ours. */
export async function noteLinks(
	{ database, dialect, table }: LinkContext,
	tenant: string,
	leaseOwner: string,
	notes: Array<{ localId: string; sent: Record<string, FieldValue[]> }>,
): Promise<Set<string>> {
	const byLocalId = new Map(notes.map((note) => [note.localId, JSON.stringify(note.sent)]));
	assertIds('local id', byLocalId.keys());
	const rows = [...byLocalId].sort(([left], [right]) => (left < right ? -1 : 1));
	const noted = new Set<string>();
	for (const slice of slices(rows, dialect.sliceRows)) {
		const batch = dialect.batch({ id: 'text', new_sent: 'json' }, slice, 3);
		const updated = await database.statement(
			// coalesce: PostgreSQL takes a lease for so rare that it would read the whole table for it.
			`UPDATE ${table} SET sent = b.new_sent FROM ${batch.source}
			WHERE tenant = $1 AND coalesce(lease_owner, '') = $2 AND local_id = b.id
			RETURNING local_id`,
			[tenant, leaseOwner, ...batch.parameters],
		);
		for (const row of updated) noted.add(textOf(row, 'local_id'));
	}
	return noted;
}
