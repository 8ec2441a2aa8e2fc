import { connect, isIP } from 'node:net';
import type { ConnectionOptions } from 'node:tls';
import type { Pool, PoolConnection, PoolOptions, SslOptions } from 'mysql2';
import type { Egress } from '../../../transport/egress';
import { identityOf, type DatabaseConnection } from '../connection';
import { CONNECT_TIMEOUT_MS, IDLE_CONNECTION_MS, POOL_SIZE } from '../limits';
import { tlsOptions } from '../tls';

/** One pool for each connection, for the whole process; it is closed when nobody has used it for a while. */
const pools = new Map<string, { pool: Pool; users: number; closing?: NodeJS.Timeout }>();

/** A connection of the process's pool; give it back with `release`, `release(true)` when it may be of no more use. */
export async function takeConnection(
	connection: DatabaseConnection,
	egress: Egress | undefined,
): Promise<{ client: PoolConnection; release: (broken?: boolean) => void }> {
	await egress?.ask(connection.host, connection.port);
	const identity = identityOf(connection);
	const options = await optionsOf(connection, egress);
	const { createPool } = await import('mysql2');
	const entry = pools.get(identity) ?? { pool: createPool(options), users: 0 };
	pools.set(identity, entry);
	clearTimeout(entry.closing);
	entry.users += 1;
	const leave = (): void => {
		entry.users -= 1;
		if (entry.users > 0) return;
		// The driver's idle connections hold the process; ours end with the last one's time, and never hold it.
		entry.closing = setTimeout(() => {
			if (pools.get(identity) === entry) pools.delete(identity);
			entry.pool.end(() => undefined);
		}, IDLE_CONNECTION_MS).unref();
	};
	try {
		const client = await connected(entry.pool);
		let given = false;
		return {
			client,
			release(broken = false) {
				if (given) return;
				given = true;
				if (broken) client.destroy();
				else {
					socketOf(client)?.unref?.();
					client.release();
				}
				leave();
			},
		};
	} catch (thrown) {
		leave();
		throw thrown;
	}
}

/** Asks the server to stop what the connection `id` is at, over a connection of its own. */
export async function killStatement(
	connection: DatabaseConnection,
	egress: Egress | undefined,
	id: number,
): Promise<void> {
	const { createConnection } = await import('mysql2');
	const client = createConnection(await optionsOf(connection, egress));
	client.on('error', () => undefined);
	await new Promise<void>((resolve) => client.query(`KILL QUERY ${Math.trunc(id)}`, () => resolve()));
	client.end(() => undefined);
}

async function connected(pool: Pool): Promise<PoolConnection> {
	return await new Promise((resolve, reject) => {
		const timer = setTimeout(() => reject(new Error('connection timeout')), CONNECT_TIMEOUT_MS);
		pool.getConnection((error, client) => {
			clearTimeout(timer);
			if (error) return reject(error);
			// Somebody has to listen, else a connection that is cut ends the whole process.
			if (client.listenerCount('error') < 2) client.on('error', () => undefined);
			socketOf(client)?.ref?.();
			resolve(client);
		});
	});
}

function socketOf(client: PoolConnection): { ref?: () => void; unref?: () => void } | undefined {
	return (client as unknown as { stream?: { ref?: () => void; unref?: () => void } }).stream;
}

/** The driver has a switch of its own for the host name instead of a function. */
function driversTls(
	{ checkServerIdentity: _ours, ...material }: ConnectionOptions,
	verifyIdentity: boolean,
): SslOptions {
	return { ...(material as SslOptions), rejectUnauthorized: material.rejectUnauthorized === true, verifyIdentity };
}

async function optionsOf(connection: DatabaseConnection, egress: Egress | undefined): Promise<PoolOptions> {
	const { host, port, database, user, password, sslMode } = connection;
	const tls = await tlsOptions(connection);
	return {
		// The driver checks an address against "localhost"; with a dot behind it, Node's own check sees the address again.
		host: sslMode === 'verify-full' && isIP(host) ? `${host}.` : host,
		port,
		// The address that is really used is asked about again, where n8n has an egress filter.
		stream: () => connect({ host, port, keepAlive: true, noDelay: true, ...(egress && { lookup: egress.lookup }) }),
		database,
		user,
		password,
		...(tls !== false && { ssl: driversTls(tls, sslMode === 'verify-full') }),
		charset: 'utf8mb4',
		connectTimeout: CONNECT_TIMEOUT_MS,
		connectionLimit: POOL_SIZE,
		// A server must not be able to ask for files of this machine.
		flags: ['-LOCAL_FILES'],
		disableEval: true,
		rowsAsArray: true,
		// Text as the server writes it: a Date has no microseconds, a number no 19 digits.
		typeCast: (field) => field.string('utf8'),
	};
}
