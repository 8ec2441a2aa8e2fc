import { Client } from 'pg';
import { acquireStore } from '../../lib/store/open';
import type { LinkTable, Store } from '../../lib/store/store';
import { failureOf, siteOf } from './both-stores';

describe('a link table that refers to the application’s own table', () => {
	const site = siteOf('postgres');
	let tables = 0;

	const linkTo = async (
		localTable: string,
		before?: (links: LinkTable) => Promise<void>,
	): Promise<{ links: LinkTable; sql: string }> => {
		const integration = `own${++tables}`;
		const spec = { entity: 'order', columns: [] };
		if (before !== undefined) {
			await site.store.createLinkTables(integration, [spec]);
			await before(site.store.links(integration, 'order'));
		}
		await site.store.createLinkTables(integration, [{ ...spec, localTable }]);
		return { links: site.store.links(integration, 'order'), sql: `crosslink.${integration}_order_link` };
	};
	const claim = async (links: LinkTable, ids: string[], owner = 'run') =>
		await links.claim('default', ids, { owner, seconds: 60 });
	const rows = async (sql: string) =>
		(await site.aside(`SELECT local_id, local_row::text AS row FROM ${sql} ORDER BY local_id`)) as Array<
			Record<string, string | null>
		>;

	beforeAll(async () => {
		await site.aside('CREATE SCHEMA shop');
	});

	it.each([
		['bigint', '42', '43'],
		['int', '42', '43'],
		['uuid', '6f1c1f0e-1d1b-4c7c-9d53-1a2b3c4d5e6f', '00000000-0000-0000-0000-000000000000'],
		['text', 'A-42', 'a-42'],
		['varchar(40)', 'A-42', 'a-42'],
	])('has a real foreign key, whatever the type of the application’s: %s', async (type, id, absent) => {
		const table = `shop.orders_${++tables}`;
		await site.aside(`CREATE TABLE ${table} (id ${type} PRIMARY KEY)`);
		await site.aside(`INSERT INTO ${table} VALUES ('${id}')`);
		const { links, sql } = await linkTo(table);
		await claim(links, [id, absent, 'no id of that type']);
		expect(await rows(sql)).toEqual(
			[id, absent, 'no id of that type'].sort().map((one) => ({ local_id: one, row: one === id ? id : null })),
		);
		expect(await site.aside(`SELECT 1 FROM ${table} o JOIN ${sql} l ON l.local_row = o.id`)).toHaveLength(1);
		expect(
			await failureOf(site.aside(`UPDATE ${sql} SET local_row = '${absent}' WHERE local_id = '${id}'`)),
		).toMatchObject({
			code: '23503',
		});
	});

	it('is left standing, with all it knows, when the application deletes the row', async () => {
		await site.aside('CREATE TABLE shop.deleted (id bigint PRIMARY KEY)');
		await site.aside('INSERT INTO shop.deleted VALUES (1), (2)');
		const { links, sql } = await linkTo('shop.deleted');
		await claim(links, ['1', '2']);
		const base = { local: { 'a>b': 'x' }, external: { 'a>b': 'x' } };
		await links.settle('default', 'run', [
			{ localId: '1', externalId: '77', syncStatus: 'synced', base },
			{ localId: '2', externalId: '78', syncStatus: 'synced', base },
		]);
		// By a user who may do nothing in Crosslink's schema.
		await site.aside(`CREATE ROLE shopkeeper`);
		await site.aside('GRANT USAGE ON SCHEMA shop TO shopkeeper');
		await site.aside('GRANT SELECT, DELETE ON shop.deleted TO shopkeeper');
		await site.aside('SET ROLE shopkeeper; DELETE FROM shop.deleted WHERE id = 1');
		expect(await rows(sql)).toEqual([
			{ local_id: '1', row: null },
			{ local_id: '2', row: '2' },
		]);
		const [link] = await links.findByLocalIds('default', ['1']);
		expect(link).toMatchObject({ externalId: '77', syncStatus: 'synced', base, columns: {} });
		// And again with the row, should it come back.
		await site.aside('INSERT INTO shop.deleted VALUES (1)');
		await claim(links, ['1']);
		expect(await rows(sql)).toMatchObject([{ row: '1' }, { row: '2' }]);
		await site.aside('UPDATE shop.deleted SET id = 9 WHERE id = 2');
		expect(await rows(sql)).toMatchObject([{ row: '1' }, { local_id: '2', row: null }]);
	});

	it('finds the rows of links that were there before, and may be asked for again', async () => {
		await site.aside('CREATE TABLE shop.late (id bigint PRIMARY KEY)');
		await site.aside('INSERT INTO shop.late VALUES (1)');
		const { links, sql } = await linkTo('shop.late', async (earlier) => void (await claim(earlier, ['1', '2'])));
		expect(await rows(sql)).toMatchObject([{ row: '1' }, { row: null }]);
		await site.aside('INSERT INTO shop.late VALUES (2)');
		await links.settle('default', 'run', [{ localId: '2', syncStatus: 'pending' }]);
		expect(await rows(sql)).toMatchObject([{ row: '1' }, { row: '2' }]);
		const integration = `own${tables}`;
		await site.store.createLinkTables(integration, [{ entity: 'order', columns: ['stage'], localTable: 'shop.late' }]);
		expect(await rows(sql)).toMatchObject([{ row: '1' }, { row: '2' }]);
	});

	it('does not fail a batch when rows are deleted at the same moment', async () => {
		await site.aside('CREATE TABLE shop.busy (id bigint PRIMARY KEY)');
		const ids = Array.from({ length: 400 }, (_, n) => String(n));
		await site.aside('INSERT INTO shop.busy SELECT generate_series(0, 399)');
		const { links, sql } = await linkTo('shop.busy');
		const deleting = (async () => {
			for (let n = 0; n < 400; n += 20) await site.aside(`DELETE FROM shop.busy WHERE id BETWEEN ${n} AND ${n + 19}`);
		})();
		for (let n = 0; n < 400; n += 40) await claim(links, ids.slice(n, n + 40));
		await deleting;
		expect((await rows(sql)).filter(({ row }) => row !== null)).toEqual([]);
		expect(await rows(sql)).toHaveLength(400);
	});

	it.each([
		['a table that is not there', 'shop.nothing', 'local_table_unknown', /CROSSLINK_STORE_URL/],
		['a view', 'shop.seen', 'local_table_unknown', /catalogue/],
		['a table without a primary key', 'shop.keyless', 'local_table_key_unusable', /links work without it/],
		['a primary key of two columns', 'shop.two_keys', 'local_table_key_unusable', /take it out/],
		['a primary key of another type', 'shop.dated', 'local_table_key_unusable', /take it out/],
	])('is refused for %s, with the remedy', async (_what, name, code, remedy) => {
		await site.aside('CREATE OR REPLACE VIEW shop.seen AS SELECT 1 AS id');
		await site.aside('CREATE TABLE IF NOT EXISTS shop.keyless (id int)');
		await site.aside('CREATE TABLE IF NOT EXISTS shop.two_keys (tenant int, id int, PRIMARY KEY (tenant, id))');
		await site.aside('CREATE TABLE IF NOT EXISTS shop.dated (id date PRIMARY KEY)');
		expect(await failureOf(linkTo(name))).toMatchObject({
			class: 'rejected',
			code,
			remedy: expect.stringMatching(remedy) as string,
		});
	});

	it('is refused for a second table: all tenants share the link table', async () => {
		await site.aside('CREATE TABLE shop.one (id int PRIMARY KEY)');
		await site.aside('CREATE TABLE shop.other (id int PRIMARY KEY)');
		await linkTo('shop.one');
		const again = site.store.createLinkTables(`own${tables}`, [
			{ entity: 'order', columns: [], localTable: 'shop.other' },
		]);
		expect(await failureOf(again)).toMatchObject({
			code: 'local_table_taken',
			remedy: expect.stringContaining('DROP COLUMN') as string,
		});
	});

	it('names the rights that the store’s user lacks', async () => {
		const url = new URL(await site.newLocation());
		const owner = new Client({ connectionString: url.href });
		await owner.connect();
		await owner.query(`CREATE ROLE linker LOGIN PASSWORD 'links-only'`);
		await owner.query(`GRANT CREATE ON DATABASE ${url.pathname.slice(1)} TO linker`);
		await owner.query('CREATE TABLE public.orders (id int PRIMARY KEY)');
		Object.assign(url, { username: 'linker', password: 'links-only' });
		const { store, release } = await acquireStore(url.href, { idleCloseMs: 0 });
		const enable = async (one: Store) =>
			await one.createLinkTables('crm', [{ entity: 'order', columns: [], localTable: 'public.orders' }]);
		expect(await failureOf(enable(store))).toMatchObject({
			code: 'local_table_not_permitted',
			remedy: expect.stringContaining('GRANT SELECT, REFERENCES ON public.orders TO linker') as string,
		});
		await owner.query('GRANT SELECT, REFERENCES ON public.orders TO linker');
		await enable(store);
		release();
		await owner.end();
	});
});

describe('the embedded store', () => {
	const site = siteOf('sqlite');

	it('says that no foreign key can lead out of its file', async () => {
		const enabling = site.store.createLinkTables('crm', [{ entity: 'order', columns: [], localTable: 'orders' }]);
		expect(await failureOf(enabling)).toMatchObject({
			code: 'local_table_unreachable',
			remedy: expect.stringContaining('CROSSLINK_STORE_URL') as string,
		});
	});
});
