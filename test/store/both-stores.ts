import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type * as NodeSqlite from 'node:sqlite';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { acquireStore, closeAllStores } from '../../lib/store/open';
import type { LinkTable, Store } from '../../lib/store/store';
import { startPostgres, type PostgresServer } from '../servers/postgres';

const builtin = createRequire(__filename);

/** What a test has: a store on an empty database, and ways around it. */
export interface StoreSite {
	readonly kind: 'postgres' | 'sqlite';
	readonly location: string;
	readonly store: Store;
	/** A link table nobody else uses. */
	newLinks(columns?: string[]): Promise<LinkTable>;
	/** The location of a new, empty database. */
	newLocation(): Promise<string>;
	/** SQL on a connection of its own, beside the store; `crosslink.` is cut off for SQLite. */
	aside(sql: string, location?: string): Promise<unknown[]>;
	/** PostgreSQL only. */
	readonly server: PostgresServer;
}

/** Runs the same tests on a real PostgreSQL and on the embedded store. */
export function describeOnBothStores(name: string, tests: (site: StoreSite) => void): void {
	describe.each(['postgres', 'sqlite'] as const)(`${name} (%s)`, (kind) => tests(siteOf(kind)));
}

export function siteOf(kind: 'postgres' | 'sqlite'): StoreSite {
	let server: PostgresServer | undefined;
	let folder = '';
	let location = '';
	let store: Store | undefined;
	let tables = 0;
	let files = 0;

	beforeAll(async () => {
		folder = await mkdtemp(join(tmpdir(), 'crosslink-store-'));
		if (kind === 'postgres') server = await startPostgres();
		location = await newLocation();
		({ store } = await acquireStore(location));
	});
	afterAll(async () => {
		await closeAllStores();
		await server?.stop();
		await rm(folder, { recursive: true, force: true });
	});

	async function newLocation(): Promise<string> {
		return server ? await server.createDatabase() : `sqlite:${join(folder, `store-${++files}.db`)}`;
	}
	function required<T>(value: T | undefined): T {
		if (value === undefined) throw new Error('The store is there only while a test runs.');
		return value;
	}

	return {
		kind,
		get location() {
			return location;
		},
		get store() {
			return required(store);
		},
		get server() {
			return required(server);
		},
		newLocation,
		async newLinks(columns = []) {
			const integration = `crm${++tables}`;
			await required(store).createLinkTables(integration, [{ entity: 'order', columns }]);
			return required(store).links(integration, 'order');
		},
		async aside(sql, where = location) {
			return kind === 'postgres' ? await onPostgres(where, sql) : onSqlite(where, sql);
		},
	};
}

async function onPostgres(url: string, sql: string): Promise<unknown[]> {
	const client = new Client({ connectionString: url });
	await client.connect();
	try {
		return (await client.query(sql)).rows as unknown[];
	} finally {
		await client.end();
	}
}

function onSqlite(location: string, sql: string): unknown[] {
	const { DatabaseSync } = builtin('node:sqlite') as typeof NodeSqlite;
	const database = new DatabaseSync(location.replace(/^sqlite:/, ''), { timeout: 5_000 });
	try {
		return database.prepare(sql.replaceAll('crosslink.', '')).all();
	} finally {
		database.close();
	}
}

/** The error a promise ends with; fails when it does not. */
export async function failureOf(promise: Promise<unknown>): Promise<unknown> {
	try {
		await promise;
	} catch (error) {
		return error;
	}
	throw new Error('This should have failed.');
}
