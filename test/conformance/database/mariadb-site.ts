import { createConnection, type Connection } from 'mysql2/promise';
import type { Adapter } from '../../../lib/adapters/adapter';
import { database } from '../../../lib/adapters/database';
import { createTransport } from '../../../lib/transport/create-transport';
import type { Egress } from '../../../lib/transport/egress';
import { createMemoryBudget } from '../../../lib/transport/memory-budget';
import { startMariaDb, type MariaDbServer } from '../../servers/mariadb';

export interface MariaDbSite {
	server: MariaDbServer;
	/** Connection values of a user with all rights. */
	values: Record<string, string>;
	/** As whoever owns the tables, beside the adapter. */
	sql(text: string, values?: unknown[]): Promise<Array<Record<string, unknown>>>;
	/** A session of its own; closed with the site. */
	session(user?: { user: string; password: string }): Promise<Connection>;
	adapter(changes?: Record<string, string>, signal?: AbortSignal, egress?: Egress): Adapter;
	stop(): Promise<void>;
}

/** A real MariaDB with an empty database. */
export async function startMariaDbSite(options: string[] = []): Promise<MariaDbSite> {
	const server = await startMariaDb(options);
	const values = {
		type: 'mysql',
		host: '127.0.0.1',
		port: String(server.port),
		database: 'shop',
		user: server.user,
		password: server.password,
		sslMode: 'disable',
	};
	const sessions: Connection[] = [];
	const open = async ({ user, password }: { user: string; password: string }, name?: string): Promise<Connection> => {
		const { host, port } = values;
		const client = await createConnection({
			host,
			port: Number(port),
			user,
			password,
			...(name && { database: name }),
		});
		client.on('error', () => undefined);
		sessions.push(client);
		return client;
	};
	const first = await open(server);
	await first.query('CREATE DATABASE shop CHARACTER SET utf8mb4');
	await first.query('USE shop');
	return {
		server,
		values,
		session: async (as = server) => await open(as, 'shop'),
		sql: async (text, parameters) => {
			const [rows] = await first.query(text, parameters);
			return Array.isArray(rows) ? (rows as Array<Record<string, unknown>>) : [];
		},
		adapter: (changes, signal, egress) => adapterOf({ ...values, ...changes }, signal, egress),
		stop: async () => {
			await Promise.all(sessions.map(async (client) => await client.end().catch(() => undefined)));
			await server.stop();
		},
	};
}

function adapterOf(connection: Record<string, string>, signal?: AbortSignal, egress?: Egress): Adapter {
	const transport = createTransport({
		http: () => Promise.reject(new Error('a database is not asked over HTTP')),
		budget: createMemoryBudget(),
		account: 'test',
		limits: database.limits,
		secrets: [],
	});
	return database.create({ connection, transport, signal, egress });
}
