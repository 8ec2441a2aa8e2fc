import type { Database, Row } from '../dialect';
import { assertTenant } from '../ids';
import { numberOf, textOf, textOrNull } from '../row-values';
import type { SealedRow, SealedTable } from '../store';

const NAME = 'integration_config';
/** Columns by what their texts were sealed as. */
const COLUMNS = { credentials: 'credentials', webhookSecret: 'webhook_secret' } as const;
const SOME_TEXT = '(credentials IS NOT NULL OR webhook_secret IS NOT NULL)';

/** The sealed columns of `integration_config`. */
export function sealedConfigs(database: Database): SealedTable {
	const table = database.dialect.table(NAME);
	const selected = `SELECT tenant, integration, credentials, webhook_secret FROM ${table}`;
	return {
		name: NAME,
		async page({ tenant, after, limit }) {
			if (tenant !== undefined) assertTenant(tenant);
			const rows = await database.statement(
				`${selected} WHERE (tenant, integration) > ($1, $2) AND ${SOME_TEXT}
				${tenant === undefined ? '' : 'AND tenant = $4'}
				ORDER BY tenant, integration LIMIT $3`,
				[after?.tenant ?? '', after?.integration ?? '', limit, ...(tenant === undefined ? [] : [tenant])],
			);
			return rows.map(sealedOf);
		},
		async get({ tenant, integration }) {
			assertTenant(tenant);
			const [row] = await database.statement(`${selected} WHERE tenant = $1 AND integration = $2 AND ${SOME_TEXT}`, [
				tenant,
				integration,
			]);
			return row && sealedOf(row);
		},
		async replace({ tenant, integration, texts: before }, texts) {
			assertTenant(tenant);
			// A statement repeated after a lost answer finds its own work and says no: who asked looks at the row again.
			const rows = await database.statement(
				`UPDATE ${table} SET credentials = $3, webhook_secret = $4
				WHERE tenant = $1 AND integration = $2
					AND credentials IS NOT DISTINCT FROM $5 AND webhook_secret IS NOT DISTINCT FROM $6
				RETURNING tenant`,
				[tenant, integration, ...valuesOf(texts), ...valuesOf(before)],
			);
			return rows.length === 1;
		},
		async count(length, tenant) {
			if (tenant !== undefined) assertTenant(tenant);
			const of = tenant === undefined ? '' : 'AND tenant = $2';
			const starts = Object.values(COLUMNS).map(
				(column) =>
					`SELECT substr(${column}, 1, CAST($1 AS integer)) AS start FROM ${table} WHERE ${column} IS NOT NULL ${of}`,
			);
			const rows = await database.statement(
				`SELECT start, count(*) AS amount FROM (${starts.join(' UNION ALL ')}) AS sealed GROUP BY start`,
				[length, ...(tenant === undefined ? [] : [tenant])],
			);
			return new Map(rows.map((row) => [textOf(row, 'start'), numberOf(row, 'amount')]));
		},
	};
}

const valuesOf = (texts: SealedRow['texts']): Array<string | null> =>
	Object.keys(COLUMNS).map((field) => texts[field] ?? null);

function sealedOf(row: Row): SealedRow {
	const found = Object.entries(COLUMNS).map(([field, column]) => [field, textOrNull(row, column)]);
	return {
		tenant: textOf(row, 'tenant'),
		integration: textOf(row, 'integration'),
		id: '',
		texts: Object.fromEntries(found.filter(([, text]) => text !== null)) as Record<string, string>,
	};
}
