import { TLS_FIELD_NAMES } from '../transport/tls/unusable';
import type { ConnectionField } from './adapter';

const optional = { required: false } as const;

/** The authority that signed the server's certificate. */
export const CA_FIELD: ConnectionField = {
	name: 'ca',
	displayName: TLS_FIELD_NAMES.ca,
	secret: false,
	...optional,
	file: 'text',
};

/** Own authority and client certificate, read by `readTls`; for adapters that open connections themselves. */
export const TLS_FIELDS: readonly ConnectionField[] = [
	CA_FIELD,
	{
		name: 'clientCertificate',
		displayName: TLS_FIELD_NAMES.clientCertificate,
		secret: false,
		...optional,
		file: 'text',
	},
	{ name: 'clientKey', displayName: TLS_FIELD_NAMES.clientKey, secret: true, ...optional, file: 'text' },
	{
		name: 'clientKeyPassphrase',
		displayName: TLS_FIELD_NAMES.clientKeyPassphrase,
		secret: true,
		...optional,
	},
	{ name: 'pfx', displayName: TLS_FIELD_NAMES.pfx, secret: true, ...optional, file: 'binary' },
];

/** Secret, because a password may be in it. */
const PROXY_FIELD: ConnectionField = { name: 'proxy', displayName: 'Proxy', secret: true, ...optional };

/** For the connection of every adapter that calls over the transport, which then obeys them by itself. */
export const NETWORK_FIELDS: readonly ConnectionField[] = [...TLS_FIELDS, PROXY_FIELD];
