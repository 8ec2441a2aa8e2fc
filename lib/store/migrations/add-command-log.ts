import type { MigrationInterface, QueryRunner } from 'typeorm';
import { describeIndexes, primaryKeyOf, useStatistics } from '../sqlite/statistics';
import { dialectOf } from './dialect-of';

/** Commands with their outcomes, and what undid them: one row for each. */
export class AddCommandLog1795982100000 implements MigrationInterface {
	async up(runner: QueryRunner): Promise<void> {
		const dialect = dialectOf(runner);
		const { kind, table, types, tableOptions } = dialect;
		const name = table('command_log');
		await runner.query(`
			CREATE TABLE ${name} (
				tenant ${types.id} NOT NULL,
				integration ${types.id} NOT NULL,
				idempotency_key ${types.id} NOT NULL,
				kind ${types.id} NOT NULL CHECK (kind IN ('execute', 'compensate')),
				command text NOT NULL,
				reference ${types.id} NOT NULL,
				payload_hash text NOT NULL,
				payload text NOT NULL,
				status text NOT NULL CHECK (status IN ('running', 'waiting', 'unknown', 'succeeded', 'failed')),
				attempts ${types.number} NOT NULL,
				look_ups ${types.number} NOT NULL,
				failure ${types.json},
				external_id text,
				response text,
				warnings ${types.json} NOT NULL,
				settled_by text CHECK (settled_by IN ('answer', 'lookUp', 'person')),
				lease_owner ${types.id},
				lease_until ${types.time},
				sent_ms ${types.number} NOT NULL,
				next_attempt_at ${types.time},
				run text NOT NULL,
				version ${types.number} NOT NULL,
				created_at ${types.time} NOT NULL,
				updated_at ${types.time} NOT NULL,
				PRIMARY KEY (tenant, integration, idempotency_key, kind)
			) ${tableOptions}`);
		await runner.query(`CREATE INDEX command_log_reference ON ${name} (tenant, integration, reference)`);
		await runner.query(
			`CREATE INDEX command_log_due ON ${name} (tenant, integration, next_attempt_at)
			WHERE status IN ('waiting', 'unknown') AND next_attempt_at IS NOT NULL`,
		);
		await runner.query(
			`CREATE INDEX command_log_running ON ${name} (tenant, integration, lease_until) WHERE status = 'running'`,
		);
		await runner.query(
			`CREATE INDEX command_log_stuck ON ${name}
				(tenant, integration, ${dialect.toMilliseconds('updated_at')}, idempotency_key, kind)
			WHERE status IN ('unknown', 'failed')`,
		);
		await runner.query(
			`CREATE INDEX command_log_age ON ${name} (tenant, updated_at) WHERE status IN ('succeeded', 'failed')`,
		);
		if (kind !== 'sqlite') return;
		await describeIndexes((sql, parameters) => runner.query(sql, parameters), 'command_log', {
			[primaryKeyOf('command_log')]: { columns: 4, selective: 3 },
			command_log_reference: { columns: 3 },
			command_log_due: { columns: 3, partial: true },
			command_log_running: { columns: 3, partial: true },
			command_log_stuck: { columns: 5, partial: true },
			command_log_age: { columns: 2 },
		});
	}

	async down(runner: QueryRunner): Promise<void> {
		const { kind, table } = dialectOf(runner);
		await runner.query(`DROP TABLE ${table('command_log')}`);
		if (kind === 'sqlite') await useStatistics((sql) => runner.query(sql));
	}
}
