import { createHash } from 'node:crypto';
import { CrosslinkError } from '../../errors';
import type { TlsValues } from '../../transport/tls/read-tls';
import type { ConnectionField, ConnectionValues, Mode } from '../adapter';
import { TLS_FIELDS } from '../network-fields';
import { isAddress } from './addresses';

/** `tls`: from the first byte; `starttls`: begins in the clear and must switch before anything is said; `none`: never. */
export const SECURITIES = ['starttls', 'tls', 'none'] as const;
export const AUTHENTICATIONS = ['password', 'oauth2', 'none'] as const;

export const CONNECTION_FIELDS: ConnectionField[] = [
	{ name: 'host', displayName: 'Host', secret: false, required: true },
	{ name: 'port', displayName: 'Port', secret: false, required: false, default: '587' },
	{ name: 'security', displayName: 'Security', secret: false, required: false, default: 'starttls' },
	{ name: 'from', displayName: 'From', secret: false, required: true },
	{ name: 'authentication', displayName: 'Authentication', secret: false, required: false, default: 'password' },
	{ name: 'user', displayName: 'User', secret: false, required: false },
	{ name: 'password', displayName: 'Password', secret: true, required: false },
	{ name: 'tokenUrl', displayName: 'Token URL', secret: false, required: false },
	{ name: 'clientId', displayName: 'Client ID', secret: false, required: false },
	{ name: 'clientSecret', displayName: 'Client Secret', secret: true, required: false },
	{ name: 'refreshToken', displayName: 'Refresh Token', secret: true, required: false },
	{ name: 'scope', displayName: 'Scope', secret: false, required: false },
	...TLS_FIELDS,
];

/** How the sender proves who it is. */
export type MailLogin =
	| { by: 'none' }
	| { by: 'password'; user: string; password: string }
	| {
			by: 'oauth2';
			user: string;
			tokenUrl: string;
			clientId: string;
			clientSecret: string;
			refreshToken: string;
			scope: string;
	  };

/** A connection taken apart and checked. */
export interface MailConnection {
	host: string;
	port: number;
	security: (typeof SECURITIES)[number];
	from: string;
	login: MailLogin;
	tls: TlsValues;
	/** `host:port`, for messages. */
	shown: string;
}

/**
 * Over the internet mail goes encrypted and with a login; inside the own network a relay may do without either.
 * @throws CrosslinkError `auth`: `connection_incomplete`, `connection_value_invalid`, naming the field
 */
export function readConnection(values: ConnectionValues, mode: Mode): MailConnection {
	const host = requiredText(values, 'host', 'Give the name of the mail server, for example smtp.example.com.');
	const from = requiredText(values, 'from', 'Give the address that mails come from.');
	if (!isAddress(from))
		throw invalid('from', 'is no mail address', 'Give the address alone, for example crosslink@example.com.');
	const port = Number(textOf(values, 'port') || 587);
	if (!Number.isInteger(port) || port < 1 || port > 65_535) {
		throw invalid('port', 'is no port', 'Give a number from 1 to 65535: 587 for STARTTLS, 465 for TLS, 25 for relays.');
	}
	const security = oneOf(values, 'security', SECURITIES, 'starttls');
	const login = readLogin(values);
	if (mode === 'cloud' && security === 'none') {
		throw invalid(
			'security',
			'is "none", which sends everything unencrypted',
			'Use "starttls" or "tls"; a relay of your own network is reached in mode "onprem".',
		);
	}
	if (mode === 'cloud' && login.by === 'none') {
		throw invalid(
			'authentication',
			'is "none"',
			'Use "password" or "oauth2"; a relay of your own network is reached in mode "onprem".',
		);
	}
	if (security === 'none' && login.by !== 'none') {
		throw invalid(
			'security',
			'is "none", which would send the login unencrypted',
			'Use "starttls" or "tls", or set "authentication" to "none".',
		);
	}
	return {
		host,
		port,
		security,
		from,
		login,
		tls: Object.fromEntries(
			TLS_FIELDS.flatMap(({ name }) => (textOf(values, name) ? [[name, textOf(values, name)]] : [])),
		),
		shown: `${host.includes(':') ? `[${host}]` : host}:${port}`,
	};
}

function readLogin(values: ConnectionValues): MailLogin {
	const by = oneOf(values, 'authentication', AUTHENTICATIONS, 'password');
	if (by === 'none') return { by };
	const user = requiredText(
		values,
		'user',
		'Give the user, or set "authentication" to "none" for a relay that asks for none.',
	);
	if (by === 'password') {
		return {
			by,
			user,
			password: requiredText(values, 'password', 'Give the password, or set "authentication" to "none".'),
		};
	}
	const tokenUrl = requiredText(values, 'tokenUrl', 'Give the token URL of the identity provider.');
	if (!URL.canParse(tokenUrl) || !/^https?:$/.test(new URL(tokenUrl).protocol)) {
		throw invalid('tokenUrl', 'is no http or https address', 'Copy it from the identity provider.');
	}
	return {
		by,
		user,
		tokenUrl,
		clientId: requiredText(values, 'clientId', 'Give the ID of the app that was registered for this.'),
		clientSecret: textOf(values, 'clientSecret'),
		refreshToken: textOf(values, 'refreshToken'),
		scope: textOf(values, 'scope'),
	};
}

/** Equal for equal connections; a hash, because secrets are in it. */
export function identityOf(connection: MailConnection, token: string): string {
	return createHash('sha256')
		.update(JSON.stringify([connection, token]))
		.digest('hex');
}

const textOf = (values: ConnectionValues, name: string): string => values[name]?.trim() ?? '';

function requiredText(values: ConnectionValues, name: string, remedy: string): string {
	const text = textOf(values, name);
	if (text !== '' && !/[\u0000-\u001f]/.test(text)) return text;
	throw new CrosslinkError({
		class: 'auth',
		code: 'connection_incomplete',
		message: `The mail connection has no usable value for "${name}".`,
		remedy,
	});
}

function oneOf<const Choice extends string>(
	values: ConnectionValues,
	name: string,
	choices: readonly Choice[],
	byDefault: Choice,
): Choice {
	const given = textOf(values, name).toLowerCase() || byDefault;
	const choice = choices.find((known) => known === given);
	if (choice !== undefined) return choice;
	throw invalid(name, 'is none of the values it can have', `Set it to one of: ${choices.join(', ')}.`);
}

function invalid(field: string, reason: string, remedy: string): CrosslinkError {
	return new CrosslinkError({
		class: 'auth',
		code: 'connection_value_invalid',
		message: `The connection value "${field}" of the mail connection ${reason}.`,
		remedy,
	});
}
