import { setTimeout as sleep } from 'node:timers/promises';
import type { QueryRunner } from 'typeorm';
import type { Database, Parameter, Row, Session, TransactionOptions } from '../dialect';
import { storeFailure } from '../failures';
import { POSTGRES } from './dialect';
import { explainPostgres, isConnectionLost, isToRepeat, isUniqueViolation } from './explain';
import { stageRows } from './stage';

/** Connections per process and store. */
export const POOL_SIZE = 4;
/** Runs before a failure is handed on: after a restart of the server, each connection of the pool may be a dead one. */
const MAX_RUNS = POOL_SIZE + 1;
/** What cuts one connection often cuts the next: each repeat waits a little longer, in milliseconds. */
const REPEAT_PAUSE_MS = 25;
/** COPY with a merge overtakes batches from here on (54,000-72,000 rows/s against 47,500). */
const STAGE_FROM_ROWS = 10_000;

/** What this module needs of TypeORM's data source. */
export interface RunnerSource {
	createQueryRunner(): QueryRunner;
	destroy(): Promise<void>;
}

export class PostgresDatabase implements Database {
	readonly dialect = POSTGRES;
	readonly stage = { minRows: STAGE_FROM_ROWS, rows: stageRows };

	constructor(
		private readonly source: RunnerSource,
		readonly location: string,
	) {}

	async statement(sql: string, parameters: readonly Parameter[] = []): Promise<Row[]> {
		return await this.#repeating(
			() => this.#onConnection(async (runner) => await queryOn(runner, sql, parameters)),
			(thrown) => isConnectionLost(thrown) || isToRepeat(thrown),
		);
	}

	async transaction<T>(work: (session: Session) => Promise<T>, options: TransactionOptions = {}): Promise<T> {
		return await this.#repeating(
			() => this.#once(work, options),
			(thrown) =>
				isConnectionLost(thrown) || isToRepeat(thrown) || (options.retryUnique === true && isUniqueViolation(thrown)),
		);
	}

	async #once<T>(work: (session: Session) => Promise<T>, options: TransactionOptions): Promise<T> {
		return await this.#onConnection(async (runner) => {
			await queryOn(runner, 'BEGIN', []);
			let result: T;
			try {
				result = await work(new PostgresSession(runner));
			} catch (error) {
				// A connection that is gone has rolled back by itself; the first error says why.
				await queryOn(runner, 'ROLLBACK', []).catch(() => undefined);
				throw error;
			}
			try {
				await queryOn(runner, 'COMMIT', []);
			} catch (error) {
				if (!isConnectionLost(error) || options.idempotent) throw error;
				throw storeFailure('commitUnknown', this.location, undefined, error);
			}
			return result;
		});
	}

	async #onConnection<T>(work: (runner: QueryRunner) => Promise<T>): Promise<T> {
		const runner = this.source.createQueryRunner();
		try {
			return await work(runner);
		} finally {
			await runner.release();
		}
	}

	async #repeating<T>(run: () => Promise<T>, mayRepeat: (thrown: unknown) => boolean): Promise<T> {
		for (let runs = 1; ; runs++) {
			try {
				return await run();
			} catch (error) {
				if (runs >= MAX_RUNS || !mayRepeat(error)) throw this.explain(error);
				if (isConnectionLost(error)) await sleep(REPEAT_PAUSE_MS * runs);
			}
		}
	}

	async breathe(): Promise<void> {
		// Waiting for the server lets other work run anyway.
	}

	explain(thrown: unknown) {
		return explainPostgres(thrown, this.location);
	}

	async close(): Promise<void> {
		await this.source.destroy();
	}
}

/** A transaction's connection; `runner` is for COPY, which needs the client itself. */
export class PostgresSession implements Session {
	constructor(readonly runner: QueryRunner) {}

	async query(sql: string, parameters: readonly Parameter[] = []): Promise<Row[]> {
		return await queryOn(this.runner, sql, parameters);
	}
}

async function queryOn(runner: QueryRunner, sql: string, parameters: readonly Parameter[]): Promise<Row[]> {
	const result = (await runner.query(sql, [...parameters], true)) as { records?: Row[] };
	return result.records ?? [];
}
