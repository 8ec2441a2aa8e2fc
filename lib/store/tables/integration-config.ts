import type { Fields } from '../../adapters/adapter';
import { CrosslinkError } from '../../errors';
import type { Database, Parameter, Row } from '../dialect';
import { assertName } from '../identifiers';
import { assertIds, assertTenant } from '../ids';
import { flagOf, jsonOf, textOf, textOrNull, timeOf } from '../row-values';
import type { IntegrationConfigRow, IntegrationConfigTable } from '../store';
import { idBatch, slices, sortedUnique } from './link-context';

type Change = Parameters<IntegrationConfigTable['save']>[0];

export function integrationConfigTable(database: Database): IntegrationConfigTable {
	const table = database.dialect.table('integration_config');

	async function findByAccounts(integration: string, accountIds: readonly string[]): Promise<Map<string, string>> {
		const found = new Map<string, string>();
		for (const slice of slices(sortedUnique(accountIds), database.dialect.sliceRows)) {
			const batch = idBatch(database.dialect, slice, 2);
			const rows = await database.statement(
				`SELECT config.account_id, config.tenant FROM ${batch.source}
				JOIN ${table} AS config ON config.integration = $1 AND config.account_id = b.id`,
				[integration, ...batch.parameters],
			);
			for (const row of rows) found.set(textOf(row, 'account_id'), textOf(row, 'tenant'));
		}
		return found;
	}

	/** Asked after a failure: the unique index has the last word, and each database tells of it in words of its own. */
	async function isTaken({ tenant, integration, accountId }: Change): Promise<boolean> {
		if (!accountId) return false;
		const holder = (await findByAccounts(integration, [accountId])).get(accountId);
		return holder !== undefined && holder !== tenant;
	}

	return {
		async get(tenant, integration) {
			assertTenant(tenant);
			const [row] = await database.statement(`SELECT * FROM ${table} WHERE tenant = $1 AND integration = $2`, [
				tenant,
				integration,
			]);
			return row && configOf(row);
		},
		async getOf(integration, tenants) {
			tenants.forEach(assertTenant);
			const places = tenants.map((_, index) => `$${index + 2}`).join(', ');
			const rows = await database.statement(`SELECT * FROM ${table} WHERE integration = $1 AND tenant IN (${places})`, [
				integration,
				...tenants,
			]);
			return new Map(rows.map((row) => [textOf(row, 'tenant'), configOf(row)]));
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
		findByAccounts,
		async save(change) {
			assertTenant(change.tenant);
			assertName('integration', change.integration);
			if (change.accountId !== undefined && change.accountId !== null) assertIds('account id', [change.accountId]);
			const [row] = await saveConfig(database, table, change).catch(async (error: unknown) => {
				throw (await isTaken(change)) ? accountTaken(change, error) : error;
			});
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
const DEFAULTS = {
	mode: 'cloud',
	enabled: false,
	credentials: null,
	settings: '{}',
	webhook_secret: null,
	account_id: null,
};

function givenColumns(change: Change): Record<string, Parameter> {
	return {
		...(change.mode !== undefined && { mode: change.mode }),
		...(change.enabled !== undefined && { enabled: change.enabled }),
		...(change.credentials !== undefined && { credentials: change.credentials }),
		...(change.settings !== undefined && { settings: JSON.stringify(change.settings) }),
		...(change.webhookSecret !== undefined && { webhook_secret: change.webhookSecret }),
		...(change.accountId !== undefined && { account_id: change.accountId }),
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
		accountId: textOrNull(row, 'account_id'),
		createdAt: timeOf(row, 'created_at'),
		updatedAt: timeOf(row, 'updated_at'),
	};
}

/** Names no tenant: whoever reads this may not be allowed to know who else is there. */
function accountTaken({ integration, accountId }: Change, cause: unknown): CrosslinkError {
	return new CrosslinkError({
		class: 'rejected',
		code: 'account_taken',
		message: `The ${integration} account ${JSON.stringify(accountId)} belongs to another tenant already.`,
		remedy: 'Take the account from that tenant first, or use another account for this one.',
		cause,
	});
}
