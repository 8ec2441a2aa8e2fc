import type { Barrier } from '../barrier';
import { DEFAULT_LOOKBACK_SECONDS, MIN_LOOKBACK_SECONDS } from '../limits';
import type { Followed } from '../follow';
import { isNotPermitted } from './errors';
import type { Query } from './reader';
import { readMoment, writeMoment } from './wall-time';

const SECOND = 1_000_000n;

const NOW = `SELECT UTC_TIMESTAMP(6), @@global.read_only`;

/**
 * The oldest transaction that still runs, and the oldest statement, in seconds: a statement's clock is read before its
 * transaction begins. The list of transactions is in the zone of the server's machine, and 0.1 seconds old at most; where that
 * zone has set its clock back within a day, a transaction counts as older by that much.
 * https://mariadb.com/kb/en/information-schema-innodb_trx-table/
 */
const RUNNING = `
SELECT
	coalesce((SELECT max(timestampdiff(SECOND, trx_started, CONVERT_TZ(UTC_TIMESTAMP(), '+00:00', 'SYSTEM')))
		FROM information_schema.INNODB_TRX WHERE trx_mysql_thread_id <> CONNECTION_ID())
		+ greatest(0, timestampdiff(SECOND, UTC_TIMESTAMP() - INTERVAL 1 DAY, CONVERT_TZ(UTC_TIMESTAMP() - INTERVAL 1 DAY, '+00:00', 'SYSTEM'))
			- timestampdiff(SECOND, UTC_TIMESTAMP(), CONVERT_TZ(UTC_TIMESTAMP(), '+00:00', 'SYSTEM'))), 0),
	coalesce((SELECT max(TIME) FROM information_schema.PROCESSLIST
		WHERE COMMAND IN ('Query', 'Execute') AND ID <> CONNECTION_ID()), 0)`;

/** As {@link findBarrier} of PostgreSQL: the position for the next window, behind which every transaction has ended. */
export async function findBarrier(query: Query, { source }: Followed, since: string | null): Promise<Barrier> {
	const { rows } = await query(NOW);
	const [clock = '', readOnly = '0'] = rows[0] ?? [];
	const now = readMoment(clock ?? '')?.at ?? 0n;
	// Of a replica nobody can tell what is still to come.
	const running = readOnly === '0' ? await oldest(query) : undefined;
	const overlap = Math.max(
		source.lookbackSeconds ?? (running === undefined ? DEFAULT_LOOKBACK_SECONDS : 0),
		MIN_LOOKBACK_SECONDS,
	);
	const next = now - BigInt(Math.ceil((running ?? 0) + overlap)) * SECOND;
	const before = since === null ? undefined : readMoment(since)?.at;
	return {
		to: `${writeMoment(now)}+00`,
		next: `${writeMoment(before === undefined || next > before ? next : before)}+00`,
	};
}

/** Seconds; undefined = this user may not see other users' transactions. */
async function oldest(query: Query): Promise<number | undefined> {
	try {
		const { rows } = await query(RUNNING);
		const [transaction, statement] = rows[0] ?? [];
		return Math.max(Number(transaction), Number(statement), 0);
	} catch (thrown) {
		if (isNotPermitted(thrown)) return undefined;
		throw thrown;
	}
}
