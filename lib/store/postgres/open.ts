import type Pg from 'pg';
import type { PoolClient, PoolConfig } from 'pg';
import type { Egress } from '../../transport/egress';
import { guardedSocket } from '../../transport/guarded-socket';
import type { Database } from '../dialect';
import { migratePostgres } from '../migrations/run';
import { MIGRATIONS, MIGRATIONS_TABLE } from '../migrations';
import { POOL_SIZE, PostgresDatabase } from './database';
import { SCHEMA } from './dialect';
import { explainPostgres } from './explain';
import { ownTypes } from './types';

const CONNECT_TIMEOUT_MS = 10_000;
const IDLE_CONNECTION_MS = 30_000;
/** Longest a statement may run on the server. */
const STATEMENT_TIMEOUT_MS = 60_000;
/** A process that froze in the middle of a transaction must not hold its locks for ever. */
const IDLE_IN_TRANSACTION_TIMEOUT_MS = 60_000;

/**
 * The driver with somebody listening to each connection from its first moment: one that is cut while it is in use, between
 * two statements, would otherwise end the whole n8n process. The next statement on it fails, and is run again elsewhere.
 */
function withListeners(driver: typeof Pg): typeof Pg {
	class ListeningPool extends driver.Pool {
		constructor(options?: PoolConfig) {
			super(options);
			this.on('connect', (client) => {
				client.on('error', () => undefined);
				answerByCallback(client);
			});
		}
	}
	return Object.assign(Object.create(driver) as typeof Pg, { Pool: ListeningPool });
}

/**
 * Of a query that answers by a promise pg leaves all rows in memory until the next full garbage collection; of one that
 * answers by callback nothing (100,000 links read in pages: 100 MB more).
 */
function answerByCallback(client: PoolClient): void {
	const query = client.query.bind(client) as (...given: unknown[]) => unknown;
	const answering = (...given: unknown[]): unknown => {
		const [sql, values] = given;
		if (typeof sql !== 'string' || given.some((one) => typeof one === 'function')) return query(...given);
		return new Promise((resolve, reject) => {
			query(sql, values, (error: Error | null, result: unknown) => (error ? reject(error) : resolve(result)));
		});
	};
	client.query = answering as PoolClient['query'];
}

/**
 * Connects, and brings the schema up to date.
 * @throws CrosslinkError unreachable, login refused, newer schema, ...
 */
export async function openPostgres(url: string, location: string, egress?: Egress): Promise<Database> {
	const { DataSource } = await import('typeorm');
	const pg = await import('pg');
	const source = new DataSource({
		type: 'postgres',
		driver: withListeners(pg.default),
		url,
		schema: SCHEMA,
		migrations: [...MIGRATIONS],
		migrationsTableName: MIGRATIONS_TABLE,
		synchronize: false,
		logging: false,
		installExtensions: false,
		poolSize: POOL_SIZE,
		connectTimeoutMS: CONNECT_TIMEOUT_MS,
		applicationName: 'n8n-nodes-crosslink',
		// Somebody has to listen: an idle connection that ends would take the whole process with it. There is nothing to
		// do, the pool has dropped it and the next statement connects anew.
		poolErrorHandler: () => undefined,
		extra: {
			idleTimeoutMillis: IDLE_CONNECTION_MS,
			statement_timeout: STATEMENT_TIMEOUT_MS,
			idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_TIMEOUT_MS,
			keepAlive: true,
			// An idle pool must not keep a process alive.
			allowExitOnIdle: true,
			types: ownTypes(pg.default.types),
			...(egress && { stream: () => guardedSocket(egress.lookup) }),
		},
	});
	try {
		await source.initialize();
		await migratePostgres(source, location);
	} catch (error) {
		if (source.isInitialized) await source.destroy().catch(() => undefined);
		throw explainPostgres(error, location);
	}
	return new PostgresDatabase(source, location);
}
