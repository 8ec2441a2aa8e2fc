import type { MigrationInterface, QueryRunner } from 'typeorm';
import { describeIndexes, primaryKeyOf, useStatistics } from '../sqlite/statistics';
import { dialectOf } from './dialect-of';

/** The last known answers of queries whose nodes allow an old answer while the other side is away. */
export class AddQueryAnswers1795982000000 implements MigrationInterface {
	async up(runner: QueryRunner): Promise<void> {
		const { kind, table, types, tableOptions } = dialectOf(runner);
		const name = table('query_answer');
		await runner.query(`
			CREATE TABLE ${name} (
				tenant ${types.id} NOT NULL,
				integration ${types.id} NOT NULL,
				question ${types.id} NOT NULL,
				query text NOT NULL,
				answer text NOT NULL,
				as_of ${types.time} NOT NULL,
				keep_until ${types.time} NOT NULL,
				PRIMARY KEY (tenant, integration, question)
			) ${tableOptions}`);
		await runner.query(`CREATE INDEX query_answer_end ON ${name} (tenant, keep_until)`);
		await runner.query(`CREATE INDEX query_answer_age ON ${name} (tenant, integration, as_of)`);
		if (kind === 'sqlite') {
			await describeIndexes((sql, parameters) => runner.query(sql, parameters), 'query_answer', {
				[primaryKeyOf('query_answer')]: { columns: 3 },
				query_answer_end: { columns: 2 },
				query_answer_age: { columns: 3 },
			});
		}
	}

	async down(runner: QueryRunner): Promise<void> {
		const { kind, table } = dialectOf(runner);
		await runner.query(`DROP TABLE ${table('query_answer')}`);
		if (kind === 'sqlite') await useStatistics((sql) => runner.query(sql));
	}
}
