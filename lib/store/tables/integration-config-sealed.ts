import type { Database, Row } from '../dialect';
import { assertTenant } from '../ids';
import { numberOf, textOf, textOrNull } from '../row-values';
import type { IntegrationConfigTable, SealedRow } from '../store';

type SealedValues = Pick<IntegrationConfigTable, 'sealedPage' | 'replaceSealed' | 'countSealed'>;

/** What the rotation of the encryption key does with `integration_config`. Nothing here can open a value. */
export function sealedValues(database: Database, table: string): SealedValues {
	return {
		async sealedPage({ tenant, after, limit }) {
			if (tenant !== undefined) assertTenant(tenant);
			const rows = await database.statement(
				`SELECT tenant, integration, credentials, webhook_secret FROM ${table}
				WHERE (tenant, integration) > ($1, $2) AND (credentials IS NOT NULL OR webhook_secret IS NOT NULL)
				${tenant === undefined ? '' : 'AND tenant = $4'}
				ORDER BY tenant, integration LIMIT $3`,
				[after?.tenant ?? '', after?.integration ?? '', limit, ...(tenant === undefined ? [] : [tenant])],
			);
			return rows.map(sealedOf);
		},
		async replaceSealed(before, after) {
			assertTenant(before.tenant);
			// A statement repeated after a lost answer finds its own work and says no: who asked looks at the row again.
			const rows = await database.statement(
				`UPDATE ${table} SET credentials = $3, webhook_secret = $4
				WHERE tenant = $1 AND integration = $2
					AND credentials IS NOT DISTINCT FROM $5 AND webhook_secret IS NOT DISTINCT FROM $6
				RETURNING tenant`,
				[
					...[before.tenant, before.integration, after.credentials, after.webhookSecret],
					...[before.credentials, before.webhookSecret],
				],
			);
			return rows.length === 1;
		},
		async countSealed(length, tenant) {
			if (tenant !== undefined) assertTenant(tenant);
			const of = tenant === undefined ? '' : 'AND tenant = $2';
			const rows = await database.statement(
				`SELECT start, count(*) AS amount FROM (
					SELECT substr(credentials, 1, CAST($1 AS integer)) AS start FROM ${table}
					WHERE credentials IS NOT NULL ${of}
					UNION ALL
					SELECT substr(webhook_secret, 1, CAST($1 AS integer)) FROM ${table}
					WHERE webhook_secret IS NOT NULL ${of}
				) AS sealed GROUP BY start`,
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
		credentials: textOrNull(row, 'credentials'),
		webhookSecret: textOrNull(row, 'webhook_secret'),
	};
}
