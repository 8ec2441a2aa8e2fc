import type { QueryRunner } from 'typeorm';
import { dialectOf } from './dialect-of';

/** The link tables there are when a migration runs. */
export async function linkTableNames(runner: QueryRunner): Promise<string[]> {
	const { table } = dialectOf(runner);
	const rows = (await runner.query(`SELECT table_name FROM ${table('link_table')} ORDER BY table_name`)) as Array<{
		table_name: string;
	}>;
	return rows.map((row) => row.table_name);
}
