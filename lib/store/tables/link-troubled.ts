import { textOf } from '../row-values';
import type { LinkRow } from '../store';
import { boundedLimit, type LinkContext } from './link-context';
import { MAX_PAGE } from './link-find';
import { linkOf } from './link-row';

/** What waits for a person, behind a place, by the index of its own. */
export async function troubledLinks(
	context: LinkContext,
	tenant: string,
	after: { updatedAt: Date; localId: string } | undefined,
	limit: number,
): Promise<LinkRow[]> {
	const { database, dialect, table } = context;
	const since = dialect.toMilliseconds('updated_at');
	const parameters = [tenant, await settledBefore(context)];
	const conditions = [`updated_at < ${dialect.boundTime('$2')}`];
	if (after) {
		conditions.push(`(${since}, local_id) > (${dialect.toMilliseconds(dialect.boundTime('$3'))}, $4)`);
		parameters.push(after.updatedAt.toISOString(), after.localId);
	}
	const rows = await database.statement(
		`SELECT * FROM ${table}
		WHERE tenant = $1 AND sync_status IN ('failed', 'conflict') AND ${conditions.join(' AND ')}
		ORDER BY ${since}, local_id LIMIT ${boundedLimit(limit, MAX_PAGE)}`,
		parameters,
	);
	return rows.map(linkOf);
}

/**
 * The time before which nothing can turn up any more: a run's links carry the time at which they were written, and are
 * seen only when it commits. Whoever had read on to a later one would never see them.
 *
 *     run A: fail a at 1 ................... commit
 *     run B:        fail b at 2, commit
 *     attention:                   (waits for A)    a, b
 *
 * On PostgreSQL that is the beginning of the oldest transaction that writes to the table, or now. Of another user's it is
 * not told when it began: then nothing is given until it is over. SQLite has one writer at a time.
 */
async function settledBefore({ database, dialect, table }: LinkContext): Promise<string> {
	if (dialect.kind === 'sqlite') return '9999';
	const [row] = await database.statement(
		`SELECT CAST(least(statement_timestamp(), min(coalesce(writer.xact_start, '-infinity'))) AS text) AS before
		FROM pg_locks AS lock JOIN pg_stat_activity AS writer ON writer.pid = lock.pid
		WHERE lock.relation = to_regclass($1) AND lock.database = writer.datid AND lock.mode = 'RowExclusiveLock'`,
		[table],
	);
	if (!row) throw new TypeError('An aggregate returned no row.');
	return textOf(row, 'before');
}
