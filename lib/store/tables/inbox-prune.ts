import type { Database, Session } from '../dialect';
import { assertTenant } from '../ids';
import { textOf, timeOf } from '../row-values';
import type { EventKey } from '../store';
import { BATCH_KEY, KEY, keyBatch, keyOf } from './event-row';
import { boundedLimit } from './link-context';

/** Events deleted by one transaction: a few milliseconds on the embedded store. */
const PRUNE_STEP = 500;

interface Old extends EventKey {
	receivedAt: Date;
}

/**
 * Deletes old events with what is known of their deliveries. An event that somebody still has to get, or has in hand,
 * stays however old it is. Each step is a commit of its own, and rows another pruner is at are left to it.
 */
export async function pruneEvents(database: Database, tenant: string, before: Date, limit: number): Promise<number> {
	assertTenant(tenant);
	const most = boundedLimit(limit, Number.MAX_SAFE_INTEGER);
	let deleted = 0;
	for (let integration = ''; deleted < most;) {
		const next = await nextIntegration(database, tenant, integration);
		if (next === undefined) break;
		integration = next;
		deleted += await pruneIntegration(database, [tenant, integration], before, most - deleted);
	}
	return deleted;
}

/** There are few: one look into the primary key each is less than reading all events for them. */
async function nextIntegration(database: Database, tenant: string, after: string): Promise<string | undefined> {
	const [row] = await database.statement(
		`SELECT integration FROM ${database.dialect.table('processed_webhook')}
		WHERE tenant = $1 AND integration > $2 ORDER BY integration LIMIT 1`,
		[tenant, after],
	);
	return row && textOf(row, 'integration');
}

/** Goes on where the step before came to, so that events that have to stay are looked at once. */
async function pruneIntegration(
	database: Database,
	place: [tenant: string, integration: string],
	before: Date,
	most: number,
): Promise<number> {
	let deleted = 0;
	let from = new Date(0);
	while (deleted < most) {
		const step = Math.min(PRUNE_STEP, most - deleted);
		const old = await database.transaction(
			async (session) => {
				const found = await findOld(database, session, place, from, before, step);
				await deleteAll(database, session, found);
				return found;
			},
			{ idempotent: true },
		);
		deleted += old.length;
		if (old.length < step) break;
		from = old.at(-1)?.receivedAt ?? from;
		await database.breathe();
	}
	return deleted;
}

async function findOld(
	{ dialect }: Database,
	session: Session,
	place: [string, string],
	from: Date,
	before: Date,
	step: number,
): Promise<Old[]> {
	const rows = await session.query(
		`SELECT ${KEY}, received_at FROM ${dialect.table('processed_webhook')} AS seen
		WHERE tenant = $1 AND integration = $2 AND received_at >= $3 AND received_at < $4
			AND NOT EXISTS (
				SELECT 1 FROM ${dialect.table('event_delivery')} AS delivery
				WHERE delivery.tenant = $1 AND delivery.integration = $2
					AND delivery.external_event_id = seen.external_event_id AND delivery.done_at IS NULL
			)
		ORDER BY received_at, external_event_id LIMIT ${step} ${dialect.forUpdateSkipLocked}`,
		[...place, from.toISOString(), before.toISOString()],
	);
	return rows.map((row) => ({ ...keyOf(row), receivedAt: timeOf(row, 'received_at') }));
}

async function deleteAll({ dialect }: Database, session: Session, events: Old[]): Promise<void> {
	if (events.length === 0) return;
	const batch = keyBatch(dialect, events, 1);
	const isOne = `(${KEY}) IN (SELECT ${BATCH_KEY} FROM ${batch.source})`;
	await session.query(`DELETE FROM ${dialect.table('processed_webhook')} WHERE ${isOne}`, batch.parameters);
	await session.query(
		`DELETE FROM ${dialect.table('event_delivery')} WHERE ${isOne} AND done_at IS NOT NULL`,
		batch.parameters,
	);
}
