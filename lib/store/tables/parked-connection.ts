import type { Database } from '../dialect';
import { assertName } from '../identifiers';
import { assertTenant } from '../ids';
import { storable, textOf, timeOf } from '../row-values';
import type { ParkingTable } from '../store';

/** Longest text kept of an error, in UTF-16 units. */
const MAX_TEXT = 1_000;

export function parkingTable(database: Database): ParkingTable {
	const { dialect } = database;
	const table = dialect.table('parked_connection');
	return {
		async find(tenant, integration) {
			assertTenant(tenant);
			const rows = await database.statement(
				`SELECT * FROM ${table} WHERE tenant = $1 AND integration = $2 ORDER BY source`,
				[tenant, integration],
			);
			return rows.map((row) => ({
				source: textOf(row, 'source'),
				fingerprint: textOf(row, 'fingerprint'),
				code: textOf(row, 'code'),
				message: textOf(row, 'message'),
				remedy: textOf(row, 'remedy'),
				since: timeOf(row, 'since'),
			}));
		},
		async park(tenant, integration, { source, fingerprint, code, message, remedy }) {
			assertTenant(tenant);
			assertName('integration', integration);
			await database.statement(
				`INSERT INTO ${table} (tenant, integration, source, fingerprint, code, message, remedy, since)
				VALUES ($1, $2, $3, $4, $5, $6, $7, ${dialect.now})
				ON CONFLICT (tenant, integration, source) DO UPDATE SET
					fingerprint = excluded.fingerprint, code = excluded.code, message = excluded.message,
					remedy = excluded.remedy, since = excluded.since`,
				[
					tenant,
					integration,
					source,
					fingerprint,
					code,
					...[message, remedy].map((text) => storable(text.slice(0, MAX_TEXT))),
				],
			);
		},
		async release(tenant, integration, source) {
			assertTenant(tenant);
			await database.statement(
				`DELETE FROM ${table} WHERE tenant = $1 AND integration = $2${source === undefined ? '' : ' AND source = $3'}`,
				[tenant, integration, ...(source === undefined ? [] : [source])],
			);
		},
	};
}
