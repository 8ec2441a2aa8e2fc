import type { PoolClient, QueryArrayConfig } from 'pg';
import { cancelledError } from '../../transport/cancelled';
import type { Egress } from '../../transport/egress';
import { createRedact, type Redact } from '../../transport/redact';
import { DEFAULT_RETRY, withRetry } from '../../transport/retry';
import type { DatabaseConnection } from './connection';
import { explainFailure, isConnectionLost } from './errors';
import { ANSWER_TIMEOUT_MS, LOCK_TIMEOUT_MS, STATEMENT_TIMEOUT_MS } from './limits';
import { cancelStatement, takeClient } from './pool';
import { commitUnanswered } from './write-errors';

/** A row as the server writes it: text, or null. */
export type Row = Array<string | null>;

export interface Rows {
	rows: Row[];
	/** The server had more, but `maxCharacters` were reached. */
	cut: boolean;
}

/** Runs one statement; rows beyond `maxCharacters` in sum are let go, the first one is kept in any case. */
export type Query = (sql: string, values: unknown[], maxCharacters?: number) => Promise<Rows>;

/**
 * Read-only, so that no setting can make it write; the settings are of this transaction alone, so that they are right, and
 * nobody else's, behind a pooler such as PgBouncer. Each statement sees what was committed before it began.
 */
const BEGIN = 'BEGIN ISOLATION LEVEL READ COMMITTED READ ONLY; ';
const SETTINGS =
	`SET LOCAL statement_timeout = ${STATEMENT_TIMEOUT_MS}; SET LOCAL idle_in_transaction_session_timeout = 60000; ` +
	"SET LOCAL TimeZone = 'UTC'; SET LOCAL DateStyle = 'ISO, MDY'; SET LOCAL IntervalStyle = 'iso_8601'; " +
	'SET LOCAL extra_float_digits = 1';
/** Constraints speak up at the row they are about, not in the commit, where nobody could tell which row it was. */
const BEGIN_WRITING = 'BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE; ';
const WRITE_SETTINGS = `; SET LOCAL lock_timeout = ${LOCK_TIMEOUT_MS}; SET CONSTRAINTS ALL IMMEDIATE`;

/** The way to one database for one run: pool, deadlines, cancel signal, retry of what failed on the way, error classes. */
export class DatabaseReader {
	private readonly redact: Redact;

	constructor(
		readonly connection: DatabaseConnection,
		private readonly signal: AbortSignal | undefined,
		private readonly egress: Egress | undefined = undefined,
	) {
		this.redact = createRedact([connection.password, ...Object.values(connection.tls)]);
	}

	/**
	 * Runs `work` in a read-only transaction of its own; it may run again when the connection breaks.
	 * @param purpose completes "could not …" in errors
	 */
	async reading<T>(purpose: string, work: (query: Query) => Promise<T>): Promise<T> {
		return await this.again(purpose, (client) => transaction(client, BEGIN + SETTINGS, work, this.stop(purpose)));
	}

	/**
	 * Runs `work` in a transaction that may write; again when it or the connection fails before the commit.
	 * @throws CrosslinkError `unknown`, `commit_unknown`, when the connection breaks in the commit
	 */
	async writing<T>(purpose: string, work: (query: Query) => Promise<T>): Promise<T> {
		const begin = BEGIN_WRITING + SETTINGS + WRITE_SETTINGS;
		const { shown } = this.connection;
		return await this.again(purpose, (client) =>
			transaction(client, begin, work, this.stop(purpose), (thrown) =>
				isConnectionLost(thrown) ? commitUnanswered(shown, purpose, this.redact(String(thrown))) : thrown,
			),
		);
	}

	/** The server's or the driver's words, without secrets. */
	reasonOf(thrown: unknown): string {
		return this.redact(thrown instanceof Error ? thrown.message : String(thrown));
	}

