import { DataSource } from 'typeorm';
import { MIGRATIONS_TABLE } from '../../lib/store/migrations';
import { CreateFoundation1795420000000 } from '../../lib/store/migrations/create-foundation';
import { acquireStore } from '../../lib/store/open';
import { NodeSqliteDatabase } from '../../lib/store/sqlite/node-sqlite';
import { POSTGRES, SCHEMA } from '../../lib/store/postgres/dialect';
import { SQLITE } from '../../lib/store/sqlite/dialect';
import { describeOnBothStores } from './both-stores';
import { startChild } from './children/child';

/** A store as the first migration alone leaves it, with the link tables of that time. */
async function makeOldStore(location: string, tables: string[]): Promise<void> {
	const common = { migrations: [CreateFoundation1795420000000], migrationsTableName: MIGRATIONS_TABLE };
	const postgres = location.startsWith('postgres');
	const source = new DataSource(
		postgres
			? { ...common, type: 'postgres', url: location, schema: SCHEMA, installExtensions: false }
			: { ...common, type: 'better-sqlite3', driver: NodeSqliteDatabase, database: location.slice('sqlite:'.length) },
	);
	await source.initialize();
	try {
		if (postgres) await source.query(`CREATE SCHEMA ${SCHEMA}`);
		await source.runMigrations();
		for (const table of tables) await makeOldLinkTable(source, postgres ? POSTGRES : SQLITE, table);
	} finally {
		await source.destroy();
	}
}

async function makeOldLinkTable(source: DataSource, dialect: typeof POSTGRES, entity: string): Promise<void> {
	const name = `crm_${entity}_link`;
	const { types, now } = dialect;
	const table = dialect.table(name);
	await source.query(`
		CREATE TABLE ${table} (
			tenant ${types.id} NOT NULL, local_id ${types.id} NOT NULL, external_id ${types.id},
			sync_status text NOT NULL CHECK (sync_status IN ('pending', 'synced', 'conflict', 'failed', 'deleted')),
			last_synced_at ${types.time}, last_error text, error_code text, attempts ${types.number} NOT NULL,
			next_attempt_at ${types.time}, base ${types.json}, base_hash text, mapping_version text, external_version text,
			pushed_version text, lease_owner text, lease_until ${types.time}, created_at ${types.time} NOT NULL,
			updated_at ${types.time} NOT NULL, stage text,
			PRIMARY KEY (tenant, local_id)
		) ${dialect.tableOptions}`);
	await source.query(
		`CREATE UNIQUE INDEX ${name}_live ON ${table} (tenant, external_id) WHERE sync_status <> 'deleted'`,
	);
	await source.query(
		`INSERT INTO ${dialect.table('link_table')} (integration, entity, table_name, created_at)
		VALUES ('crm', '${entity}', '${name}', ${now})`,
	);
	await source.query(
		`INSERT INTO ${table} (tenant, local_id, external_id, sync_status, attempts, stage, created_at, updated_at, next_attempt_at)
		VALUES ('t', 'a', '1', 'pending', 1, 'won', ${now}, ${now}, ${now})`,
	);
}

describeOnBothStores('a store made by the first version', (site) => {
	it('is brought up to date in place, with everything that was there', async () => {
		const location = await site.newLocation();
		await makeOldStore(location, ['order', 'company']);
		const { store, release } = await acquireStore(location);
		for (const entity of ['order', 'company']) {
			const links = store.links('crm', entity);
			const [link] = await links.due('t', 10);
			expect(link).toMatchObject({
				localId: 'a',
				externalId: '1',
				unsent: null,
				flips: null,
				sent: null,
				inDoubt: false,
				handed: null,
				columns: { stage: 'won' },
			});
			await links.claim('t', ['a'], { owner: 'run', seconds: 60 });
			const at = new Date('2026-01-01T00:00:00.000Z');
			await links.settle('t', 'run', [{ localId: 'a', unsent: { name: 'x' }, flips: { k: [{ hash: 'h', at: 1 }] } }], {
				conflictsDone: [{ localId: 'a', key: 'k' }],
				log: [{ localId: 'a', externalId: '1', at, kind: 'push', field: 'f', from: 1, to: 2, rule: null, run: 'r' }],
			});
			const [changed] = await links.findByLocalIds('t', ['a']);
			expect(changed).toMatchObject({ unsent: { name: 'x' }, flips: { k: [{ hash: 'h', at: 1 }] } });
			expect(await store.log.history('t', 'crm', entity, 'a', { limit: 5 })).toHaveLength(1);
		}
		await store.createLinkTables('crm', [{ entity: 'order', columns: ['stage', 'pipeline'] }]);
		expect((await store.links('crm', 'order').findByLocalIds('t', ['a']))[0]?.columns).toEqual({
			stage: 'won',
			pipeline: null,
		});
		release();
	});

	it('is brought up to date once when several open it at the same time', async () => {
		const location = await site.newLocation();
		await makeOldStore(location, ['order']);
		const children = Array.from({ length: 4 }, () => startChild('open-once', [location]));
		expect(await Promise.all(children.map((child) => child.done()))).toEqual(children.map(() => ['ok']));
		const { store, release } = await acquireStore(location);
		expect(await store.links('crm', 'order').due('t', 10)).toHaveLength(1);
		release();
	});

	it('gets the columns for a link table that a process of the first version made afterwards', async () => {
		const location = await site.newLocation();
		const { store, release } = await acquireStore(location);
		await store.createLinkTables('crm', [{ entity: 'order', columns: ['stage'] }]);
		const dialect = site.kind === 'postgres' ? POSTGRES : SQLITE;
		await site.aside(`DROP INDEX ${dialect.table('crm_order_link_due')}`, location);
		for (const column of ['unsent', 'flips', 'sent', 'in_doubt', 'handed']) {
			await site.aside(`ALTER TABLE ${dialect.table('crm_order_link')} DROP COLUMN ${column}`, location);
		}
		await store.createLinkTables('crm', [{ entity: 'order', columns: ['stage'] }]);
		const links = store.links('crm', 'order');
		await links.claim('t', ['a'], { owner: 'run', seconds: 60 });
		expect((await links.settle('t', 'run', [{ localId: 'a', unsent: { x: 1 } }])).settled).toEqual(['a']);
		// And for one of a version in between.
		for (const column of ['in_doubt', 'handed']) {
			await site.aside(`ALTER TABLE ${dialect.table('crm_order_link')} DROP COLUMN ${column}`, location);
		}
		await store.createLinkTables('crm', [{ entity: 'order', columns: ['stage'] }]);
		await links.doubt('t', ['a']);
		expect((await links.findByLocalIds('t', ['a']))[0]).toMatchObject({
			inDoubt: true,
			handed: null,
			unsent: { x: 1 },
		});
		release();
	});
});
