import { requireMariaDb } from '../../servers/mariadb';
import { startDatabaseSite } from './database-site';
import { startMariaDbSite } from './mariadb-site';
import { writingTests, type WritingSite } from './writing';

describe('writing to PostgreSQL', () => {
	let site: WritingSite;
	let stop: () => Promise<void>;
	beforeAll(async () => {
		const postgres = await startDatabaseSite();
		let users = 0;
		stop = () => postgres.stop();
		site = {
			...postgres,
			time: 'timestamptz(6)',
			json: 'jsonb',
			async statements() {
				const client = await postgres.session();
				return async (sql) => await client.query(sql);
			},
			async restricted(table, columns) {
				const user = `limited_${++users}`;
				await postgres.sql(`CREATE ROLE ${user} LOGIN PASSWORD 'reads-only'`);
				await postgres.sql(`GRANT SELECT ON ${table} TO ${user}`);
				if (columns) await postgres.sql(`GRANT UPDATE (${columns}) ON ${table} TO ${user}`);
				return { user, password: 'reads-only' };
			},
		};
	}, 60_000);
	afterAll(() => stop());
	writingTests(() => site);
});

if (requireMariaDb('writing to MariaDB')) {
	describe('writing to MariaDB', () => {
		let site: WritingSite;
		let stop: () => Promise<void>;
		beforeAll(async () => {
			const mariadb = await startMariaDbSite();
			let users = 0;
			stop = () => mariadb.stop();
			site = {
				...mariadb,
				time: 'timestamp(6)',
				json: 'json',
				async statements() {
					const client = await mariadb.session();
					return async (sql) => await client.query(sql);
				},
				async restricted(table, columns) {
					const user = `limited_${++users}`;
					await mariadb.sql(`CREATE USER ${user}@'%' IDENTIFIED BY 'reads-only'`);
					await mariadb.sql(`GRANT SELECT ON shop.${table} TO ${user}@'%'`);
					if (columns) await mariadb.sql(`GRANT UPDATE (${columns}) ON shop.${table} TO ${user}@'%'`);
					return { user, password: 'reads-only' };
				},
			};
		}, 60_000);
		afterAll(() => stop());
		writingTests(() => site);
	});
}
