import type { Database, Parameter } from '../dialect';
import { assertName } from '../identifiers';
import { assertTenant } from '../ids';
import { numberOf } from '../row-values';
import type { EventFilter, EventKey, Inbox, InboxStatus, StoredEvent } from '../store';
import { filterConditions } from './event-filter';
import { hasKey, inKeyOrder, keyBatch, storedEventOf } from './event-row';
import { advanceSubscription } from './inbox-advance';
import { pruneEvents } from './inbox-prune';
import { receiveEvents } from './inbox-receive';
import { routeEvents } from './inbox-route';
import { boundedLimit } from './link-context';

/** Rows in one answer at most. */
const MAX_FOUND = 10_000;

const STATUSES: readonly InboxStatus[] = ['received', 'echo', 'unrouted', 'attention'];

/** The inbox; each verb's SQL is in the file of its name. */
export function inbox(database: Database): Inbox {
	const table = database.dialect.table('processed_webhook');
	return {
		receive: (receiver, events, options) => receiveEvents(database, receiver, events, options),
		advance: (key, filter, options) => advanceSubscription(database, key, filter, options),
		find: (tenant, integration, filter, limit) => findEvents(database, tenant, integration, filter, limit),
		route: (integration, account, tenant, limit) => routeEvents(database, integration, account, tenant, limit),
		prune: (tenant, before, limit) => pruneEvents(database, tenant, before, limit),
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

async function findEvents(
	database: Database,
	tenant: string,
	integration: string,
	filter: EventFilter & { ids?: readonly string[]; status?: InboxStatus },
	limit: number,
): Promise<StoredEvent[]> {
	assertTenant(tenant);
	assertName('integration', integration);
	const { dialect } = database;
	const table = dialect.table('processed_webhook');
	// By ids: for the reason given at linkBatch, each row brings its tenant.
	const byIds = filter.ids && keyBatch(dialect, inKeyOrder(keysOf(tenant, integration, filter.ids)), 1);
	const parameters: Parameter[] = byIds ? byIds.parameters : [tenant, integration];
	const source = byIds
		? `${byIds.source} JOIN ${table} AS seen ON ${hasKey('seen')} WHERE true`
		: `${table} AS seen WHERE seen.tenant = $1 AND seen.integration = $2`;
	const status = STATUSES.find((known) => known === filter.status);
	if (filter.status !== undefined && !status) throw new TypeError(`No event has the status ${String(filter.status)}.`);
	const conditions = filterConditions(dialect, 'seen', filter, parameters);
	const rows = await database.statement(
		`SELECT seen.* FROM ${source} ${conditions} ${status ? statusCondition(status) : ''}
		ORDER BY seen.received_at DESC, seen.external_event_id DESC LIMIT ${boundedLimit(limit, MAX_FOUND)}`,
		parameters,
	);
	return rows.map(storedEventOf);
}

/** Written out, not bound, and with the condition of the partial index: only so does SQLite see that it fits. */
function statusCondition(status: InboxStatus): string {
	const noticed = status === 'unrouted' || status === 'attention';
	return `AND seen.status = '${status}' ${noticed ? `AND seen.status IN ('unrouted', 'attention')` : ''}`;
}

function keysOf(tenant: string, integration: string, ids: readonly string[]): EventKey[] {
	return ids.map((externalEventId) => ({ tenant, integration, externalEventId }));
}
