import type { MigrationInterface, QueryRunner } from 'typeorm';
import { describeIndex, useStatistics } from '../sqlite/statistics';
import { dialectOf } from './dialect-of';

/** Messages that did not go out and are not tried again by themselves: few rows, asked for by every attention poll. */
export class AddNotificationTrouble1796155200000 implements MigrationInterface {
	async up(runner: QueryRunner): Promise<void> {
		const dialect = dialectOf(runner);
		await runner.query(
			`CREATE INDEX notification_log_stuck ON ${dialect.table('notification_log')}
				(tenant, integration, ${dialect.toMilliseconds('updated_at')}, reference)
			WHERE status IN ('failed', 'unknown') AND next_attempt_at IS NULL`,
		);
		if (dialect.kind !== 'sqlite') return;
		const query = (sql: string, parameters?: string[]) => runner.query(sql, parameters);
		await describeIndex(query, 'notification_log', 'notification_log_stuck', { columns: 4, partial: true });
		await useStatistics(query);
	}

	async down(runner: QueryRunner): Promise<void> {
		const { kind, table } = dialectOf(runner);
		await runner.query(`DROP INDEX ${table('notification_log_stuck')}`);
		if (kind === 'sqlite') await useStatistics((sql) => runner.query(sql));
	}
}
