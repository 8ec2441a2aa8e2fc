import type { Database, Dialect, Session } from '../dialect';
import { assertTenant } from '../ids';
import { flagOf, textOf } from '../row-values';
import type { EventKey } from '../store';
import { BATCH_KEY, hasKey, inKeyOrder, KEY, keyBatch, keyOf, SELECTED_KEY } from './event-row';
import { boundedLimit } from './link-context';

/** Events deleted by one transaction: a few milliseconds on the embedded store. */
const PRUNE_STEP = 500;

interface Old extends EventKey {
	/** As the database writes it: finer than a Date on PostgreSQL. */
	receivedAt: string;
	/** Somebody still has to get it, or has it in hand. */
	wanted: boolean;
}

/**
 * Deletes old events with what is known of their deliveries. An event that somebody still has to get, or has in hand,
 * stays however old it is. Each step is a commit of its own, and rows another pruner is at are left to it.
 */
export async function pruneEvents(database: Database, tenant: string, before: Date, limit: number): Promise<number> {
	assertTenant(tenant);
	const most = boundedLimit(limit, Number.MAX_SAFE_INTEGER);
	let deleted = 0;
	// Each step goes on where the one before came to, so that events that have to stay are looked at once.
	let behind: [receivedAt: string, integration: string, id: string] = [new Date(0).toISOString(), '', ''];
	while (deleted < most) {
		const { last, gone } = await database.transaction(
			async (session) => {
				const found = await findOld(database.dialect, session, [tenant, ...behind, before.toISOString()]);
				const old = found.filter(({ wanted }) => !wanted).slice(0, most - deleted);
				if (old.length > 0) await deleteAll(database.dialect, session, old);
				return { last: found.length === PRUNE_STEP ? found.at(-1) : undefined, gone: old.length };
			},
			{ idempotent: true },
		);
		deleted += gone;
		if (!last) break;
		behind = [last.receivedAt, last.integration, last.externalEventId];
		await database.breathe();
	}
	return deleted;
}

async function findOld(dialect: Dialect, session: Session, place: string[]): Promise<Old[]> {
	const rows = await session.query(
		// Materialised for the same reason as in advancing: each event's deliveries are looked up by their key.
		`WITH b AS MATERIALIZED (
			SELECT tenant AS of_tenant, integration AS of_integration, external_event_id AS of_event, received_at
			FROM ${dialect.table('processed_webhook')}
			WHERE tenant = $1 AND (received_at, integration, external_event_id) > ($2, $3, $4) AND received_at < $5
			ORDER BY received_at, integration, external_event_id LIMIT ${PRUNE_STEP} ${dialect.forUpdateSkipLocked}
		)
		SELECT ${SELECTED_KEY},
			CAST(received_at AS text) AS received_at,
			EXISTS (
				SELECT 1 FROM ${dialect.table('event_delivery')} AS delivery WHERE ${hasKey('delivery')} AND done_at IS NULL
			) AS wanted
		FROM b ORDER BY b.received_at, of_integration, of_event`,
		place,
	);
	return rows.map((row) => ({
		...keyOf(row),
		receivedAt: textOf(row, 'received_at'),
		wanted: flagOf(row, 'wanted'),
	}));
}

async function deleteAll(dialect: Dialect, session: Session, events: Old[]): Promise<void> {
	const batch = keyBatch(dialect, inKeyOrder(events), 1);
	const isOne = `(${KEY}) IN (SELECT ${BATCH_KEY} FROM ${batch.source})`;
	await session.query(`DELETE FROM ${dialect.table('processed_webhook')} WHERE ${isOne}`, batch.parameters);
	await session.query(
		`DELETE FROM ${dialect.table('event_delivery')} WHERE ${isOne} AND done_at IS NOT NULL`,
		batch.parameters,
	);
}
