import { DatabaseSync } from 'node:sqlite';

/** Reads the embedded store beside the n8n that has it open. */
export function readStore(file: string, sql: string): Array<Record<string, unknown>> {
	const database = new DatabaseSync(file, { readOnly: true });
	try {
		return database.prepare(sql).all();
	} finally {
		database.close();
	}
}

/** Events taken in so far. */
export function eventsStored(file: string): number {
	return Number(readStore(file, 'SELECT count(*) AS n FROM processed_webhook')[0]?.n);
}

/** Every link as `<local id> <external id> <status>`, sorted. */
export function linksStored(file: string): string[] {
	const tables = ['hubspot_company_link', 'hubspot_order_link'];
	const rows = tables.flatMap((table) => readStore(file, `SELECT local_id, external_id, sync_status FROM ${table}`));
	return rows.map((row) => `${row.local_id} ${row.external_id} ${row.sync_status}`).sort();
}
