import { setImmediate as macrotask, setTimeout as sleep } from 'node:timers/promises';
import type { QueryRunner } from 'typeorm';
import type { Database, Parameter, Row, Session } from '../dialect';
import { SQLITE } from './dialect';
import { explainSqlite, isBusy } from './explain';
import { Turns } from './turns';

/** How long work waits for other processes to finish theirs. */
const MAX_WAIT_MS = 15_000;
const MIN_PAUSE_MS = 5;
const MAX_PAUSE_MS = 50;

export interface RunnerSource {
	createQueryRunner(): QueryRunner;
	destroy(): Promise<void>;
}

/**
 * The embedded database. There is one connection per process, so that statements of two callers would end up in one
 * transaction: everything takes turns. Other processes are waited for asynchronously; SQLite's own waiting
 * (busy_timeout) blocks the event loop and is kept at 20 ms.
 */
export class SqliteDatabase implements Database {
	readonly dialect = SQLITE;
	readonly #turns = new Turns();

	constructor(
		private readonly source: RunnerSource,
		readonly location: string,
	) {}

	async statement(sql: string, parameters: readonly Parameter[] = []): Promise<Row[]> {
		return await this.#inTurn((session) => whenNotBusy(() => session.query(sql, parameters)));
	}

	async transaction<T>(work: (session: Session) => Promise<T>): Promise<T> {
		return await this.#inTurn(async (session) => await immediately(session, work));
	}

	async #inTurn<T>(work: (session: Session) => Promise<T>): Promise<T> {
		try {
			return await this.#turns.take(() => work(new SqliteSession(this.source.createQueryRunner())));
		} catch (error) {
			throw this.explain(error);
		}
	}

	async breathe(): Promise<void> {
		await macrotask();
	}

	explain(thrown: unknown) {
		return explainSqlite(thrown, this.location);
	}

	async close(): Promise<void> {
		await this.#turns.take(() => this.source.destroy());
	}
}

class SqliteSession implements Session {
	constructor(private readonly runner: QueryRunner) {}

	async query(sql: string, parameters: readonly Parameter[] = []): Promise<Row[]> {
		const result = (await this.runner.query(sql, [...parameters], true)) as { records?: Row[] };
		return result.records ?? [];
	}
}

/** BEGIN IMMEDIATE: takes the write lock first, so that nothing inside can be refused for being late. */
export async function immediately<T>(session: Session, work: (session: Session) => Promise<T>): Promise<T> {
	await whenNotBusy(() => session.query('BEGIN IMMEDIATE'));
	try {
		const result = await work(session);
		// With a rollback journal COMMIT waits for readers; the transaction stays open meanwhile.
		await whenNotBusy(() => session.query('COMMIT'));
		return result;
	} catch (error) {
		// A full disk rolls back by itself; then there is nothing to roll back, and the first error says why.
		await session.query('ROLLBACK').catch(() => undefined);
		throw error;
	}
}

/** Repeats with jitter while another process holds the lock. */
export async function whenNotBusy<T>(attempt: () => Promise<T> | T): Promise<T> {
	const deadline = Date.now() + MAX_WAIT_MS;
	for (;;) {
		try {
			return await attempt();
		} catch (error) {
			if (!isBusy(error) || Date.now() >= deadline) throw error;
		}
		await sleep(MIN_PAUSE_MS + Math.random() * (MAX_PAUSE_MS - MIN_PAUSE_MS));
	}
}
