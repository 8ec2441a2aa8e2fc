import { database } from '../../../lib/adapters/database';
import { requireMariaDb } from '../../servers/mariadb';
import { conformance } from '../kit';
import { MARIADB, POSTGRESQL, startDatabaseHarness } from './database-harness';
import { startDatabaseSite, type DatabaseSite } from './database-site';
import { startMariaDbSite, type MariaDbSite } from './mariadb-site';

/** What a table cannot do, and what the server's own clock decides. */
const WITHOUT = {
	removing: 'rows are not deleted',
	associations: 'rows have foreign keys, no associations',
	changes: 'the clock cannot be moved; database-changes.test.ts and mariadb.test.ts hold the same promises to it',
};

describe('PostgreSQL', () => {
	let site: DatabaseSite;
	beforeAll(async () => {
		site = await startDatabaseSite();
	}, 60_000);
	afterAll(() => site.stop());
	conformance('your own database', database, () => startDatabaseHarness(site, POSTGRESQL), { without: WITHOUT });
});

if (requireMariaDb('the conformance of your own database in MariaDB')) {
	describe('MariaDB', () => {
		let site: MariaDbSite;
		beforeAll(async () => {
			site = await startMariaDbSite();
		}, 60_000);
		afterAll(() => site.stop());
		conformance('your own database', database, () => startDatabaseHarness(site, MARIADB), { without: WITHOUT });
	});
}
