import { randomUUID } from 'node:crypto';
import type { Database, Session } from '../dialect';
import { assertName } from '../identifiers';
import { assertIds, assertTenant } from '../ids';
import { assertReceiver, DELIVERY_COLUMNS } from './delivery-row';
import { inKeyOrder, KEY, keyBatch, hasKey } from './event-row';
import { slices } from './link-context';

/** Makes events due again; for one receiver also such as it never had, if the inbox holds them. */
export async function replayEvents(
	database: Database,
	tenant: string,
	integration: string,
	ids: readonly string[],
	receiver: string | undefined,
): Promise<number> {
	assertTenant(tenant);
	assertName('integration', integration);
	assertIds('event id', ids);
	if (receiver !== undefined) assertReceiver(receiver);
	const { dialect } = database;
	const table = dialect.table('event_delivery');
	const keys = inKeyOrder(ids.map((externalEventId) => ({ tenant, integration, externalEventId })));
	return await database.transaction(
		async (session) => {
			let replayed = 0;
			for (const slice of slices(keys, dialect.sliceRows)) {
				replayed += receiver === undefined ? await again(session, slice) : await forOne(session, slice, receiver);
			}
			return replayed;
		},
		{ idempotent: true },
	);

	async function again(session: Session, slice: typeof keys): Promise<number> {
		const batch = keyBatch(dialect, slice, 1);
		const rows = await session.query(
			`UPDATE ${table} AS delivery
			SET done_at = NULL, taken_by = NULL, put_off = 0, since = (SELECT ${dialect.now}), due_at = (SELECT ${dialect.now})
			FROM ${batch.source} WHERE ${hasKey('delivery')}
			RETURNING receiver`,
			batch.parameters,
		);
		return rows.length;
	}

	async function forOne(session: Session, slice: typeof keys, one: string): Promise<number> {
		const batch = keyBatch(dialect, slice, 3);
		const rows = await session.query(
			`INSERT INTO ${table} AS delivery (${DELIVERY_COLUMNS.join(', ')})
			SELECT seen.tenant, seen.integration, seen.external_event_id, $1, $2,
				(SELECT ${dialect.now}), (SELECT ${dialect.now}), coalesce(seen.position, 0), 0
			FROM ${batch.source} JOIN ${dialect.table('processed_webhook')} AS seen ON ${hasKey('seen')}
			WHERE true
			ON CONFLICT (${KEY}, receiver) DO UPDATE
			SET done_at = NULL, taken_by = NULL, put_off = 0, since = excluded.since, due_at = excluded.due_at
			RETURNING receiver`,
			[one, randomUUID(), ...batch.parameters],
		);
		return rows.length;
	}
}
