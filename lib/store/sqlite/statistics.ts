/** Rows of a well-filled table, and of one of its tenants. */
const MANY = 1_000_000;
const OF_TENANT = 500_000;
/** Rows a partial index holds while most links are fine. */
const FEW = 1_000;

/**
 * Tells SQLite's planner what our tables look like. Left alone it takes a tenant for ten rows, reads all links of the
 * tenant and goes through the batch's JSON for each: 3,000 links took 7 seconds instead of 40 ms. Writing sqlite_stat1
 * is the documented way (https://www.sqlite.org/optoverview.html, "Manual control of query plans").
 * @param keys index name -> columns, the last of which makes a row unique
 */
export async function describeIndexes(
	query: (sql: string, parameters?: string[]) => Promise<unknown>,
	table: string,
	keys: Readonly<Record<string, { columns: number; partial?: boolean }>>,
): Promise<void> {
	// Makes sqlite_stat1 where there is none; the table is empty, so this reads nothing.
	await query(`ANALYZE ${table}`);
	await query(`DELETE FROM sqlite_stat1 WHERE tbl = '${table}'`);
	for (const [index, { columns, partial }] of Object.entries(keys)) {
		const [all, ofTenant] = partial ? [FEW, FEW / 2] : [MANY, OF_TENANT];
		const perPrefix = Array.from({ length: columns - 1 }, () => ofTenant);
		await query('INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ($1, $2, $3)', [
			table,
			index,
			[all, ...perPrefix, 1].join(' '),
		]);
	}
	await query('ANALYZE sqlite_schema');
}

/** SQLite's own name of the index behind a primary key. */
export function primaryKeyOf(table: string): string {
	return `sqlite_autoindex_${table}_1`;
}
