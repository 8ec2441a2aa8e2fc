import type { PoolConnection } from 'mysql2';
import { cancelledError } from '../../../transport/cancelled';
import type { Egress } from '../../../transport/egress';
import { createRedact, type Redact } from '../../../transport/redact';
import { DEFAULT_RETRY, withRetry } from '../../../transport/retry';
import type { DatabaseConnection } from '../connection';
import { ANSWER_TIMEOUT_MS, LOCK_TIMEOUT_MS, STATEMENT_TIMEOUT_MS } from '../limits';
import type { Row, Rows } from '../reader';
import { commitUnanswered } from '../write-errors';
import { explainFailure, isConnectionLost } from './errors';
import { killStatement, takeConnection } from './pool';

/** Runs one statement; rows beyond `maxCharacters` in sum are let go, the first one is kept in any case. */
export type Query = (sql: string, maxCharacters?: number) => Promise<Rows>;

/**
 * What statements depend on, so that no setting of the server or the user changes what is read or written: strict about
 * values, `"` for texts only, times in UTC. Each statement sees what was committed before it began.
 */
const SESSION = [
	"SET SESSION sql_mode = 'STRICT_ALL_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION'",
	`SET SESSION time_zone = '+00:00', SESSION innodb_lock_wait_timeout = ${LOCK_TIMEOUT_MS / 1000}`,
	'SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED',
];
/** Each of the two kinds of server knows one of them. */
const TIME_LIMIT = {
	mariadb: `SET SESSION max_statement_time = ${STATEMENT_TIMEOUT_MS / 1000}`,
	mysql: `SET SESSION max_execution_time = ${STATEMENT_TIMEOUT_MS}`,
};

/** The way to one MySQL or MariaDB for one run: pool, deadlines, cancel signal, retry, error classes. */
export class MySqlReader {
	private readonly redact: Redact;

	constructor(
		readonly connection: DatabaseConnection,
		private readonly signal: AbortSignal | undefined,
		private readonly egress: Egress | undefined,
	) {
		this.redact = createRedact([connection.password, ...Object.values(connection.tls)]);
	}

	/** Runs `work` in a read-only transaction of its own; it may run again when the connection breaks. */
	async reading<T>(purpose: string, work: (query: Query) => Promise<T>): Promise<T> {
		return await this.again(purpose, 'START TRANSACTION READ ONLY', work);
	}

	/**
	 * Runs `work` in a transaction that may write; again after a deadlock, or when the connection fails before the commit.
	 * @throws CrosslinkError `unknown`, `commit_unknown`, when the connection breaks in the commit
	 */
	async writing<T>(purpose: string, work: (query: Query) => Promise<T>): Promise<T> {
		return await this.again(purpose, 'START TRANSACTION READ WRITE', work);
	}

	/** The server's or the driver's words, without secrets. */
	reasonOf(thrown: unknown): string {
		return this.redact(thrown instanceof Error ? thrown.message : String(thrown));
	}

	private async again<T>(purpose: string, begin: string, work: (query: Query) => Promise<T>): Promise<T> {
		return await withRetry(DEFAULT_RETRY, this.signal, purpose, async () => {
			try {
				return await this.once(purpose, begin, work);
			} catch (thrown) {
				throw explainFailure(thrown, this.connection.shown, purpose, this.redact);
			}
		});
	}

	private async once<T>(purpose: string, begin: string, work: (query: Query) => Promise<T>): Promise<T> {
		const { signal } = this;
		if (signal?.aborted) throw cancelledError(purpose, true);
		const taking = takeConnection(this.connection, this.egress);
		if (signal === undefined) return await this.transaction(await taking, purpose, begin, work);

		let stop = (): void => undefined;
		const cancelled = new Promise<never>((_, reject) => {
			stop = () => reject(cancelledError(purpose, true));
			signal.addEventListener('abort', stop, { once: true });
		});
		try {
			const taken = await Promise.race([taking, cancelled]).catch((thrown: unknown) => {
				taking.then((late) => late.release()).catch(() => undefined);
				throw thrown;
			});
			const running = this.transaction(taken, purpose, begin, work);
			return await Promise.race([running, cancelled]).catch((thrown: unknown) => {
				running.catch(() => undefined);
				const { threadId } = taken.client;
				if (signal.aborted && threadId) killStatement(this.connection, this.egress, threadId).catch(() => undefined);
				throw thrown;
			});
		} finally {
			signal.removeEventListener('abort', stop);
		}
	}

	private async transaction<T>(
		{ client, release }: Awaited<ReturnType<typeof takeConnection>>,
		purpose: string,
		begin: string,
		work: (query: Query) => Promise<T>,
	): Promise<T> {
		let failed = true;
		const stop = (): void => {
			if (this.signal?.aborted) throw cancelledError(purpose, true);
		};
		try {
			const { rows } = await answered(client, collect(client, 'SELECT VERSION()'));
			const limit = /mariadb/i.test(rows[0]?.[0] ?? '') ? TIME_LIMIT.mariadb : TIME_LIMIT.mysql;
			for (const sql of [...SESSION, limit, begin]) await answered(client, collect(client, sql));
			const result = await work((sql, maxCharacters) => {
				stop();
				return answered(client, collect(client, sql, maxCharacters));
			});
			stop();
			await answered(client, collect(client, 'COMMIT')).catch((thrown: unknown) => {
				if (!isConnectionLost(thrown) || !begin.endsWith('WRITE')) throw thrown;
				throw commitUnanswered(this.connection.shown, purpose, this.reasonOf(thrown));
			});
			failed = false;
			return result;
		} finally {
			release(failed);
		}
	}
}

async function answered<T>(client: PoolConnection, asked: Promise<T>): Promise<T> {
	let timer: NodeJS.Timeout | undefined;
	const late = new Promise<never>((_, reject) => {
		timer = setTimeout(() => {
			reject(new Error(`no answer within ${ANSWER_TIMEOUT_MS} ms`));
			client.destroy();
		}, ANSWER_TIMEOUT_MS);
	});
	try {
		return await Promise.race([asked, late]);
	} finally {
		clearTimeout(timer);
		asked.catch(() => undefined);
	}
}

/** Row by row, because what is over the limit must not be held. */
async function collect(client: PoolConnection, sql: string, maxCharacters = Infinity): Promise<Rows> {
	let fail = (_error: Error): void => undefined;
	// A statement read row by row does not hear of its connection's end.
	const cut = (): void => fail(Object.assign(new Error('connection lost'), { code: 'PROTOCOL_CONNECTION_LOST' }));
	try {
		return await new Promise((resolve, reject) => {
			fail = reject;
			client.on('error', reject).on('end', cut);
			const rows: Row[] = [];
			let characters = 0;
			let full = false;
			client
				.query({ sql, rowsAsArray: true })
				.on('result', (result: unknown) => {
					if (full || !Array.isArray(result)) return;
					const row = result as Row;
					characters += row.reduce((sum, value) => sum + (value?.length ?? 0), 0);
					full = rows.length > 0 && characters > maxCharacters;
					if (!full) rows.push(row);
				})
				.on('error', reject)
				.on('end', () => resolve({ rows, cut: full }));
		});
	} finally {
		client.off('error', fail).off('end', cut);
	}
}
