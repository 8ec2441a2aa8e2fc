import type { MigrationInterface, QueryRunner } from 'typeorm';
import { describeIndexes, primaryKeyOf, useStatistics } from '../sqlite/statistics';
import { dialectOf } from './dialect-of';

/** Messages to people with their outcomes: one row for each event key and place. */
export class AddNotificationLog1796068800000 implements MigrationInterface {
	async up(runner: QueryRunner): Promise<void> {
		const { kind, table, types, tableOptions } = dialectOf(runner);
		const name = table('notification_log');
		await runner.query(`
			CREATE TABLE ${name} (
				tenant ${types.id} NOT NULL,
				integration ${types.id} NOT NULL,
				reference ${types.id} NOT NULL,
				event text NOT NULL,
				event_key text NOT NULL,
				status text NOT NULL CHECK (status IN ('sending', 'delivered', 'accepted', 'failed', 'unknown')),
				attempts ${types.number} NOT NULL,
				message text,
				failure ${types.json},
				message_id text,
				refused ${types.json} NOT NULL,
				lease_owner ${types.id},
				lease_until ${types.time},
				sent_ms ${types.number} NOT NULL,
				next_attempt_at ${types.time},
				run text NOT NULL,
				version ${types.number} NOT NULL,
				created_at ${types.time} NOT NULL,
				updated_at ${types.time} NOT NULL,
				PRIMARY KEY (tenant, integration, reference)
			) ${tableOptions}`);
		await runner.query(
			`CREATE INDEX notification_log_due ON ${name} (tenant, integration, next_attempt_at)
			WHERE status IN ('failed', 'unknown') AND next_attempt_at IS NOT NULL`,
		);
		await runner.query(
			`CREATE INDEX notification_log_sending ON ${name} (tenant, integration, lease_until) WHERE status = 'sending'`,
		);
		await runner.query(`CREATE INDEX notification_log_age ON ${name} (tenant, updated_at)`);
		if (kind !== 'sqlite') return;
		await describeIndexes((sql, parameters) => runner.query(sql, parameters), 'notification_log', {
			[primaryKeyOf('notification_log')]: { columns: 3 },
			notification_log_due: { columns: 3, partial: true },
			notification_log_sending: { columns: 3, partial: true },
			notification_log_age: { columns: 2 },
		});
	}

	async down(runner: QueryRunner): Promise<void> {
		const { kind, table } = dialectOf(runner);
		await runner.query(`DROP TABLE ${table('notification_log')}`);
		if (kind === 'sqlite') await useStatistics((sql) => runner.query(sql));
	}
}
