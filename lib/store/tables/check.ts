import { randomUUID } from 'node:crypto';
import type { Database } from '../dialect';

/** Writes a row, reads it, takes it away again, and commits: what a run will need to do. */
export async function checkStore(database: Database): Promise<void> {
	const table = database.dialect.table('call_budget');
	const key = ['crosslink:check', randomUUID()];
	await database.transaction(
		async (session) => {
			await session.query(
				`INSERT INTO ${table} (account, bucket, booked_until_ms, paused_until_ms) VALUES ($1, $2, 0, 0)`,
				key,
			);
			await session.query(`DELETE FROM ${table} WHERE account = $1 AND bucket = $2`, key);
		},
		{ idempotent: true },
	);
}
