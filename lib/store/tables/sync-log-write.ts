import { boundedJson, MAX_LOGGED_VALUE } from '../bounded-json';
import type { Session } from '../dialect';
import { storable } from '../row-values';
import type { SyncLogEntry } from '../store';
import { slices, type LinkContext } from './link-context';

const COLUMNS = {
	local_id: 'text',
	external_id: 'text',
	at: 'time',
	kind: 'text',
	field: 'text',
	from_value: 'json',
	to_value: 'json',
	rule: 'json',
	run: 'text',
} as const;

/** Ids ascend in the order of the entries, so that those of one moment keep their order. */
export async function appendLog(
	{ dialect, integration, entity }: LinkContext,
	session: Session,
	tenant: string,
	entries: SyncLogEntry[],
): Promise<void> {
	const names = Object.keys(COLUMNS);
	for (const slice of slices(entries, dialect.sliceRows)) {
		const batch = dialect.batch(
			COLUMNS,
			slice.map((entry) => [
				entry.localId,
				storable(entry.externalId),
				entry.at.toISOString(),
				entry.kind,
				storable(entry.field),
				boundedJson(entry.from, MAX_LOGGED_VALUE),
				boundedJson(entry.to, MAX_LOGGED_VALUE),
				boundedJson(entry.rule, MAX_LOGGED_VALUE),
				storable(entry.run),
			]),
			4,
		);
		await session.query(
			`INSERT INTO ${dialect.table('sync_log')} (tenant, integration, entity, ${names.join(', ')})
			SELECT $1, $2, $3, ${names.map((name) => `b.${name}`).join(', ')} FROM ${batch.source}`,
			[tenant, integration, entity, ...batch.parameters],
		);
	}
}
