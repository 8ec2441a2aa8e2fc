import { randomUUID } from 'node:crypto';
import type { Database, Session } from '../dialect';
import { assertName } from '../identifiers';
import { assertIds, assertTenant } from '../ids';
import { numberOf, textOf } from '../row-values';
import type { Inbox, InboxEvent } from '../store';
import { slices } from './link-context';

const COLUMNS = {
	event_id: 'text',
	entity: 'text',
	external_id: 'text',
	event: 'text',
	occurred_at: 'time',
	payload: 'json',
} as const;

export function inbox(database: Database): Inbox {
	const table = database.dialect.table('processed_webhook');
	return {
		async receive(tenant, integration, events) {
			assertTenant(tenant);
			assertName('integration', integration);
			assertIds(
				'event id',
				events.map((event) => event.externalEventId),
			);
			assertIds(
				'external id',
				events.map((event) => event.externalId),
			);
			if (events.length === 0) return new Set();
			return await store(database, table, [tenant, integration, randomUUID()], events);
		},
		async count(tenant, integration) {
			assertTenant(tenant);
			const [row] = await database.statement(
				`SELECT count(*) AS events FROM ${table} WHERE tenant = $1 AND integration = $2`,
				[tenant, integration],
			);
			return row ? numberOf(row, 'events') : 0;
		},
	};
}

/**
 * The receipt is new for each delivery. A row with our own receipt counts as new: when the answer to the first try was
 * lost, the second one still returns what the first one stored, and no event is swallowed.
 */
async function store(
	database: Database,
	table: string,
	[tenant, integration, receipt]: [string, string, string],
	events: InboxEvent[],
): Promise<Set<string>> {
	const distinct = new Map(events.map((event) => [event.externalEventId, event]));
	const sorted = [...distinct.values()].sort((left, right) => (left.externalEventId < right.externalEventId ? -1 : 1));
	const parts = slices(sorted, database.dialect.sliceRows);
	const [only] = parts;
	if (only && parts.length === 1) {
		return await insert((sql, parameters) => database.statement(sql, parameters), only);
	}
	return await database.transaction(
		async (session) => {
			const fresh = new Set<string>();
			for (const part of parts) {
				for (const id of await insert((sql, parameters) => session.query(sql, parameters), part)) fresh.add(id);
			}
			return fresh;
		},
		{ idempotent: true },
	);

	async function insert(query: Session['query'], part: InboxEvent[]): Promise<Set<string>> {
		const batch = database.dialect.batch(
			COLUMNS,
			part.map((event) => [
				event.externalEventId,
				event.entity,
				event.externalId,
				event.event,
				event.occurredAt.toISOString(),
				JSON.stringify(event.payload),
			]),
			4,
		);
		const rows = await query(
			`INSERT INTO ${table} AS seen
				(tenant, integration, receipt, external_event_id, entity, external_id, event, occurred_at, payload, received_at)
			SELECT $1, $2, $3, b.event_id, b.entity, b.external_id, b.event, b.occurred_at, b.payload, ${database.dialect.now}
			FROM ${batch.source}
			WHERE true
			ON CONFLICT (tenant, integration, external_event_id) DO UPDATE SET receipt = excluded.receipt
			WHERE seen.receipt = excluded.receipt
			RETURNING external_event_id`,
			[tenant, integration, receipt, ...batch.parameters],
		);
		return new Set(rows.map((row) => textOf(row, 'external_event_id')));
	}
}
