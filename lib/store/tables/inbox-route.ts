import type { Database, Session } from '../dialect';
import { assertName } from '../identifiers';
import { assertIds, assertTenant } from '../ids';
import type { EventKey } from '../store';
import { BATCH_KEY, hasKey, inKeyOrder, KEY, keyBatch, keyOf } from './event-row';
import { boundedLimit } from './link-context';

/** Events moved by one transaction: a few milliseconds on the embedded store. */
const ROUTE_STEP = 500;

const EVENT = ['entity', 'external_id', 'event', 'occurred_at', 'payload', 'account', 'receipt', 'received_at'];
const DELIVERY = ['receiver', 'receipt', 'since', 'due_at', 'turn', 'put_off', 'taken_by', 'done_at'];

/**
 * Gives unrouted events to their tenant: written anew under its name, since the tenant is part of the key. What it has
 * already under the same id is left as it is. Deliveries, where somebody has asked for such an event by hand, go with it.
 */
export async function routeEvents(
	database: Database,
	integration: string,
	account: string,
	tenant: string,
	limit: number,
): Promise<number> {
	assertName('integration', integration);
	assertIds('account id', [account]);
	assertTenant(tenant);
	const most = boundedLimit(limit, Number.MAX_SAFE_INTEGER);
	let moved = 0;
	while (moved < most) {
		const step = Math.min(ROUTE_STEP, most - moved);
		const keys = await database.transaction(
			async (session) => {
				const found = await findUnrouted(database, session, integration, account, step);
				const own = found.filter((key) => key.tenant === tenant);
				if (own.length > 0) await markReceived(database, session, own);
				const others = found.filter((key) => key.tenant !== tenant);
				if (others.length > 0) await rewrite(database, session, others, tenant);
				return found;
			},
			{ idempotent: true },
		);
		moved += keys.length;
		if (keys.length < step) break;
		await database.breathe();
	}
	return moved;
}

/** Of whatever ingress: an account belongs to one tenant only. */
async function findUnrouted(
	{ dialect }: Database,
	session: Session,
	integration: string,
	account: string,
	step: number,
): Promise<EventKey[]> {
	const rows = await session.query(
		`SELECT ${KEY} FROM ${dialect.table('processed_webhook')}
		WHERE integration = $1 AND account = $2 AND status = 'unrouted'
		ORDER BY received_at LIMIT ${step} ${dialect.forUpdateSkipLocked}`,
		[integration, account],
	);
	return rows.map(keyOf);
}

async function markReceived({ dialect }: Database, session: Session, keys: EventKey[]): Promise<void> {
	const batch = keyBatch(dialect, inKeyOrder(keys), 1);
	await session.query(
		`UPDATE ${dialect.table('processed_webhook')} AS seen SET status = 'received'
		FROM ${batch.source} WHERE ${hasKey('seen')}`,
		batch.parameters,
	);
}

async function rewrite({ dialect }: Database, session: Session, keys: EventKey[], tenant: string): Promise<void> {
	const events = dialect.table('processed_webhook');
	const deliveries = dialect.table('event_delivery');
	const batch = keyBatch(dialect, inKeyOrder(keys), 2);
	const copy = (table: string, columns: string[], more: [column: string, value: string][]) =>
		session.query(
			`INSERT INTO ${table} (${KEY}, ${[...columns, ...more.map(([column]) => column)].join(', ')})
			SELECT $1, old.integration, old.external_event_id,
				${[...columns.map((column) => `old.${column}`), ...more.map(([, value]) => value)].join(', ')}
			FROM ${batch.source} JOIN ${table} AS old ON ${hasKey('old')}
			WHERE true ON CONFLICT DO NOTHING`,
			[tenant, ...batch.parameters],
		);
	await copy(events, EVENT, [['status', `'received'`]]);
	await copy(deliveries, DELIVERY, []);
	const old = keyBatch(dialect, inKeyOrder(keys), 1);
	for (const table of [events, deliveries]) {
		await session.query(
			`DELETE FROM ${table} WHERE (${KEY}) IN (SELECT ${BATCH_KEY} FROM ${old.source})`,
			old.parameters,
		);
	}
}
