import type { MigrationInterface, QueryRunner } from 'typeorm';
import { dialectOf } from './dialect-of';

/** Who has decided a conflict, as the flow that asked says. */
export class AddDecider1795981600000 implements MigrationInterface {
	async up(runner: QueryRunner): Promise<void> {
		const { table } = dialectOf(runner);
		await runner.query(`ALTER TABLE ${table('sync_conflict')} ADD COLUMN resolved_by text`);
	}

	async down(runner: QueryRunner): Promise<void> {
		const { table } = dialectOf(runner);
		await runner.query(`ALTER TABLE ${table('sync_conflict')} DROP COLUMN resolved_by`);
	}
}
