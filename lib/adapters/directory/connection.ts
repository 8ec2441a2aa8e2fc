import { isIP } from 'node:net';
import { CrosslinkError } from '../../errors';
import type { TlsValues } from '../../transport/tls/read-tls';
import type { ConnectionField, ConnectionValues } from '../adapter';
import { TLS_FIELDS } from '../network-fields';

/** `tls` speaks TLS from the first byte (LDAPS), `startTls` turns it on before anything else is said, `none` never. */
export const SECURITIES = ['tls', 'startTls', 'none'] as const;
export type Security = (typeof SECURITIES)[number];

export const CONNECTION_FIELDS: ConnectionField[] = [
	{ name: 'host', displayName: 'Host', secret: false, required: true },
	// Empty = the usual port of the chosen security.
	{ name: 'port', displayName: 'Port', secret: false, required: false, default: '' },
	{ name: 'security', displayName: 'Security', secret: false, required: false, default: 'tls' },
	{ name: 'bindDn', displayName: 'Bind DN', secret: false, required: false },
	{ name: 'bindPassword', displayName: 'Bind Password', secret: true, required: false },
	{ name: 'baseDn', displayName: 'Base DN', secret: false, required: false },
	{ name: 'tlsServerName', displayName: 'TLS Server Name', secret: false, required: false },
	...TLS_FIELDS,
];

/** Who the adapter is: a name with its password, or whoever the client certificate says (SASL EXTERNAL). */
export type Identity = { dn: string; password: string } | 'certificate';

/** A connection taken apart and checked. */
export interface DirectoryConnection {
	host: string;
	port: number;
	security: Security;
	identity: Identity;
	/** Undefined = what the server names as its default. */
	baseDn: string | undefined;
	/** Own authority and client certificate, as given. */
	tls: TlsValues;
	/** Name that the server's certificate is checked against, where it is not the host. */
	serverName: string | undefined;
	/** `host:port`, for messages. */
	shown: string;
}

/** @throws CrosslinkError `auth`, `connection_incomplete`, naming the field */
export function readConnection(values: ConnectionValues): DirectoryConnection {
	const text = (name: string): string | undefined => {
		const value = values[name]?.trim() || undefined;
		if (value?.includes('\0')) throw unusable(name, 'It holds a character that no name has.');
		return value;
	};
	const host = text('host');
	if (host === undefined) throw unusable('host', 'Give the name or address of the directory server.');
	if (/[\s/]|^[^[]*:\d+$/.test(host) && isIP(host) === 0) {
		throw unusable('host', 'Give the name alone, without ldap:// and without a port; those have fields of their own.');
	}
	const security = SECURITIES.find((one) => one === (text('security') ?? 'tls'));
	if (security === undefined) throw unusable('security', `Choose one of: ${SECURITIES.join(', ')}.`);
	const port = readPort(text('port'), security);
	const tls: TlsValues = Object.fromEntries(
		TLS_FIELDS.flatMap(({ name }) => (values[name]?.trim() ? [[name, values[name].trim()]] : [])),
	);
	const certified = security !== 'none' && (tls.clientCertificate !== undefined || tls.pfx !== undefined);
	return {
		host,
		port,
		security,
		identity: readIdentity(text('bindDn'), values['bindPassword'], certified),
		baseDn: text('baseDn'),
		tls,
		serverName: text('tlsServerName'),
		shown: `${host.includes(':') ? `[${host}]` : host}:${port}`,
	};
}

/** A name without a password would be an anonymous bind on many servers, and all they hide would look deleted. */
function readIdentity(dn: string | undefined, password: string | undefined, certified: boolean): Identity {
	if (dn === undefined) {
		if (certified && !password) return 'certificate';
		throw unusable('bindDn', 'Give the name of a user that may read the directory, or a client certificate.');
	}
	if (!password) throw unusable('bindPassword', 'Give the password of the bind user; an empty one is anonymous.');
	return { dn, password };
}

function readPort(value: string | undefined, security: Security): number {
	const port = value === undefined ? (security === 'tls' ? 636 : 389) : Number(value);
	if (Number.isInteger(port) && port > 0 && port < 65_536) return port;
	throw unusable('port', 'Give a number from 1 to 65535: usually 636 for TLS, 389 for StartTLS.');
}

function unusable(field: string, remedy: string): CrosslinkError {
	return new CrosslinkError({
		class: 'auth',
		code: 'connection_incomplete',
		message: `The directory connection has no usable value for "${field}".`,
		remedy,
	});
}
