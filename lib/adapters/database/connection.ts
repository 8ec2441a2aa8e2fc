import { createHash } from 'node:crypto';
import { CrosslinkError } from '../../errors';
import type { TlsValues } from '../../transport/tls/read-tls';
import type { ConnectionField, ConnectionValues } from '../adapter';
import { TLS_FIELDS } from '../network-fields';

/**
 * As libpq means them, with nothing in between: `require` encrypts without looking at the certificate, `verify-ca` checks
 * who signed it, `verify-full` the host name, too.
 */
export const SSL_MODES = ['disable', 'require', 'verify-ca', 'verify-full'] as const;
export type SslMode = (typeof SSL_MODES)[number];

/** Which kind of server it is; `mysql` stands for MariaDB, too. */
export const SYSTEMS = ['postgresql', 'mysql'] as const;
export type DatabaseSystem = (typeof SYSTEMS)[number];
const USUAL_PORT: Record<DatabaseSystem, number> = { postgresql: 5432, mysql: 3306 };

export const CONNECTION_FIELDS: ConnectionField[] = [
	{ name: 'type', displayName: 'Type', secret: false, required: false, default: 'postgresql' },
	{ name: 'host', displayName: 'Host', secret: false, required: true },
	{ name: 'port', displayName: 'Port', secret: false, required: false, default: '' },
	{ name: 'database', displayName: 'Database', secret: false, required: true },
	{ name: 'user', displayName: 'User', secret: false, required: true },
	{ name: 'password', displayName: 'Password', secret: true, required: false },
	{ name: 'sslMode', displayName: 'SSL Mode', secret: false, required: false, default: 'verify-full' },
	...TLS_FIELDS,
];

/** A connection taken apart and checked. */
export interface DatabaseConnection {
	type: DatabaseSystem;
	host: string;
	port: number;
	database: string;
	user: string;
	password: string;
	sslMode: SslMode;
	/** Own authority and client certificate, as given. */
	tls: TlsValues;
	/** `host:port/database`, for messages. */
	shown: string;
}

/** @throws CrosslinkError `auth`, `connection_incomplete`, naming the field */
export function readConnection(values: ConnectionValues): DatabaseConnection {
	const text = (name: string): string => {
		const value = values[name]?.trim();
		if (!value || value.includes('\0')) throw unusable(name, `Give the ${name} of the database.`);
		return value;
	};
	const host = text('host');
	const database = text('database');
	const type = readType(values['type']);
	const port = readPort(values['port'], type);
	const sslMode = SSL_MODES.find((mode) => mode === (values['sslMode']?.trim() || 'verify-full'));
	if (sslMode === undefined) throw unusable('sslMode', `Choose one of: ${SSL_MODES.join(', ')}.`);
	return {
		type,
		host,
		port,
		database,
		user: text('user'),
		password: values['password'] ?? '',
		sslMode,
		tls: Object.fromEntries(
			TLS_FIELDS.flatMap(({ name }) => (values[name]?.trim() ? [[name, values[name].trim()]] : [])),
		),
		shown: `${host.includes(':') ? `[${host}]` : host}:${port}/${database}`,
	};
}

/** Equal for equal connections; a hash, because the password is in it. */
export function identityOf(connection: DatabaseConnection): string {
	return createHash('sha256').update(JSON.stringify(connection)).digest('hex');
}

function readType(value: string | undefined): DatabaseSystem {
	const given = value?.trim().toLowerCase() || 'postgresql';
	// Its own name is what people would type.
	const type = SYSTEMS.find((system) => system === (given === 'mariadb' ? 'mysql' : given));
	if (type !== undefined) return type;
	throw unusable('type', 'Choose one of: postgresql, mysql (which stands for MariaDB, too).');
}

function readPort(value: string | undefined, type: DatabaseSystem): number {
	const port = Number(value?.trim() || USUAL_PORT[type]);
	if (Number.isInteger(port) && port > 0 && port < 65_536) return port;
	throw unusable(
		'port',
		'Give a number from 1 to 65535; PostgreSQL listens on 5432, MySQL and MariaDB on 3306 unless told otherwise.',
	);
}

function unusable(field: string, remedy: string): CrosslinkError {
	return new CrosslinkError({
		class: 'auth',
		code: 'connection_incomplete',
		message: `The database connection has no usable value for "${field}".`,
		remedy,
	});
}
