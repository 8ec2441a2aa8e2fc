import type { Database, Row } from '../dialect';
import { assertTenant } from '../ids';
import { KEPT_MESSAGES } from '../notification-log';
import { numberOf, textOf } from '../row-values';
import type { SealedRow, SealedTable } from '../store';

const NAME = 'notification_log';

/** The messages in `notification_log` that wait for a later try. */
export function sealedNotifications(database: Database): SealedTable {
	const table = database.dialect.table(NAME);
	const selected = `SELECT tenant, integration, reference, message FROM ${table}`;
	return {
		name: NAME,
		async page({ tenant, after, limit }) {
			if (tenant !== undefined) assertTenant(tenant);
			const rows = await database.statement(
				`${selected} WHERE (tenant, integration, reference) > ($1, $2, $3) AND message IS NOT NULL
				${tenant === undefined ? '' : 'AND tenant = $5'}
				ORDER BY tenant, integration, reference LIMIT $4`,
				[
					...[after?.tenant ?? '', after?.integration ?? '', after?.id ?? '', limit],
					...(tenant === undefined ? [] : [tenant]),
				],
			);
			return rows.map(sealedOf);
		},
		async get({ tenant, integration, id }) {
			assertTenant(tenant);
			const [row] = await database.statement(
				`${selected} WHERE tenant = $1 AND integration = $2 AND reference = $3 AND message IS NOT NULL`,
				[tenant, integration, id],
			);
			return row && sealedOf(row);
		},
		async replace({ tenant, integration, id, texts: before }, texts) {
			assertTenant(tenant);
			// A statement repeated after a lost answer finds its own work and says no: who asked looks at the row again.
			const rows = await database.statement(
				`UPDATE ${table} SET message = $4
				WHERE tenant = $1 AND integration = $2 AND reference = $3 AND message = $5
				RETURNING tenant`,
				[tenant, integration, id, texts[KEPT_MESSAGES] ?? null, before[KEPT_MESSAGES] ?? null],
			);
			return rows.length === 1;
		},
		async count(length, tenant) {
			if (tenant !== undefined) assertTenant(tenant);
			const rows = await database.statement(
				`SELECT substr(message, 1, CAST($1 AS integer)) AS start, count(*) AS amount FROM ${table}
				WHERE message IS NOT NULL ${tenant === undefined ? '' : 'AND tenant = $2'}
				GROUP BY 1`,
				[length, ...(tenant === undefined ? [] : [tenant])],
			);
			return new Map(rows.map((row) => [textOf(row, 'start'), numberOf(row, 'amount')]));
		},
	};
}

function sealedOf(row: Row): SealedRow {
	return {
		tenant: textOf(row, 'tenant'),
		integration: textOf(row, 'integration'),
		id: textOf(row, 'reference'),
		texts: { [KEPT_MESSAGES]: textOf(row, 'message') },
	};
}
