import type { MigrationInterface, QueryRunner } from 'typeorm';
import { describeIndex, describeIndexes, primaryKeyOf, useStatistics } from '../sqlite/statistics';
import { indexStuck } from '../tables/index-stuck';
import { dialectOf } from './dialect-of';
import { linkTableNames } from './link-table-names';

/** Who gets which event, in which order subscriptions read, how far polls have come, and whose account it is. */
export class AddIngress1795592800000 implements MigrationInterface {
	async up(runner: QueryRunner): Promise<void> {
		await extendInbox(runner);
		await createDeliveries(runner);
		await createPositions(runner);
		await extendConfigs(runner);
		const { kind } = dialectOf(runner);
		const query = (sql: string, parameters?: string[]) => runner.query(sql, parameters);
		for (const name of await linkTableNames(runner)) {
			await indexStuck(dialectOf(runner), query, name);
			if (kind === 'sqlite') await describeIndex(query, name, `${name}_stuck`, { columns: 3, partial: true });
		}
		if (kind === 'sqlite') await describeNewIndexes(query);
	}

	async down(runner: QueryRunner): Promise<void> {
		const { kind, table } = dialectOf(runner);
		for (const name of await linkTableNames(runner)) await runner.query(`DROP INDEX ${table(`${name}_stuck`)}`);
		await runner.query(`DROP INDEX ${table('integration_config_account')}`);
		await runner.query(`ALTER TABLE ${table('integration_config')} DROP COLUMN account_id`);
		for (const name of ['poll_cursor', 'event_order', 'event_delivery']) {
			await runner.query(`DROP TABLE ${table(name)}`);
		}
		for (const index of Object.keys(INBOX_INDEXES)) await runner.query(`DROP INDEX ${table(index)}`);
		for (const column of ['account', 'status', 'position']) {
			await runner.query(`ALTER TABLE ${table('processed_webhook')} DROP COLUMN ${column}`);
		}
		if (kind === 'sqlite') await useStatistics((sql) => runner.query(sql));
	}
}

/** What SQLite's planner is told of them is in {@link describeNewIndexes}. */
const INBOX_INDEXES: Readonly<Record<string, string>> = {
	// Without the integration: a PostgreSQL that has not analysed the table yet takes two leading columns for unique, and
	// would look events up by them instead of by their key.
	processed_webhook_age: '(tenant, received_at)',
	processed_webhook_order: '(tenant, integration, position) WHERE position IS NOT NULL',
	processed_webhook_new: `(tenant, integration, received_at)
		WHERE position IS NULL AND status = 'received'`,
	processed_webhook_notice: `(tenant, integration, status, received_at) WHERE status IN ('unrouted', 'attention')`,
	processed_webhook_account: `(integration, account, received_at) WHERE status = 'unrouted'`,
};

/** `receipt` stays: processes with the previous code write it, and go on while others are updated. */
async function extendInbox(runner: QueryRunner): Promise<void> {
	const { table, types } = dialectOf(runner);
	const name = table('processed_webhook');
	await runner.query(`ALTER TABLE ${name} ADD COLUMN account ${types.id}`);
	await runner.query(`ALTER TABLE ${name} ADD COLUMN status text NOT NULL DEFAULT 'received'`);
	await runner.query(`ALTER TABLE ${name} ADD COLUMN position ${types.number}`);
	for (const [index, columns] of Object.entries(INBOX_INDEXES)) {
		await runner.query(`CREATE INDEX ${index} ON ${name} ${columns}`);
	}
}

async function createDeliveries(runner: QueryRunner): Promise<void> {
	const { table, types, tableOptions } = dialectOf(runner);
	const name = table('event_delivery');
	await runner.query(`
		CREATE TABLE ${name} (
			tenant ${types.id} NOT NULL,
			integration ${types.id} NOT NULL,
			external_event_id ${types.id} NOT NULL,
			receiver ${types.id} NOT NULL,
			receipt text NOT NULL,
			since ${types.time} NOT NULL,
			due_at ${types.time} NOT NULL,
			turn ${types.number} NOT NULL,
			put_off ${types.number} NOT NULL,
			taken_by ${types.id},
			done_at ${types.time},
			PRIMARY KEY (tenant, integration, external_event_id, receiver)
		) ${tableOptions}`);
	await runner.query(`CREATE INDEX event_delivery_due ON ${name} (receiver, due_at, turn) WHERE done_at IS NULL`);
	await runner.query(
		`CREATE INDEX event_delivery_taken ON ${name} (receiver, taken_by) WHERE done_at IS NULL AND taken_by IS NOT NULL`,
	);
}

async function createPositions(runner: QueryRunner): Promise<void> {
	const { table, types, tableOptions } = dialectOf(runner);
	await runner.query(`
		CREATE TABLE ${table('event_order')} (
			tenant ${types.id} NOT NULL,
			integration ${types.id} NOT NULL,
			last_position ${types.number} NOT NULL,
			PRIMARY KEY (tenant, integration)
		) ${tableOptions}`);
	await runner.query(`
		CREATE TABLE ${table('poll_cursor')} (
			tenant ${types.id} NOT NULL,
			integration ${types.id} NOT NULL,
			entity ${types.id} NOT NULL,
			poll ${types.id} NOT NULL,
			cursor ${types.json} NOT NULL,
			version ${types.number} NOT NULL,
			receipt text NOT NULL,
			updated_at ${types.time} NOT NULL,
			PRIMARY KEY (tenant, integration, entity, poll)
		) ${tableOptions}`);
}

async function extendConfigs(runner: QueryRunner): Promise<void> {
	const { table, types } = dialectOf(runner);
	const name = table('integration_config');
	await runner.query(`ALTER TABLE ${name} ADD COLUMN account_id ${types.id}`);
	await runner.query(
		`CREATE UNIQUE INDEX integration_config_account ON ${name} (integration, account_id) WHERE account_id IS NOT NULL`,
	);
}

async function describeNewIndexes(query: (sql: string, parameters?: string[]) => Promise<unknown>): Promise<void> {
	const inbox = 'processed_webhook';
	await describeIndexes(query, 'event_delivery', {
		[primaryKeyOf('event_delivery')]: { columns: 4, selective: 3 },
		event_delivery_due: { columns: 3 },
		event_delivery_taken: { columns: 2, partial: true },
	});
	// The inbox may be large already, so that it is not read for statistics that are replaced anyway.
	await query(`DELETE FROM sqlite_stat1 WHERE tbl = '${inbox}'`);
	await describeIndex(query, inbox, primaryKeyOf(inbox), { columns: 3 });
	await describeIndex(query, inbox, 'processed_webhook_age', { columns: 2 });
	await describeIndex(query, inbox, 'processed_webhook_order', { columns: 3 });
	await describeIndex(query, inbox, 'processed_webhook_new', { columns: 3, partial: true });
	await describeIndex(query, inbox, 'processed_webhook_notice', { columns: 4, partial: true });
	await describeIndex(query, inbox, 'processed_webhook_account', { columns: 3, partial: true });
	await useStatistics(query);
}
