import type { CommandStatus } from '../command-log';
import type { Database, Row } from '../dialect';
import type { EventFigures, FigureTable, LinkFigures, Span } from '../figures';
import { assertName, linkTableName } from '../identifiers';
import { assertTenant } from '../ids';
import { numberOf, textOf, timeOrNull } from '../row-values';
import type { SyncStatus } from '../store';

/** Steps of a span at most: a chart shows no more. */
const MAX_STEPS = 400;
/** Troubled links whose first failure is looked up; the oldest of more would be as alarming. */
const MAX_TROUBLED = 5_000;

/** What reports count. */
export function figureTable(database: Database): FigureTable {
	return {
		async links(tenant, integration, entity, span) {
			checkPlace(tenant, integration, span);
			assertName('entity', entity);
			return await linkFigures(database, tenant, integration, entity, span);
		},
		async events(tenant, integration, span) {
			checkPlace(tenant, integration, span);
			return await eventFigures(database, tenant, integration, span);
		},
		async openConflicts(tenant, integration) {
			assertTenant(tenant);
			assertName('integration', integration);
			const [row] = await database.statement(
				`SELECT count(*) AS found FROM ${database.dialect.table('sync_conflict')}
				WHERE tenant = $1 AND integration = $2 AND status = 'open'`,
				[tenant, integration],
			);
			return row ? numberOf(row, 'found') : 0;
		},
		async commands(tenant, integration) {
			assertTenant(tenant);
			assertName('integration', integration);
			const rows = await database.statement(
				`SELECT status, count(*) AS found FROM ${database.dialect.table('command_log')}
				WHERE tenant = $1 AND integration = $2 GROUP BY status`,
				[tenant, integration],
			);
			const counts: Record<CommandStatus, number> = { running: 0, waiting: 0, unknown: 0, succeeded: 0, failed: 0 };
			for (const row of rows) counts[textOf(row, 'status') as CommandStatus] = numberOf(row, 'found');
			return counts;
		},
		async failures(tenant, integration, span) {
			checkPlace(tenant, integration, span);
			const rows = await database.statement(
				`SELECT ${stepOf(database, 'at', 3)} AS step, count(*) AS found FROM ${database.dialect.table('sync_log')}
				WHERE tenant = $1 AND integration = $2 AND kind = 'error' AND at >= $5
				GROUP BY step`,
				[tenant, integration, ...spanParameters(span)],
			);
			return spread(rows, span, 'found');
		},
	};
}

async function linkFigures(
	database: Database,
	tenant: string,
	integration: string,
	entity: string,
	span: Span,
): Promise<LinkFigures> {
	const { dialect } = database;
	const table = dialect.table(linkTableName(integration, entity));
	const [byStatus, bySteps, oldest] = [
		await database.statement(
			`SELECT sync_status, count(*) AS links, count(CASE WHEN in_doubt THEN 1 END) AS doubted,
				max(last_synced_at) AS last_synced
			FROM ${table} WHERE tenant = $1 GROUP BY sync_status`,
			[tenant],
		),
		await database.statement(
			`SELECT ${stepOf(database, 'last_synced_at', 2)} AS step, count(*) AS found
			FROM ${table} WHERE tenant = $1 AND last_synced_at >= $4 GROUP BY step`,
			[tenant, ...spanParameters(span)],
		),
		await database.statement(
			`SELECT min(coalesce((
					SELECT min(line.at) FROM ${dialect.table('sync_log')} AS line
					WHERE line.tenant = $1 AND line.integration = $2 AND line.entity = $3
						AND line.local_id = link.local_id AND line.kind = 'error'
						AND (link.last_synced_at IS NULL OR line.at > link.last_synced_at)
				), link.updated_at)) AS since
			FROM (
				SELECT local_id, last_synced_at, updated_at FROM ${table}
				WHERE tenant = $1 AND sync_status IN ('pending', 'failed', 'conflict')
				ORDER BY updated_at LIMIT ${MAX_TROUBLED}
			) AS link`,
			[tenant, integration, entity],
		),
	];
	const counts: LinkFigures['counts'] = { pending: 0, synced: 0, conflict: 0, failed: 0, deleted: 0 };
	for (const row of byStatus) counts[textOf(row, 'sync_status') as SyncStatus] = numberOf(row, 'links');
	return {
		counts,
		inDoubt: byStatus.reduce((sum, row) => sum + numberOf(row, 'doubted'), 0),
		oldestUnsynced: oldest[0] ? timeOrNull(oldest[0], 'since') : null,
		lastSyncedAt: latest(byStatus.map((row) => timeOrNull(row, 'last_synced'))),
		synced: spread(bySteps, span, 'found'),
	};
}

