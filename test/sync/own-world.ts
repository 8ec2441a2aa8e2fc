import type { EntityBinding } from '../../lib/adapters/adapter';
import { database } from '../../lib/adapters/database';
import type { OwnRecords } from '../../lib/sync/own-records';
import { createMemoryBudget } from '../../lib/transport/memory-budget';
import { createTransport } from '../../lib/transport/create-transport';
import { startDatabaseSite } from '../conformance/database/database-site';
import { startMariaDbSite } from '../conformance/database/mariadb-site';
import { requireMariaDb } from '../servers/mariadb';

/** Your own system in a real database: a table of orders, and the way of a run to it. */
export interface OwnSite {
	/** With another port where something stands in between. */
	own(port?: number): OwnRecords;
	port: number;
	sql(text: string): Promise<Array<Record<string, unknown>>>;
	order(id: string): Promise<Record<string, unknown> | undefined>;
	stop(): Promise<void>;
}

export const SYSTEMS: ReadonlyArray<[name: string, start: () => Promise<OwnSite>]> = [
	['PostgreSQL', async () => await ownSite(await startDatabaseSite(), 'timestamptz(6)', 'jsonb')],
	['MariaDB', async () => await ownSite(await startMariaDbSite(), 'timestamp(6)', 'json')],
];

/** Runs `tests` for each kind of database there is on this machine. */
export function inEachDatabase(what: string, tests: (start: () => Promise<OwnSite>) => void): void {
	for (const [name, start] of SYSTEMS) {
		const title = `${what} in ${name}`;
		if (name !== 'MariaDB' || requireMariaDb(title)) describe(title, () => tests(start));
	}
}

/** Column names of a database, not those of the rules: \`due_date\` is your \`dueDate\`. */
const BINDING: EntityBinding = {
	entity: 'order',
	displayName: 'Order',
	object: 'orders',
	fields: [
		['id', 'id'],
		['name', 'title'],
		['amount', 'amount'],
		['dueDate', 'due_date'],
		['salesStage', 'sales_stage'],
		['salesNotes', 'sales_notes'],
		['extra', 'extra'],
	].map(([local = '', external = '']) => ({
		...{ local, external, direction: 'both', owner: 'local', policy: 'owner', strength: 'onChange' },
	})),
	associations: [],
	linkColumns: [],
	keyField: 'id',
	onCreate: {},
	onDelete: 'ignore',
	source: { id: 'id', changed: 'updated_at' },
};

type Site = Awaited<ReturnType<typeof startDatabaseSite>> | Awaited<ReturnType<typeof startMariaDbSite>>;

async function ownSite(site: Site, time: string, json: string): Promise<OwnSite> {
	await site.sql(`CREATE TABLE orders (id bigint PRIMARY KEY, title text, amount decimal(12, 2), due_date date, sales_stage varchar(20),
		sales_notes text, extra ${json}, updated_at ${time} NOT NULL DEFAULT CURRENT_TIMESTAMP)`);
	const transport = createTransport({
		http: () => Promise.reject(new Error('a database is not asked over HTTP')),
		budget: createMemoryBudget(),
		account: 'test',
		limits: database.limits,
		secrets: [],
	});
	return {
		port: Number(site.values['port']),
		own: (port) => ({
			integration: 'database',
			binding: BINDING,
			adapter: database.create({
				connection: { ...site.values, ...(port !== undefined && { port: String(port) }) },
				transport,
			}),
			promises: database.promises,
		}),
		sql: async (text) => await site.sql(text),
		order: async (id) => (await site.sql(`SELECT * FROM orders WHERE id = ${Number(id)}`))[0],
		stop: () => site.stop(),
	};
}
