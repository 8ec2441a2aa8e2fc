import { CrosslinkError } from '../../errors';
import type { ColumnType, Database, Dialect, Session } from '../dialect';
import { assertOwnColumn, linkTableName } from '../identifiers';
import { SCHEMA_LOCK_SQL } from '../migrations/run';
import { SCHEMA } from '../postgres/dialect';
import { textOf } from '../row-values';
import { describeIndex, describeIndexes, primaryKeyOf, useStatistics } from '../sqlite/statistics';
import type { LinkTableSpec } from '../store';
import { indexStuck } from './index-stuck';
import { referToLocalTable } from './local-table';

/** Makes the link tables of an integration, or adds the columns they lack. Under the same lock as migrations. */
export async function createLinkTables(database: Database, integration: string, specs: LinkTableSpec[]): Promise<void> {
	for (const spec of specs) {
		linkTableName(integration, spec.entity);
		spec.columns.forEach(assertOwnColumn);
	}
	await database.transaction(
		async (session) => {
			if (database.dialect.kind === 'postgres') await session.query(SCHEMA_LOCK_SQL);
			for (const spec of specs) await createOne(database.dialect, session, integration, spec);
		},
		{ idempotent: true },
	);
}

async function createOne(dialect: Dialect, session: Session, integration: string, spec: LinkTableSpec): Promise<void> {
	const name = linkTableName(integration, spec.entity);
	await register(dialect, session, integration, spec.entity, name);
	const present = await columnsOf(dialect, session, name);
	if (present.size === 0) await createTable(dialect, session, name);
	else {
		await completeTable(dialect, session, name, present);
		if (!(await hasIndex(dialect, session, `${name}_stuck`))) await addStuckIndex(dialect, session, name);
	}
	for (const column of new Set(spec.columns)) {
		if (present.has(column)) continue;
		await session.query(`ALTER TABLE ${dialect.table(name)} ADD COLUMN ${column} text`);
	}
	if (spec.localTable !== undefined) await referToLocalTable(dialect, session, name, spec.localTable);
}

/** `a_b` + `c` and `a` + `b_c` give one table name; the second one is refused. */
async function register(
	dialect: Dialect,
	session: Session,
	integration: string,
	entity: string,
	name: string,
): Promise<void> {
	await session.query(
		`INSERT INTO ${dialect.table('link_table')} (integration, entity, table_name, created_at)
		VALUES ($1, $2, $3, ${dialect.now}) ON CONFLICT DO NOTHING`,
		[integration, entity, name],
	);
	const [owner] = await session.query(
		`SELECT integration, entity FROM ${dialect.table('link_table')} WHERE table_name = $1`,
		[name],
	);
	if (owner && textOf(owner, 'integration') === integration && textOf(owner, 'entity') === entity) return;
	throw new CrosslinkError({
		class: 'rejected',
		code: 'link_table_name_taken',
		message: `The link table "${name}" of ${integration}/${entity} exists already for another integration and entity.`,
		remedy: 'Give the entity another name.',
	});
}

async function columnsOf(dialect: Dialect, session: Session, name: string): Promise<Set<string>> {
	const rows =
		dialect.kind === 'postgres'
			? await session.query(
					'SELECT column_name AS name FROM information_schema.columns WHERE table_schema = $1 AND table_name = $2',
					[SCHEMA, name],
				)
			: await session.query('SELECT name FROM pragma_table_info($1)', [name]);
	return new Set(rows.map((row) => textOf(row, 'name')));
}

