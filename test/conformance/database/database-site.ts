import { Client } from 'pg';
import type {
	Adapter,
	ChangePage,
	Cursor,
	EntityBinding,
	ExternalRecord,
	RecordSource,
} from '../../../lib/adapters/adapter';
import { database } from '../../../lib/adapters/database';
import { CrosslinkError } from '../../../lib/errors';
import { createMemoryBudget } from '../../../lib/transport/memory-budget';
import { createTransport } from '../../../lib/transport/create-transport';
import { startPostgres, type PostgresServer } from '../../servers/postgres';

/** Pages after which something is plainly wrong. */
const TOO_MANY_PAGES = 1_000;

export interface DatabaseSite {
	server: PostgresServer;
	/** Connection values of the superuser. */
	values: Record<string, string>;
	/** As whoever owns the tables, beside the adapter. */
	sql(text: string, values?: unknown[]): Promise<Array<Record<string, unknown>>>;
	/** A session of its own; closed with the site. */
	session(user?: { user: string; password: string }): Promise<Client>;
	adapter(changes?: Record<string, string>, signal?: AbortSignal): Adapter;
	stop(): Promise<void>;
}

/** A real PostgreSQL with an empty database. */
export async function startDatabaseSite(): Promise<DatabaseSite> {
	const server = await startPostgres();
	await prepareServer(server);
	const url = new URL(await server.createDatabase());
	const values = {
		host: url.hostname,
		port: url.port,
		database: url.pathname.slice(1),
		user: url.username,
		password: url.password,
		sslMode: 'disable',
	};
	const sessions: Client[] = [];
	const session: DatabaseSite['session'] = async (as) => {
		const client = new Client({ ...values, port: Number(values.port), ...as });
		client.on('error', () => undefined);
		sessions.push(client);
		await client.connect();
		return client;
	};
	const owner = await session();
	return {
		server,
		values,
		session,
		sql: async (text, parameters) => (await owner.query<Record<string, unknown>>(text, parameters)).rows,
		adapter: (changes, signal) => {
			const transport = createTransport({
				http: () => Promise.reject(new Error('a database is not asked over HTTP')),
				budget: createMemoryBudget(),
				account: 'test',
				limits: database.limits,
				secrets: [],
			});
			return database.create({ connection: { ...values, ...changes }, transport, signal });
		},
		stop: async () => {
			await Promise.all(sessions.map(async (client) => await client.end().catch(() => undefined)));
			await server.stop();
		},
	};
}

/** Prepared transactions are off unless a server is told otherwise, and that takes a restart. */
async function prepareServer(server: PostgresServer): Promise<void> {
	const client = new Client({ connectionString: server.url });
	await client.connect();
	await client.query('ALTER SYSTEM SET max_prepared_transactions = 5');
	await client.end();
	await server.restart();
}

export function bindingOf(object: string, source?: Partial<RecordSource>): EntityBinding {
	return {
		entity: 'order',
		displayName: 'Order',
		object,
		fields: [],
		associations: [],
		linkColumns: [],
		keyField: database.keyField,
		onCreate: {},
		onDelete: 'ignore',
		source: { id: 'id', changed: 'updated_at', ...source },
	};
}

export async function changes(
	adapter: Adapter,
	binding: EntityBinding,
	cursor: Cursor | 'now' | 'beginning',
	fields: string[] = [],
): Promise<ChangePage> {
	if (!adapter.changesSince) throw new Error('the adapter follows no changes');
	return await adapter.changesSince(binding, cursor, fields);
}

/** All pages of one poll; the position goes through JSON between them, as the store keeps it. */
export async function poll(
	adapter: Adapter,
	binding: EntityBinding,
	from: Cursor | 'beginning',
	fields: string[] = [],
): Promise<{ records: ExternalRecord[]; cursor: Cursor; pages: number }> {
	const records: ExternalRecord[] = [];
	let cursor = from;
	for (let pages = 1; pages <= TOO_MANY_PAGES; pages++) {
		const page = await changes(adapter, binding, cursor, fields);
		expect(JSON.stringify(page.cursor).length).toBeLessThan(500);
		records.push(...page.records);
		cursor = JSON.parse(JSON.stringify(page.cursor)) as Cursor;
		if (!page.more) return { records, cursor, pages };
	}
	throw new Error('the pages do not end');
}

export const idsOf = (records: ExternalRecord[]): string[] => records.map((record) => record.externalId);

export async function failureOf(promise: Promise<unknown>): Promise<CrosslinkError> {
	const thrown = await promise.then(
		() => undefined,
		(error: unknown) => error,
	);
	if (thrown instanceof CrosslinkError) return thrown;
	throw new Error(`expected a CrosslinkError, got ${String(thrown)}`);
}