	private async again<T>(purpose: string, run: (client: PoolClient) => Promise<T>): Promise<T> {
		return await withRetry(DEFAULT_RETRY, this.signal, purpose, async () => {
			try {
				return await this.once(purpose, run);
			} catch (thrown) {
				throw explainFailure(thrown, this.connection.shown, purpose, this.redact);
			}
		});
	}

	/** Between two statements there is nothing that the server could be asked to end. */
	private stop(purpose: string): () => void {
		return () => {
			if (this.signal?.aborted) throw cancelledError(purpose, true);
		};
	}

	private async once<T>(purpose: string, run: (client: PoolClient) => Promise<T>): Promise<T> {
		const { signal } = this;
		if (signal?.aborted) throw cancelledError(purpose, true);
		const taking = takeClient(this.connection, this.egress);
		if (signal === undefined) return await run(await taking);

		let stop = (): void => undefined;
		const cancelled = new Promise<never>((_, reject) => {
			stop = () => reject(cancelledError(purpose, true));
			signal.addEventListener('abort', stop, { once: true });
		});
		try {
			const client = await Promise.race([taking, cancelled]).catch((thrown: unknown) => {
				taking.then((late) => late.release()).catch(() => undefined);
				throw thrown;
			});
			const running = run(client);
			return await Promise.race([running, cancelled]).catch((thrown: unknown) => {
				if (signal.aborted) this.endStatement(client, running);
				throw thrown;
			});
		} finally {
			signal.removeEventListener('abort', stop);
		}
	}

	/** Nobody waits for it. The connection is held meanwhile: given back, the next one's statement could be hit. */
	private endStatement(client: PoolClient, running: Promise<unknown>): void {
		const { processID } = client as PoolClient & { processID?: number };
		running.catch(() => undefined);
		if (processID) cancelStatement(this.connection, this.egress, processID).catch(() => undefined);
	}
}

async function transaction<T>(
	client: PoolClient,
	begin: string,
	work: (query: Query) => Promise<T>,
	stop: () => void,
	explainCommit: (thrown: unknown) => unknown = (thrown) => thrown,
): Promise<T> {
	let failed = true;
	try {
		await answered(client.query(begin));
		const result = await work((sql, values, maxCharacters) => {
			stop();
			return answered(collect(client, sql, values, maxCharacters));
		});
		stop();
		await answered(client.query('COMMIT')).catch((thrown: unknown) => {
			throw explainCommit(thrown);
		});
		failed = false;
		return result;
	} finally {
		client.release(failed);
	}
}

/** The driver's own `query_timeout` keeps errors from a query that is read row by row. */
async function answered<T>(asked: Promise<T>): Promise<T> {
	let timer: NodeJS.Timeout | undefined;
	const late = new Promise<never>((_, reject) => {
		timer = setTimeout(() => reject(new Error(`no answer within ${ANSWER_TIMEOUT_MS} ms`)), ANSWER_TIMEOUT_MS);
	});
	try {
		return await Promise.race([asked, late]);
	} finally {
		clearTimeout(timer);
		// Cut off by the deadline, it fails once more when its connection is closed.
		asked.catch(() => undefined);
	}
}

/** Row by row, because what is over the limit must not be held. */
async function collect(client: PoolClient, sql: string, values: unknown[], maxCharacters = Infinity): Promise<Rows> {
	const { default: pg } = await import('pg');
	return await new Promise((resolve, reject) => {
		const rows: Row[] = [];
		let characters = 0;
		let cut = false;
		const config: QueryArrayConfig = { text: sql, values, rowMode: 'array' };
		const query = new pg.Query<Row>(config);
		query.on('row', (row) => {
			if (cut) return;
			characters += row.reduce((sum, value) => sum + (value?.length ?? 0), 0);
			cut = rows.length > 0 && characters > maxCharacters;
			if (!cut) rows.push(row);
		});
		query.on('end', () => resolve({ rows, cut }));
		query.on('error', reject);
		client.query(query);
	});
}
