import type { DataSource, QueryRunner } from 'typeorm';
import { MIGRATIONS, MIGRATIONS_TABLE } from '.';
import { storeFailure } from '../failures';
import { SCHEMA } from '../postgres/dialect';
import { whenNotBusy } from '../sqlite/database';
import { dialectOf } from './dialect-of';

const LOCK_NAME = 'n8n-nodes-crosslink:schema';

/**
 * Takes the lock under which tables are made, until the transaction ends. Not bound to a session, so that it also
 * holds behind a transaction pooler.
 */
export const SCHEMA_LOCK_SQL = `SELECT pg_advisory_xact_lock(hashtextextended('${LOCK_NAME}', 0))`;

/** Runs what is missing, once, however many processes start at the same time. */
export async function migratePostgres(source: DataSource, location: string): Promise<void> {
	const runner = source.createQueryRunner();
	try {
		// Without the lock and without a write: a standby and a user who may not create anything get this far.
		if (await isUpToDate(runner, location)) return;
		await runner.startTransaction();
		try {
			await runner.query(SCHEMA_LOCK_SQL);
			// CREATE SCHEMA IF NOT EXISTS asks for the right to create it even where it exists.
			const found = (await runner.query('SELECT 1 FROM pg_namespace WHERE nspname = $1', [SCHEMA])) as unknown[];
			if (found.length === 0) await runner.query(`CREATE SCHEMA ${SCHEMA}`);
			if (!(await isUpToDate(runner, location))) await runMissing(source, runner);
			await runner.commitTransaction();
		} catch (error) {
			await runner.rollbackTransaction().catch(() => undefined);
			throw error;
		}
	} finally {
		await runner.release();
	}
}

/** As {@link migratePostgres}; BEGIN IMMEDIATE is the lock. */
export async function migrateSqlite(source: DataSource, location: string): Promise<void> {
	const runner = source.createQueryRunner();
	if (await whenNotBusy(() => isUpToDate(runner, location))) return;
	await whenNotBusy(() => runner.query('BEGIN IMMEDIATE'));
	try {
		if (!(await isUpToDate(runner, location))) await runMissing(source, runner);
		await whenNotBusy(() => runner.query('COMMIT'));
	} catch (error) {
		await runner.query('ROLLBACK').catch(() => undefined);
		throw error;
	}
}

async function runMissing(source: DataSource, runner: QueryRunner): Promise<void> {
	const { MigrationExecutor } = await import('typeorm');
	const executor = new MigrationExecutor(source, runner);
	executor.transaction = 'none';
	await executor.executePendingMigrations();
}

/** @throws CrosslinkError `store_schema_newer` when the database has seen a migration this code does not know */
async function isUpToDate(runner: QueryRunner, location: string): Promise<boolean> {
	const done = new Set(await namesOfDone(runner));
	const known = MIGRATIONS.map((migration) => migration.name);
	const unknown = [...done].find((name) => !known.includes(name));
	if (unknown !== undefined) throw storeFailure('newer', location, `it knows the step ${unknown}`);
	return known.every((name) => done.has(name));
}

async function namesOfDone(runner: QueryRunner): Promise<string[]> {
	const { kind, table } = dialectOf(runner);
	const exists =
		kind === 'postgres'
			? `SELECT 1 WHERE to_regclass('${SCHEMA}.${MIGRATIONS_TABLE}') IS NOT NULL`
			: `SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = '${MIGRATIONS_TABLE}'`;
	if (((await runner.query(exists)) as unknown[]).length === 0) return [];
	const rows = (await runner.query(`SELECT name FROM ${table(MIGRATIONS_TABLE)}`)) as Array<{ name: string }>;
	return rows.map((row) => row.name);
}
