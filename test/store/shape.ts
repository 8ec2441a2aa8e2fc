import type { StoreSite } from './both-stores';

/** Columns with their types, and indexes; in no order, since a column that came later stands last. */
export async function shapeOf(site: StoreSite, location: string): Promise<string[]> {
	const sql =
		site.kind === 'postgres'
			? `SELECT table_name || '.' || column_name || ' ' || data_type || ' ' || is_nullable AS line
				FROM information_schema.columns WHERE table_schema = 'crosslink'
				UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = 'crosslink'`
			: `SELECT t.name || '.' || c.name || ' ' || c.type || ' ' || c."notnull" AS line
				FROM sqlite_master t JOIN pragma_table_info(t.name) c WHERE t.type = 'table'
				UNION ALL SELECT tbl_name || ' ' || name FROM sqlite_master WHERE type = 'index'`;
	const rows = (await site.aside(sql, location)) as Array<{ line: string }>;
	return rows.map(({ line }) => line).sort();
}
