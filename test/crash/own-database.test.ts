import { startDatabaseSite, type DatabaseSite } from '../conformance/database/database-site';
import { startMariaDbSite, type MariaDbSite } from '../conformance/database/mariadb-site';
import { requireMariaDb } from '../servers/mariadb';
import { until } from '../until';
import { startChild } from './child';
import { startSite, type Site } from './site';

const ORDERS = 20;

function tests(start: () => Promise<DatabaseSite | MariaDbSite>, time: string): void {
	let own: DatabaseSite | MariaDbSite;
	let site: Site;
	beforeAll(async () => {
		own = await start();
		site = await startSite('sqlite');
		await own.sql(`CREATE TABLE orders (id int PRIMARY KEY, name text, amount decimal(12, 2), salesnotes text, salesstage text,
			updated_at ${time} NOT NULL DEFAULT CURRENT_TIMESTAMP)`);
		for (let id = 1; id <= ORDERS; id++)
			await own.sql(`INSERT INTO orders (id, name, amount) VALUES (${id}, 'Order ${id}', ${id}.5)`);
	}, 60_000);
	afterAll(async () => {
		await site.stop();
		await own.stop();
	});
	const child = (mode = '') => startChild('sync-own', [site.argument, JSON.stringify(own.values), mode]);
	const notes = async () => (await own.sql('SELECT DISTINCT salesnotes FROM orders')).map((row) => row['salesnotes']);

	it('finds both sides equal after a kill -9 between the write and the confirmation', async () => {
		await child().done();
		await child().done();
		for (const { id } of site.hubspot.account.list('deals'))
			site.hubspot.account.edit('deals', id, { description: 'theirs' });
		const dying = child('unconfirmed');
		await until(() => dying.lines().includes('written'), 'the write', 60_000);
		await dying.kill();
		expect(await notes()).toEqual(['theirs']);
		const versions = await own.sql('SELECT id, updated_at FROM orders ORDER BY id');

		expect(await child().done()).toEqual(Array.from({ length: ORDERS }, () => 'unchanged 0'));
		expect(await own.sql('SELECT id, updated_at FROM orders ORDER BY id')).toEqual(versions);
		const links = await site.store.links('hubspot', 'order').page('default', { limit: 2 * ORDERS });
		expect(links.filter(({ syncStatus, inDoubt }) => syncStatus !== 'synced' || inDoubt)).toEqual([]);

		// What was agreed on is what is there: their next edit is no conflict, and ours goes over.
		for (const { id } of site.hubspot.account.list('deals'))
			site.hubspot.account.edit('deals', id, { description: 'again' });
		await own.sql(`UPDATE orders SET name = 'Ours', updated_at = CURRENT_TIMESTAMP(6)`);
		await child().done();
		expect(await notes()).toEqual(['again']);
		expect(new Set(site.hubspot.account.list('deals').map(({ properties }) => properties['dealname']))).toEqual(
			new Set(['Ours']),
		);
	}, 240_000);
}

describe('your own database in PostgreSQL', () => tests(startDatabaseSite, 'timestamptz(6)'));
if (requireMariaDb('your own database in MariaDB, killed')) {
	describe('your own database in MariaDB', () => tests(startMariaDbSite, 'timestamp(6)'));
}