async function createTable(dialect: Dialect, session: Session, name: string): Promise<void> {
	const { types } = dialect;
	const table = dialect.table(name);
	await session.query(`
		CREATE TABLE ${table} (
			tenant ${types.id} NOT NULL,
			local_id ${types.id} NOT NULL,
			external_id ${types.id},
			sync_status text NOT NULL
				CHECK (sync_status IN ('pending', 'synced', 'conflict', 'failed', 'deleted')),
			last_synced_at ${types.time},
			last_error text,
			error_code text,
			attempts ${types.number} NOT NULL,
			next_attempt_at ${types.time},
			base ${types.json},
			base_hash text,
			mapping_version text,
			external_version text,
			pushed_version text,
			lease_owner text,
			lease_until ${types.time},
			created_at ${types.time} NOT NULL,
			updated_at ${types.time} NOT NULL,
			unsent ${types.json},
			flips ${types.json},
			sent ${types.json},
			in_doubt ${types.flag},
			handed ${types.json},
			PRIMARY KEY (tenant, local_id)
		) ${dialect.tableOptions}`);
	// A deleted link gives its external id free, and may still be found by it.
	await session.query(
		`CREATE UNIQUE INDEX ${name}_live ON ${table} (tenant, external_id) WHERE sync_status <> 'deleted'`,
	);
	await session.query(`CREATE INDEX ${name}_gone ON ${table} (tenant, external_id) WHERE sync_status = 'deleted'`);
	// Few rows, looked for often: what waits for a retry or for a person.
	await session.query(
		`CREATE INDEX ${name}_wait ON ${table} (tenant, sync_status, local_id) WHERE sync_status IN ('conflict', 'failed')`,
	);
	await indexDue(dialect, session, name);
	await indexStuck(dialect, (sql) => session.query(sql), name);
	if (dialect.kind === 'sqlite') {
		await describeIndexes((sql, parameters) => session.query(sql, parameters), name, {
			[primaryKeyOf(name)]: { columns: 2 },
			[`${name}_live`]: { columns: 2 },
			[`${name}_gone`]: { columns: 2, partial: true },
			[`${name}_wait`]: { columns: 3, partial: true },
			[`${name}_due`]: { columns: 3, partial: true },
			[`${name}_stuck`]: { columns: 3, partial: true },
		});
	}
}

/** Columns the first version's link tables do not have. */
const LATER_COLUMNS: ReadonlyArray<[string, ColumnType]> = [
	['unsent', 'json'],
	['flips', 'json'],
	['sent', 'json'],
	['in_doubt', 'flag'],
	['handed', 'json'],
];

/** During an update of several processes, one with older code may have made the table behind the migration's back. */
async function completeTable(
	dialect: Dialect,
	session: Session,
	name: string,
	present: ReadonlySet<string>,
): Promise<void> {
	for (const [column, type] of LATER_COLUMNS) {
		if (present.has(column)) continue;
		await session.query(`ALTER TABLE ${dialect.table(name)} ADD COLUMN ${column} ${dialect.types[type]}`);
	}
	if (present.has('unsent')) return;
	await indexDue(dialect, session, name);
	if (dialect.kind !== 'sqlite') return;
	const query = (sql: string, parameters?: string[]) => session.query(sql, parameters);
	await describeIndex(query, name, `${name}_due`, { columns: 3, partial: true });
	await useStatistics(query);
}

async function addStuckIndex(dialect: Dialect, session: Session, name: string): Promise<void> {
	const query = (sql: string, parameters?: string[]) => session.query(sql, parameters);
	await indexStuck(dialect, query, name);
	if (dialect.kind !== 'sqlite') return;
	await describeIndex(query, name, `${name}_stuck`, { columns: 3, partial: true });
	await useStatistics(query);
}

async function hasIndex(dialect: Dialect, session: Session, index: string): Promise<boolean> {
	const rows =
		dialect.kind === 'postgres'
			? await session.query('SELECT 1 FROM pg_indexes WHERE schemaname = $1 AND indexname = $2', [SCHEMA, index])
			: await session.query(`SELECT 1 FROM sqlite_master WHERE type = 'index' AND name = $1`, [index]);
	return rows.length > 0;
}

/** What record.retry takes up: few rows, asked for every minute. */
async function indexDue(dialect: Dialect, session: Session, name: string): Promise<void> {
	await session.query(
		`CREATE INDEX ${name}_due ON ${dialect.table(name)} (tenant, next_attempt_at, local_id)
		WHERE sync_status = 'pending' AND next_attempt_at IS NOT NULL`,
	);
}
