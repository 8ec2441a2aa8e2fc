import type { MigrationInterface, QueryRunner } from 'typeorm';
import { describeIndexes, primaryKeyOf } from '../sqlite/statistics';
import { dialectOf } from './dialect-of';

/** The tables every installation has. Link tables come later, one per entity that is in use. */
export class CreateFoundation1795420000000 implements MigrationInterface {
	async up(runner: QueryRunner): Promise<void> {
		const { kind, table, types, tableOptions } = dialectOf(runner);
		await runner.query(`
			CREATE TABLE ${table('integration_config')} (
				tenant ${types.id} NOT NULL,
				integration ${types.id} NOT NULL,
				mode text NOT NULL,
				enabled ${types.flag} NOT NULL,
				credentials text,
				settings ${types.json} NOT NULL,
				webhook_secret text,
				created_at ${types.time} NOT NULL,
				updated_at ${types.time} NOT NULL,
				PRIMARY KEY (tenant, integration)
			) ${tableOptions}`);
		await runner.query(`
			CREATE TABLE ${table('processed_webhook')} (
				tenant ${types.id} NOT NULL,
				integration ${types.id} NOT NULL,
				external_event_id ${types.id} NOT NULL,
				entity ${types.id} NOT NULL,
				external_id ${types.id} NOT NULL,
				event text NOT NULL,
				occurred_at ${types.time} NOT NULL,
				payload ${types.json} NOT NULL,
				receipt text NOT NULL,
				received_at ${types.time} NOT NULL,
				PRIMARY KEY (tenant, integration, external_event_id)
			) ${tableOptions}`);
		await runner.query(`
			CREATE TABLE ${table('link_table')} (
				integration ${types.id} NOT NULL,
				entity ${types.id} NOT NULL,
				table_name text NOT NULL UNIQUE,
				created_at ${types.time} NOT NULL,
				PRIMARY KEY (integration, entity)
			) ${tableOptions}`);
		await runner.query(`
			CREATE TABLE ${table('link_alias')} (
				tenant ${types.id} NOT NULL,
				integration ${types.id} NOT NULL,
				entity ${types.id} NOT NULL,
				alias ${types.id} NOT NULL,
				external_id ${types.id} NOT NULL,
				created_at ${types.time} NOT NULL,
				PRIMARY KEY (tenant, integration, entity, alias)
			) ${tableOptions}`);
		await runner.query(
			`CREATE INDEX link_alias_survivor ON ${table('link_alias')} (tenant, integration, entity, external_id)`,
		);
		await runner.query(`
			CREATE TABLE ${table('call_budget')} (
				account ${types.id} NOT NULL,
				bucket ${types.id} NOT NULL,
				booked_until_ms ${types.number} NOT NULL,
				paused_until_ms ${types.number} NOT NULL,
				PRIMARY KEY (account, bucket)
			) ${tableOptions}`);
		if (kind === 'sqlite') {
			await describeIndexes((sql, parameters) => runner.query(sql, parameters), 'link_alias', {
				[primaryKeyOf('link_alias')]: { columns: 4 },
				link_alias_survivor: { columns: 4 },
			});
		}
	}

	async down(runner: QueryRunner): Promise<void> {
		const { table } = dialectOf(runner);
		for (const name of ['call_budget', 'link_alias', 'link_table', 'processed_webhook', 'integration_config']) {
			await runner.query(`DROP TABLE ${table(name)}`);
		}
	}
}
