import type { Pool, PoolClient, PoolConfig } from 'pg';
import type { Egress } from '../../transport/egress';
import { guardedSocket } from '../../transport/guarded-socket';
import { identityOf, type DatabaseConnection } from './connection';
import { CONNECT_TIMEOUT_MS, IDLE_CONNECTION_MS, POOL_SIZE } from './limits';
import { tlsOptions } from './tls';

/** One pool for each connection, for the whole process; it is forgotten when its last connection has been idle. */
const pools = new Map<string, Pool>();

/** A connection of the process's pool; give it back with `release`, `release(true)` when it may be of no more use. */
export async function takeClient(connection: DatabaseConnection, egress?: Egress): Promise<PoolClient> {
	await egress?.ask(connection.host, connection.port);
	const identity = identityOf(connection);
	const config = await configOf(connection, egress);
	const { default: pg } = await import('pg');
	const pool = pools.get(identity) ?? openPool(new pg.Pool(config), identity);
	return await pool.connect();
}

/** Asks the server to stop what `processId` is at, over a connection of its own: the pool may have none to spare. */
export async function cancelStatement(
	connection: DatabaseConnection,
	egress: Egress | undefined,
	processId: number,
): Promise<void> {
	const { default: pg } = await import('pg');
	const client = new pg.Client(await configOf(connection, egress));
	client.on('error', () => undefined);
	try {
		await client.connect();
		// Not the protocol's own cancel request: the driver sends that without TLS.
		await client.query('SELECT pg_cancel_backend($1)', [processId]);
	} finally {
		await client.end();
	}
}

function openPool(pool: Pool, identity: string): Pool {
	pools.set(identity, pool);
	// Somebody has to listen, else a connection that is cut ends the whole process. The next statement shows the failure.
	pool.on('error', () => undefined);
	pool.on('connect', (client) => client.on('error', () => undefined));
	pool.on('remove', () => {
		if (pool.totalCount === 0 && pool.waitingCount === 0 && pools.get(identity) === pool) pools.delete(identity);
	});
	return pool;
}

/** Every part is given, because the driver takes what is missing from PGHOST, PGPASSWORD, PGSSLMODE and the like. */
async function configOf(connection: DatabaseConnection, egress: Egress | undefined): Promise<PoolConfig> {
	const { host, port, database, user, password } = connection;
	return {
		host,
		port,
		database,
		user,
		// As a function, an empty password stays one.
		password: () => password,
		ssl: await tlsOptions(connection),
		...(egress && { stream: () => guardedSocket(egress.lookup) }),
		application_name: 'n8n-nodes-crosslink',
		max: POOL_SIZE,
		connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
		idleTimeoutMillis: IDLE_CONNECTION_MS,
		// An idle pool must not keep a process alive.
		allowExitOnIdle: true,
		keepAlive: true,
		// Text as the server writes it: a Date has no microseconds, a number no 19 digits.
		types: { getTypeParser: () => (text: string) => text },
	};
}
