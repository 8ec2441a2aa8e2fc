import { randomUUID } from 'node:crypto';
import type { Fields } from '../../adapters/adapter';
import type { Database, Dialect, Parameter, Session } from '../dialect';
import { flagOf, jsonOrNull, numberOf } from '../row-values';
import type { EventFilter, Inbox, PollKey } from '../store';
import { assertReceiver, DELIVERY_COLUMNS } from './delivery-row';
import { filterConditions } from './event-filter';
import { hasKey, KEY } from './event-row';
import { boundedLimit } from './link-context';
import { assertPollKey, cursorOf, saveCursor } from './poll-cursor';

type AdvanceOptions = Parameters<Inbox['advance']>[2];

/** Events numbered or gone past in one transaction at most. */
const MAX_STEP = 2_500;

/** The condition of the index of events without a number. */
const UNNUMBERED = `position IS NULL AND status = 'received'`;

/**
 * Events get their numbers when a subscription first reads them, not when they are stored: of two that are stored at
 * once the later one may be committed first, and whoever had read on to its number would never see the other.
 *
 *     webhook A: store e1 ..................... commit
 *     webhook B:        store e2, commit
 *     subscription:                  e2 = 1            e1 = 2
 *
 * The row of `event_order` is the lock under which numbers are given and positions are moved.
 */
export async function advanceSubscription(
	database: Database,
	key: PollKey,
	filter: EventFilter,
	{ start, limit }: AdvanceOptions,
): Promise<number> {
	assertPollKey(key);
	assertReceiver(key.poll);
	const most = boundedLimit(limit, MAX_STEP);
	if (most === 0 || !(await hasNews(database, key))) return 0;
	for (;;) {
		// Repeated after a lost answer it goes on from where it has come to.
		const passed = await database.transaction((session) => step(database.dialect, session, key, filter, start, most), {
			idempotent: true,
		});
		if (passed !== undefined) return passed;
		await database.breathe();
	}
}

/** Most polls find nothing: that is seen without any lock. */
async function hasNews(database: Database, { tenant, integration, entity, poll }: PollKey): Promise<boolean> {
	const { table } = database.dialect;
	const [row] = await database.statement(
		`SELECT
			(
				SELECT cursor FROM ${table('poll_cursor')}
				WHERE tenant = $1 AND integration = $2 AND entity = $3 AND poll = $4
			) AS cursor,
			(SELECT last_position FROM ${table('event_order')} WHERE tenant = $1 AND integration = $2) AS last_position,
			EXISTS (
				SELECT 1 FROM ${table('processed_webhook')} WHERE tenant = $1 AND integration = $2 AND ${UNNUMBERED}
			) AS unnumbered`,
		[tenant, integration, entity, poll],
	);
	const position = positionOf(row && (jsonOrNull(row, 'cursor') as Fields | null));
	return !row || position === undefined || flagOf(row, 'unnumbered') || position < numberOf(row, 'last_position');
}

/** @returns undefined when there is more to number before a subscription can begin with what comes now */
async function step(
	dialect: Dialect,
	session: Session,
	key: PollKey,
	filter: EventFilter,
	start: AdvanceOptions['start'],
	most: number,
): Promise<number | undefined> {
	const before = await lockOrder(dialect, session, key);
	const position = positionOf(await cursorOf(dialect, session, key));
	const skipping = position === undefined && start === 'now';
	const { numbered, last } = await giveNumbers(dialect, session, key, before, skipping ? MAX_STEP : most);
	if (skipping) {
		if (numbered >= MAX_STEP) return undefined;
		await saveCursor(dialect, session, key, { position: last });
		return 0;
	}
	const from = position ?? 0;
	const { passed, until } = await pageBehind(dialect, session, key, from, most);
	if (passed > 0) await noteDeliveries(dialect, session, key, filter, from, until);
	if (passed > 0 || position === undefined) await saveCursor(dialect, session, key, { position: until });
	return passed;
}

function positionOf(cursor: Fields | null | undefined): number | undefined {
	return typeof cursor?.position === 'number' ? cursor.position : undefined;
}

async function lockOrder({ table, forUpdate }: Dialect, session: Session, key: PollKey): Promise<number> {
	const place = [key.tenant, key.integration];
	await session.query(
		`INSERT INTO ${table('event_order')} (tenant, integration, last_position) VALUES ($1, $2, 0) ON CONFLICT DO NOTHING`,
		place,
	);
	const [row] = await session.query(
		`SELECT last_position FROM ${table('event_order')} WHERE tenant = $1 AND integration = $2 ${forUpdate}`,
		place,
	);
	return row ? numberOf(row, 'last_position') : 0;
}

/** Oldest first. A number stays unused when its event was pruned meanwhile. */
async function giveNumbers({ table }: Dialect, session: Session, key: PollKey, before: number, most: number) {
	const rows = await session.query(
		// Materialised: otherwise PostgreSQL sees one tenant, goes by what it knows of it, and reads all its events for each.
		`WITH b AS MATERIALIZED (
			SELECT tenant AS of_tenant, integration AS of_integration, external_event_id AS of_event,
				row_number() OVER (ORDER BY received_at, external_event_id) AS turn
			FROM ${table('processed_webhook')}
			WHERE tenant = $1 AND integration = $2 AND ${UNNUMBERED}
			ORDER BY received_at, external_event_id LIMIT ${most}
		)
		UPDATE ${table('processed_webhook')} AS seen SET position = $3 + b.turn
		FROM b WHERE ${hasKey('seen')}
		RETURNING position`,
		[key.tenant, key.integration, before],
	);
	const last = rows.reduce((highest, row) => Math.max(highest, numberOf(row, 'position')), before);
	if (rows.length > 0) {
		await session.query(
			`UPDATE ${table('event_order')} SET last_position = $3 WHERE tenant = $1 AND integration = $2`,
			[key.tenant, key.integration, last],
		);
	}
	return { numbered: rows.length, last };
}

async function pageBehind({ table }: Dialect, session: Session, key: PollKey, from: number, most: number) {
	const [row] = await session.query(
		`SELECT count(*) AS passed, max(position) AS until FROM (
			SELECT position FROM ${table('processed_webhook')}
			WHERE tenant = $1 AND integration = $2 AND position > $3
			ORDER BY position LIMIT ${most}
		) AS page`,
		[key.tenant, key.integration, from],
	);
	const passed = row ? numberOf(row, 'passed') : 0;
	return { passed, until: row && passed > 0 ? numberOf(row, 'until') : from };
}

async function noteDeliveries(
	dialect: Dialect,
	session: Session,
	key: PollKey,
	filter: EventFilter,
	from: number,
	until: number,
): Promise<void> {
	const { table, now } = dialect;
	const parameters: Parameter[] = [key.tenant, key.integration, from, until, key.poll, randomUUID()];
	const conditions = filterConditions(dialect, 'seen', filter, parameters);
	await session.query(
		`INSERT INTO ${table('event_delivery')} (${DELIVERY_COLUMNS.join(', ')})
		SELECT seen.tenant, seen.integration, seen.external_event_id, $5, $6,
			(SELECT ${now}), (SELECT ${now}), seen.position, 0
		FROM ${table('processed_webhook')} AS seen
		WHERE seen.tenant = $1 AND seen.integration = $2 AND seen.position > $3 AND seen.position <= $4 ${conditions}
		ORDER BY seen.position
		ON CONFLICT (${KEY}, receiver) DO NOTHING`,
		parameters,
	);
}
