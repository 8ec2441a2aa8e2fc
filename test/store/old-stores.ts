import { DataSource, type DataSourceOptions } from 'typeorm';
import { MIGRATIONS, MIGRATIONS_TABLE } from '../../lib/store/migrations';
import { POSTGRES, SCHEMA } from '../../lib/store/postgres/dialect';
import { NodeSqliteDatabase } from '../../lib/store/sqlite/node-sqlite';
import { SQLITE } from '../../lib/store/sqlite/dialect';
import type { Dialect } from '../../lib/store/dialect';

/** A store as code that knew these migrations only would open it, without anything of today's. */
export function sourceOf(location: string, migrations: DataSourceOptions['migrations']): DataSource {
	const common = { migrations, migrationsTableName: MIGRATIONS_TABLE };
	return new DataSource(
		location.startsWith('postgres')
			? { ...common, type: 'postgres', url: location, schema: SCHEMA, installExtensions: false }
			: { ...common, type: 'better-sqlite3', driver: NodeSqliteDatabase, database: location.slice('sqlite:'.length) },
	);
}

/**
 * Makes a store as the first `steps` migrations leave it, and has it filled.
 * @param fill called behind each migration, with how many have been run: as a site that has had every version
 */
export async function makeOldStore(
	location: string,
	steps: number,
	fill: (source: DataSource, dialect: Dialect, step: number) => Promise<void>,
): Promise<void> {
	const postgres = location.startsWith('postgres');
	for (let step = 1; step <= steps; step++) {
		const source = sourceOf(location, MIGRATIONS.slice(0, step));
		await source.initialize();
		try {
			if (postgres) await source.query(`CREATE SCHEMA IF NOT EXISTS ${SCHEMA}`);
			await source.runMigrations();
			await fill(source, postgres ? POSTGRES : SQLITE, step);
		} finally {
			await source.destroy();
		}
	}
}

/** A link table as `createLinkTables` made it when there were so many migrations. It never changes: they are released. */
export async function makeOldLinkTable(source: DataSource, dialect: Dialect, step: number, entity: string) {
	const name = `crm_${entity}_link`;
	const { types } = dialect;
	const table = dialect.table(name);
	const later =
		step < WITH_SYNC
			? ''
			: `, unsent ${types.json}, flips ${types.json}, sent ${types.json}, in_doubt ${types.flag}, handed ${types.json}`;
	await source.query(`
		CREATE TABLE ${table} (
			tenant ${types.id} NOT NULL, local_id ${types.id} NOT NULL, external_id ${types.id},
			sync_status text NOT NULL CHECK (sync_status IN ('pending', 'synced', 'conflict', 'failed', 'deleted')),
			last_synced_at ${types.time}, last_error text, error_code text, attempts ${types.number} NOT NULL,
			next_attempt_at ${types.time}, base ${types.json}, base_hash text, mapping_version text, external_version text,
			pushed_version text, lease_owner text, lease_until ${types.time}, created_at ${types.time} NOT NULL,
			updated_at ${types.time} NOT NULL${later}, stage text,
			PRIMARY KEY (tenant, local_id)
		) ${dialect.tableOptions}`);
	await source.query(
		`CREATE UNIQUE INDEX ${name}_live ON ${table} (tenant, external_id) WHERE sync_status <> 'deleted'`,
	);
	await source.query(`CREATE INDEX ${name}_gone ON ${table} (tenant, external_id) WHERE sync_status = 'deleted'`);
	await source.query(
		`CREATE INDEX ${name}_wait ON ${table} (tenant, sync_status, local_id) WHERE sync_status IN ('conflict', 'failed')`,
	);
	if (step >= WITH_SYNC) {
		await source.query(
			`CREATE INDEX ${name}_due ON ${table} (tenant, next_attempt_at, local_id)
			WHERE sync_status = 'pending' AND next_attempt_at IS NOT NULL`,
		);
	}
	if (step >= WITH_INGRESS) {
		await source.query(
			`CREATE INDEX ${name}_stuck ON ${table} (tenant, ${dialect.toMilliseconds('updated_at')}, local_id)
			WHERE sync_status IN ('failed', 'conflict')`,
		);
	}
	await source.query(
		`INSERT INTO ${dialect.table('link_table')} (integration, entity, table_name, created_at)
		VALUES ('crm', '${entity}', '${name}', ${dialect.now})`,
	);
}

/** How many migrations there were with `AddSyncTables`. */
const WITH_SYNC = 2;
/** And with `AddIngress`. */
const WITH_INGRESS = 3;
