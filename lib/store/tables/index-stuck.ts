import type { Dialect } from '../dialect';

/** What waits for a person, by when it began to: few rows, asked for by every attention poll. */
export async function indexStuck(
	dialect: Dialect,
	query: (sql: string) => Promise<unknown>,
	name: string,
): Promise<void> {
	await query(
		`CREATE INDEX ${name}_stuck ON ${dialect.table(name)} (tenant, ${dialect.toMilliseconds('updated_at')}, local_id)
		WHERE sync_status IN ('failed', 'conflict')`,
	);
}
