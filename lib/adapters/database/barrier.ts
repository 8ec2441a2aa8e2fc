import { DEFAULT_LOOKBACK_SECONDS, MIN_LOOKBACK_SECONDS } from './limits';
import type { Followed } from './follow';
import type { Query } from './reader';
import type { Table } from './table';

export interface Barrier {
	/** End of the window: nothing later was there when it was looked. */
	to: string;
	/** Where the next window begins: behind it, every transaction has ended. */
	next: string;
}

/**
 * A row carries the time at which its transaction began (or a moment after), but appears when that ends: a long one puts rows
 * behind what a poll has already seen. So the next window begins at the start of the oldest transaction that still runs in
 * this database, less an overlap. Rows from there on come again; whoever asks drops what it knows.
 *
 * - now() is read before the list of sessions. A transaction that began before now() and is not in the list has ended: its
 *   rows are there for the statement that reads the page. So this has to be a statement before that one, in READ COMMITTED.
 * - Sessions of other roles show no start to a user without pg_read_all_stats, but pg_locks tells everybody which of them are in a
 *   transaction. While one is, and on a standby or for a foreign table, the overlap is the longer one.
 * - A prepared transaction has no session and tells only when it was prepared. It had been seen running, so the position is still
 *   before its start: there it stays until it is committed.
 */
const BY_TIME = `
WITH sessions AS (
	SELECT pid, xact_start, backend_type IS NULL OR state = 'disabled' AS hidden
	FROM pg_catalog.pg_stat_activity
	WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type IS DISTINCT FROM 'autovacuum worker'
), seen AS (
	SELECT least(now(), (SELECT min(xact_start) FROM sessions), CASE WHEN pg_is_in_recovery() THEN pg_last_xact_replay_timestamp() END) AS until,
		$4::boolean OR pg_is_in_recovery() OR EXISTS (
			SELECT FROM sessions JOIN pg_catalog.pg_locks l USING (pid) WHERE hidden AND l.locktype = 'virtualxid'
		) AS blind,
		EXISTS (SELECT FROM pg_catalog.pg_prepared_xacts WHERE database = current_database()) AS prepared
)
SELECT now()::text,
	CASE
		WHEN prepared AND $1::timestamptz IS NOT NULL THEN $1::timestamptz
		ELSE greatest($1::timestamptz, until - make_interval(secs => CASE WHEN blind OR prepared THEN $3 ELSE $2 END::double precision))
	END::text
FROM seen`;

/**
 * Numbers of transactions are exact, and open to everybody: below the snapshot's xmin all have ended, prepared ones included.
 * https://www.postgresql.org/docs/current/functions-info.html#FUNCTIONS-INFO-SNAPSHOT
 */
const BY_TRANSACTION = `
SELECT pg_snapshot_xmax(s)::text, greatest($1::text::numeric, pg_snapshot_xmin(s)::text::numeric)::text
FROM pg_current_snapshot() s`;

/** @param since where the current window begins; null = there is none yet, `-infinity` = before everything */
export async function findBarrier(
	query: Query,
	table: Table,
	{ by, source }: Followed,
	since: string | null,
): Promise<Barrier> {
	const { rows } =
		by === 'transaction'
			? await query(BY_TRANSACTION, [since])
			: await query(BY_TIME, [
					since,
					Math.max(source.lookbackSeconds ?? 0, MIN_LOOKBACK_SECONDS),
					Math.max(source.lookbackSeconds ?? DEFAULT_LOOKBACK_SECONDS, MIN_LOOKBACK_SECONDS),
					table.kind === 'f',
				]);
	const [to, next] = rows[0] as [string, string];
	return { to, next };
}
