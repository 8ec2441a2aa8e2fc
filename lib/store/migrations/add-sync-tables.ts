import type { MigrationInterface, QueryRunner } from 'typeorm';
import { describeIndex, describeIndexes, useStatistics } from '../sqlite/statistics';
import { dialectOf } from './dialect-of';
import { linkTableNames } from './link-table-names';

/** Conflicts, the log of what runs did, how far long runs have got, and what a link remembers of failed pushes. */
export class AddSyncTables1795506400000 implements MigrationInterface {
	async up(runner: QueryRunner): Promise<void> {
		await createConflicts(runner);
		await createLog(runner);
		await createProgress(runner);
		for (const name of await linkTableNames(runner)) await extendLinkTable(runner, name);
		if (dialectOf(runner).kind === 'sqlite') await describeNewIndexes(runner);
	}

	async down(runner: QueryRunner): Promise<void> {
		const { kind, table } = dialectOf(runner);
		for (const name of await linkTableNames(runner)) {
			await runner.query(`DROP INDEX ${table(`${name}_due`)}`);
			for (const column of ['unsent', 'flips', 'sent', 'in_doubt', 'handed']) {
				await runner.query(`ALTER TABLE ${table(name)} DROP COLUMN ${column}`);
			}
		}
		for (const name of ['run_progress', 'sync_log', 'sync_conflict']) {
			await runner.query(`DROP TABLE ${table(name)}`);
		}
		if (kind === 'sqlite') await useStatistics((sql) => runner.query(sql));
	}
}

async function createConflicts(runner: QueryRunner): Promise<void> {
	const { table, types, ascendingKey, tableOptions } = dialectOf(runner);
	const name = table('sync_conflict');
	await runner.query(`
		CREATE TABLE ${name} (
			id ${ascendingKey},
			tenant ${types.id} NOT NULL,
			integration ${types.id} NOT NULL,
			entity ${types.id} NOT NULL,
			local_id ${types.id} NOT NULL,
			external_id text,
			field_key ${types.id} NOT NULL,
			field text NOT NULL,
			reason text NOT NULL,
			local_value ${types.json},
			external_value ${types.json},
			base_local ${types.json},
			base_external ${types.json},
			rule ${types.json},
			candidates ${types.json} NOT NULL,
			run text NOT NULL,
			status text NOT NULL CHECK (status IN ('open', 'resolved', 'done')),
			choice text CHECK (choice IN ('local', 'external', 'value')),
			chosen_value ${types.json},
			created_at ${types.time} NOT NULL,
			updated_at ${types.time} NOT NULL,
			resolved_at ${types.time}
		) ${tableOptions}`);
	// Two runs that find the same disagreement have one row between them.
	await runner.query(
		`CREATE UNIQUE INDEX sync_conflict_pending ON ${name} (tenant, integration, entity, local_id, field_key)
		WHERE status <> 'done'`,
	);
	await runner.query(`CREATE INDEX sync_conflict_newest ON ${name} (tenant, id)`);
	await runner.query(`CREATE INDEX sync_conflict_status ON ${name} (tenant, status, id)`);
	await runner.query(`CREATE INDEX sync_conflict_record ON ${name} (tenant, local_id, id)`);
}

async function createLog(runner: QueryRunner): Promise<void> {
	const { table, types, ascendingKey, tableOptions } = dialectOf(runner);
	const name = table('sync_log');
	await runner.query(`
		CREATE TABLE ${name} (
			id ${ascendingKey},
			tenant ${types.id} NOT NULL,
			integration ${types.id} NOT NULL,
			entity ${types.id} NOT NULL,
			local_id ${types.id} NOT NULL,
			external_id text,
			at ${types.time} NOT NULL,
			kind text NOT NULL,
			field text,
			from_value ${types.json},
			to_value ${types.json},
			rule ${types.json},
			run text NOT NULL
		) ${tableOptions}`);
	await runner.query(`CREATE INDEX sync_log_record ON ${name} (tenant, integration, entity, local_id, at, id)`);
	await runner.query(`CREATE INDEX sync_log_age ON ${name} (tenant, at, id)`);
}

async function createProgress(runner: QueryRunner): Promise<void> {
	const { table, types, tableOptions } = dialectOf(runner);
	await runner.query(`
		CREATE TABLE ${table('run_progress')} (
			tenant ${types.id} NOT NULL,
			integration ${types.id} NOT NULL,
			entity ${types.id} NOT NULL,
			kind ${types.id} NOT NULL,
			position text,
			counts ${types.json} NOT NULL,
			started_at ${types.time} NOT NULL,
			updated_at ${types.time} NOT NULL,
			finished_at ${types.time},
			PRIMARY KEY (tenant, integration, entity, kind)
		) ${tableOptions}`);
}

/** The columns come empty, which neither database writes rows for. */
async function extendLinkTable(runner: QueryRunner, name: string): Promise<void> {
	const { table, types } = dialectOf(runner);
	await runner.query(`ALTER TABLE ${table(name)} ADD COLUMN unsent ${types.json}`);
	await runner.query(`ALTER TABLE ${table(name)} ADD COLUMN flips ${types.json}`);
	await runner.query(`ALTER TABLE ${table(name)} ADD COLUMN sent ${types.json}`);
	await runner.query(`ALTER TABLE ${table(name)} ADD COLUMN in_doubt ${types.flag}`);
	await runner.query(`ALTER TABLE ${table(name)} ADD COLUMN handed ${types.json}`);
	await runner.query(
		`CREATE INDEX ${name}_due ON ${table(name)} (tenant, next_attempt_at, local_id)
		WHERE sync_status = 'pending' AND next_attempt_at IS NOT NULL`,
	);
}

async function describeNewIndexes(runner: QueryRunner): Promise<void> {
	const query = (sql: string, parameters?: string[]) => runner.query(sql, parameters);
	await describeIndexes(query, 'sync_conflict', {
		// Not as a small one: then it would be read whole, and the batch's JSON gone through for each of its rows.
		sync_conflict_pending: { columns: 5, selective: 4 },
		sync_conflict_newest: { columns: 2 },
		sync_conflict_status: { columns: 3 },
		sync_conflict_record: { columns: 3, selective: 2 },
	});
	await describeIndexes(query, 'sync_log', {
		sync_log_record: { columns: 6, selective: 4 },
		sync_log_age: { columns: 3 },
	});
	for (const name of await linkTableNames(runner)) {
		await describeIndex(query, name, `${name}_due`, { columns: 3, partial: true });
	}
	await useStatistics(query);
}
