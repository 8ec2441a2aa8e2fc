/** Rows of a well-filled table, and of one of its tenants. */
const MANY = 1_000_000;
const OF_TENANT = 500_000;
/** Rows a partial index holds while most links are fine. */
const FEW = 1_000;

/** Rows that share all of an index's columns from a selective one on: a record's log, its conflicts. */
const HANDFUL = 20;

/** What an index looks like when the table is well filled. */
export interface IndexShape {
	/** The last one makes a row unique. */
	columns: number;
	/** Holds few rows. */
	partial?: boolean;
	/** The number of leading columns that leave only a handful of rows; only all of them where it is left out. */
	selective?: number;
}

type Query = (sql: string, parameters?: string[]) => Promise<unknown>;

/**
 * Tells SQLite's planner what our tables look like. Left alone it takes a tenant for ten rows, reads all links of the
 * tenant and goes through the batch's JSON for each: 3,000 links took 7 seconds instead of 40 ms. Writing sqlite_stat1
 * is the documented way (https://www.sqlite.org/optoverview.html, "Manual control of query plans").
 * @param indexes all indexes of a new, empty table
 */
export async function describeIndexes(
	query: Query,
	table: string,
	indexes: Readonly<Record<string, IndexShape>>,
): Promise<void> {
	// Makes sqlite_stat1 where there is none; the table is empty, so this reads nothing.
	await query(`ANALYZE ${table}`);
	await query(`DELETE FROM sqlite_stat1 WHERE tbl = '${table}'`);
	for (const [index, shape] of Object.entries(indexes)) await describeIndex(query, table, index, shape);
	await useStatistics(query);
}

/** Describes an index that is new on a described table; {@link useStatistics} puts it in force. */
export async function describeIndex(query: Query, table: string, index: string, shape: IndexShape): Promise<void> {
	const { columns, partial, selective = columns } = shape;
	const [all, ofTenant] = partial ? [FEW, FEW / 2] : [MANY, OF_TENANT];
	const perPrefix = Array.from({ length: columns - 1 }, (_, behind) => (behind + 1 < selective ? ofTenant : HANDFUL));
	await query('INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ($1, $2, $3)', [
		table,
		index,
		[all, ...perPrefix, 1].join(' '),
	]);
}

/** Makes this connection's planner read what was written; others read it when they open. */
export async function useStatistics(query: Query): Promise<void> {
	await query('ANALYZE sqlite_schema');
}

/** SQLite's own name of the index behind a primary key. */
export function primaryKeyOf(table: string): string {
	return `sqlite_autoindex_${table}_1`;
}