async function eventFigures(
	database: Database,
	tenant: string,
	integration: string,
	span: Span,
): Promise<EventFigures> {
	const { dialect } = database;
	const events = dialect.table('processed_webhook');
	const bySteps = await database.statement(
		`SELECT status, ${stepOf(database, 'received_at', 3)} AS step, count(*) AS found FROM ${events}
		WHERE tenant = $1 AND integration = $2 AND received_at >= $5 AND status IN ('received', 'echo')
		GROUP BY status, step`,
		[tenant, integration, ...spanParameters(span)],
	);
	const [due] = await database.statement(
		`SELECT count(CASE WHEN taken_by IS NULL THEN 1 END) AS waiting, count(taken_by) AS in_hand,
			min(CASE WHEN taken_by IS NULL THEN since END) AS oldest
		FROM ${dialect.table('event_delivery')} WHERE tenant = $1 AND integration = $2 AND done_at IS NULL`,
		[tenant, integration],
	);
	const [unrouted] = await database.statement(
		`SELECT count(*) AS found FROM ${events}
		WHERE tenant = $1 AND integration = $2 AND status = 'unrouted' AND status IN ('unrouted', 'attention')`,
		[tenant, integration],
	);
	const ofStatus = (status: string) => bySteps.filter((row) => row.status === status);
	return {
		received: spread(ofStatus('received'), span, 'found'),
		echoes: spread(ofStatus('echo'), span, 'found'),
		waiting: due ? numberOf(due, 'waiting') : 0,
		inHand: due ? numberOf(due, 'in_hand') : 0,
		oldestWaiting: due ? timeOrNull(due, 'oldest') : null,
		unrouted: unrouted ? numberOf(unrouted, 'found') : 0,
	};
}

/** The number of the step that a time lies in; takes the placeholders of {@link spanParameters} from `first` on. */
function stepOf({ dialect }: Database, time: string, first: number): string {
	return `floor((${dialect.epochMs(time)} - $${first}) / $${first + 1})`;
}

function spanParameters({ from, stepMs }: Span): [number, number, string] {
	return [from.getTime(), stepMs, from.toISOString()];
}

function spread(rows: readonly Row[], { steps }: Span, column: string): number[] {
	const figures = Array.from({ length: steps }, () => 0);
	for (const row of rows) {
		// A row of the last instant, or of a clock that runs ahead of ours, belongs to the last step.
		const step = Math.min(numberOf(row, 'step'), steps - 1);
		figures[step] = (figures[step] ?? 0) + numberOf(row, column);
	}
	return figures;
}

function latest(times: ReadonlyArray<Date | null>): Date | null {
	return times.reduce((last, time) => (time !== null && (last === null || time > last) ? time : last), null);
}

function checkPlace(tenant: string, integration: string, span: Span): void {
	assertTenant(tenant);
	assertName('integration', integration);
	if (Number.isInteger(span.steps) && span.steps > 0 && span.steps <= MAX_STEPS && span.stepMs > 0) return;
	throw new TypeError(`A span has 1 to ${MAX_STEPS} steps of a positive length.`);
}
