import type { Row } from '../dialect';
import { textOf, textOrNull } from '../row-values';
import type { LinkIds, LinkPage, LinkRow, SyncStatus } from '../store';
import { boundedLimit, idBatch, linkBatch, slices, sortedUnique, type LinkContext } from './link-context';
import { linkOf, SYNC_STATUSES } from './link-row';

/** Rows in one page at most. */
export const MAX_PAGE = 10_000;

export async function findByLocalIds(context: LinkContext, tenant: string, localIds: string[]): Promise<LinkRow[]> {
	const { database, dialect, table } = context;
	const found: LinkRow[] = [];
	for (const slice of slices(sortedUnique(localIds), dialect.sliceRows)) {
		const batch = linkBatch(dialect, tenant, slice, 1);
		const rows = await database.statement(
			`SELECT link.* FROM ${batch.source} JOIN ${table} AS link ON link.tenant = b.of_tenant AND link.local_id = b.id`,
			batch.parameters,
		);
		found.push(...rows.map(linkOf));
	}
	return found;
}

/** Where a link may be found by an external id, best first. */
const WAYS = [
	{ from: 'link', condition: `link.external_id = b.id AND link.sync_status <> 'deleted'` },
	{ from: 'alias', condition: `link.external_id = alias.external_id AND link.sync_status <> 'deleted'` },
	// A restored record's event arrives with the id of a link we hold for deleted.
	{ from: 'link', condition: `link.external_id = b.id AND link.sync_status = 'deleted'` },
	{ from: 'alias', condition: `link.external_id = alias.external_id AND link.sync_status = 'deleted'` },
] as const;

/** Live links before deleted ones, the id itself before the record it was merged into. */
export async function findByExternalIds(
	context: LinkContext,
	tenant: string,
	externalIds: string[],
): Promise<Map<string, LinkRow>> {
	const found = new Map<string, LinkRow>();
	let missing = sortedUnique(externalIds);
	for (const way of WAYS) {
		for (const slice of slices(missing, context.dialect.sliceRows)) {
			for (const { crosslink_asked_id: asked, ...link } of await findOneWay(context, tenant, slice, way)) {
				if (typeof asked === 'string') found.set(asked, linkOf(link));
			}
		}
		missing = missing.filter((id) => !found.has(id));
	}
	return found;
}

/** Several deleted links may have had one external id; the one changed last comes last and counts. */
async function findOneWay(
	{ database, dialect, table, aliases, integration, entity }: LinkContext,
	tenant: string,
	ids: string[],
	way: (typeof WAYS)[number],
): Promise<Row[]> {
	const { source, parameters } = idBatch(dialect, ids, way.from === 'alias' ? 4 : 2);
	if (way.from === 'link') {
		return await database.statement(
			`SELECT b.id AS crosslink_asked_id, link.* FROM ${source}
			JOIN ${table} AS link ON link.tenant = $1 AND ${way.condition}
			ORDER BY link.updated_at`,
			[tenant, ...parameters],
		);
	}
	return await database.statement(
		`SELECT b.id AS crosslink_asked_id, link.* FROM ${source}
		JOIN ${aliases} AS alias
			ON alias.tenant = $1 AND alias.integration = $2 AND alias.entity = $3 AND alias.alias = b.id
		JOIN ${table} AS link ON link.tenant = $1 AND ${way.condition}
		ORDER BY link.updated_at`,
		[tenant, integration, entity, ...parameters],
	);
}

export async function pageOfLinks(context: LinkContext, tenant: string, page: LinkPage): Promise<LinkRow[]> {
	const limit = boundedLimit(page.limit, MAX_PAGE);
	// Written out, not bound: only so does SQLite see that the partial index fits.
	const status = SYNC_STATUSES.find((known) => known === page.status);
	if (page.status !== undefined && !status) throw new TypeError(`No link status is called ${String(page.status)}.`);
	const rows = await context.database.statement(
		`SELECT * FROM ${context.table}
		WHERE tenant = $1 AND local_id > $2 ${status ? `AND sync_status = '${status}'` : ''}
		ORDER BY local_id LIMIT ${limit}`,
		[tenant, page.afterLocalId ?? ''],
	);
	return rows.map(linkOf);
}

export async function pageOfIds(
	{ database, table }: LinkContext,
	tenant: string,
	page: Omit<LinkPage, 'status'>,
): Promise<LinkIds[]> {
	const rows = await database.statement(
		`SELECT local_id, external_id, sync_status, base_hash FROM ${table}
		WHERE tenant = $1 AND local_id > $2 ORDER BY local_id LIMIT ${boundedLimit(page.limit, MAX_PAGE)}`,
		[tenant, page.afterLocalId ?? ''],
	);
	return rows.map((row) => ({
		localId: textOf(row, 'local_id'),
		externalId: textOrNull(row, 'external_id'),
		syncStatus: textOf(row, 'sync_status') as SyncStatus,
		baseHash: textOrNull(row, 'base_hash'),
	}));
}

export async function dueLinks({ database, dialect, table }: LinkContext, tenant: string, limit: number) {
	const rows = await database.statement(
		`SELECT * FROM ${table}
		WHERE tenant = $1 AND sync_status = 'pending' AND next_attempt_at <= ${dialect.now}
		ORDER BY next_attempt_at, local_id LIMIT ${boundedLimit(limit, MAX_PAGE)}`,
		[tenant],
	);
	return rows.map(linkOf);
}

export async function countByStatus(context: LinkContext, tenant: string): Promise<Record<SyncStatus, number>> {
	const counts: Record<SyncStatus, number> = { pending: 0, synced: 0, conflict: 0, failed: 0, deleted: 0 };
	const rows = await context.database.statement(
		`SELECT sync_status, count(*) AS links FROM ${context.table} WHERE tenant = $1 GROUP BY sync_status`,
		[tenant],
	);
	for (const row of rows) counts[textOf(row, 'sync_status') as SyncStatus] = Number(row.links);
	return counts;
}
