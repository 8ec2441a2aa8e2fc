import type { QueryRunner } from 'typeorm';
import type { Dialect } from '../dialect';
import { POSTGRES } from '../postgres/dialect';
import { SQLITE } from '../sqlite/dialect';

/** The dialect of the database a migration runs on. */
export function dialectOf(runner: QueryRunner): Dialect {
	return runner.dataSource.options.type === 'postgres' ? POSTGRES : SQLITE;
}
