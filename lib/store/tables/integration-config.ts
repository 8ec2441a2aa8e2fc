import type { Fields } from '../../adapters/adapter';
import type { Database, Parameter, Row } from '../dialect';
import { assertName } from '../identifiers';
import { assertTenant } from '../ids';
import { flagOf, jsonOf, textOf, textOrNull, timeOf } from '../row-values';
import type { IntegrationConfigRow, IntegrationConfigTable } from '../store';

type Change = Parameters<IntegrationConfigTable['save']>[0];

export function integrationConfigTable(database: Database): IntegrationConfigTable {
	const table = database.dialect.table('integration_config');
	return {
		async get(tenant, integration) {
			assertTenant(tenant);
			const [row] = await database.statement(`SELECT * FROM ${table} WHERE tenant = $1 AND integration = $2`, [
				tenant,
				integration,
			]);
			return row && configOf(row);
		},
		async getMany(tenant) {
			assertTenant(tenant);
			const rows = await database.statement(`SELECT * FROM ${table} WHERE tenant = $1 ORDER BY integration`, [tenant]);
			return rows.map(configOf);
		},
		async page(integration, { afterTenant = '', limit }) {
			const rows = await database.statement(
				`SELECT * FROM ${table} WHERE integration = $1 AND tenant > $2 ORDER BY tenant LIMIT $3`,
				[integration, afterTenant, limit],
			);
			return rows.map(configOf);
		},
		async save(change) {
			assertTenant(change.tenant);
			assertName('integration', change.integration);
			const [row] = await saveConfig(database, table, change);
			if (!row) throw new TypeError('An upsert of one row returned none.');
			return configOf(row);
		},
	};
}

async function saveConfig(database: Database, table: string, change: Change): Promise<Row[]> {
	const { dialect } = database;
	const given = givenColumns(change);
	const values: Record<string, Parameter> = { ...DEFAULTS, ...given };
	const columns = Object.keys(values);
	const updates = Object.keys(given).map((column) => `${column} = excluded.${column}`);
	return await database.statement(
		`INSERT INTO ${table} (tenant, integration, ${columns.join(', ')}, created_at, updated_at)
		VALUES ($1, $2, ${columns.map((_, index) => `$${index + 3}`).join(', ')}, ${dialect.now}, ${dialect.now})
		ON CONFLICT (tenant, integration) DO UPDATE SET ${[...updates, 'updated_at = excluded.updated_at'].join(', ')}
		RETURNING *`,
		[change.tenant, change.integration, ...Object.values(values)],
	);
}

/** What a new row holds where the change says nothing. */
const DEFAULTS = { mode: 'cloud', enabled: false, credentials: null, settings: '{}', webhook_secret: null };

function givenColumns(change: Change): Record<string, Parameter> {
	return {
		...(change.mode !== undefined && { mode: change.mode }),
		...(change.enabled !== undefined && { enabled: change.enabled }),
		...(change.credentials !== undefined && { credentials: change.credentials }),
		...(change.settings !== undefined && { settings: JSON.stringify(change.settings) }),
		...(change.webhookSecret !== undefined && { webhook_secret: change.webhookSecret }),
	};
}

function configOf(row: Row): IntegrationConfigRow {
	return {
		tenant: textOf(row, 'tenant'),
		integration: textOf(row, 'integration'),
		mode: textOf(row, 'mode') === 'onprem' ? 'onprem' : 'cloud',
		enabled: flagOf(row, 'enabled'),
		credentials: textOrNull(row, 'credentials'),
		settings: jsonOf(row, 'settings') as Fields,
		webhookSecret: textOrNull(row, 'webhook_secret'),
		createdAt: timeOf(row, 'created_at'),
		updatedAt: timeOf(row, 'updated_at'),
	};
}
