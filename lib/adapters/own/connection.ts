import { CrosslinkError } from '../../errors';
import type { ConnectionField, ConnectionValues } from '../adapter';

/** Dotted paths to what is read of an event. */
export interface EventPaths {
	type: string;
	id: string;
	time: string;
	/** '' = events name no account. */
	account: string;
}

/** A signature over the body (or timestamp and body) in a header of the sender's choice. */
export interface HmacFormat {
	/** Lower case. */
	signatureHeader: string;
	algorithm: 'sha256' | 'sha512';
	encoding: 'hex' | 'base64';
	/** Before the signature in the header, e.g. `sha256=`. */
	prefix: string;
	/** Lower case; undefined = the time is not signed. */
	timestampHeader?: string;
}

/** How your system signs and what its events look like. */
export interface OwnSystem {
	/** As configured: one secret, or several with blanks between. */
	signingSecret: string;
	/** undefined = Standard Webhooks. */
	hmac?: HmacFormat;
	paths: EventPaths;
}

const SIGNATURES = ['standard', 'hmac'] as const;
const ALGORITHMS = ['sha256', 'sha512'] as const;
const ENCODINGS = ['hex', 'base64'] as const;

export const CONNECTION_FIELDS: ConnectionField[] = [
	{ name: 'signingSecret', displayName: 'Signing Secret', secret: true, required: true },
	{ name: 'signature', displayName: 'Signature', secret: false, required: false, default: 'standard' },
	{ name: 'signatureHeader', displayName: 'Signature Header', secret: false, required: false, default: 'x-signature' },
	{ name: 'algorithm', displayName: 'Algorithm', secret: false, required: false, default: 'sha256' },
	{ name: 'encoding', displayName: 'Encoding', secret: false, required: false, default: 'hex' },
	{ name: 'prefix', displayName: 'Prefix', secret: false, required: false },
	{ name: 'timestampHeader', displayName: 'Timestamp Header', secret: false, required: false },
	{ name: 'typePath', displayName: 'Path of Type', secret: false, required: false, default: 'type' },
	{ name: 'idPath', displayName: 'Path of ID', secret: false, required: false, default: 'data.id' },
	{ name: 'timePath', displayName: 'Path of Time', secret: false, required: false, default: 'timestamp' },
	{ name: 'accountPath', displayName: 'Path of Account', secret: false, required: false },
];

/**
 * The connection's values, checked.
 * @throws CrosslinkError `rejected`, `connection_value_invalid`, naming the field and what it may be
 */
export function readConnection(connection: ConnectionValues): OwnSystem {
	const signature = oneOf(connection, 'signature', SIGNATURES);
	return {
		signingSecret: connection['signingSecret'] ?? '',
		...(signature === 'hmac' ? { hmac: hmacFormat(connection) } : {}),
		paths: {
			type: textOf(connection, 'typePath'),
			id: textOf(connection, 'idPath'),
			time: textOf(connection, 'timePath'),
			account: textOf(connection, 'accountPath'),
		},
	};
}

function hmacFormat(connection: ConnectionValues): HmacFormat {
	const timestampHeader = headerName(connection, 'timestampHeader');
	return {
		signatureHeader: headerName(connection, 'signatureHeader'),
		algorithm: oneOf(connection, 'algorithm', ALGORITHMS),
		encoding: oneOf(connection, 'encoding', ENCODINGS),
		prefix: textOf(connection, 'prefix'),
		...(timestampHeader === '' ? {} : { timestampHeader }),
	};
}

function textOf(connection: ConnectionValues, name: string): string {
	return connection[name]?.trim() || (CONNECTION_FIELDS.find((field) => field.name === name)?.default ?? '');
}

function headerName(connection: ConnectionValues, name: string): string {
	const header = textOf(connection, name).toLowerCase();
	if (/^[a-z0-9!#$%&'*+.^_`|~-]*$/.test(header)) return header;
	throw invalid(name, 'is no name of an HTTP header', 'Give the name alone, for example x-signature.');
}

function oneOf<const Choice extends string>(
	connection: ConnectionValues,
	name: string,
	choices: readonly Choice[],
): Choice {
	const given = textOf(connection, name).toLowerCase();
	const choice = choices.find((known) => known === given);
	if (choice !== undefined) return choice;
	throw invalid(name, 'is none of the values it can have', `Set it to one of: ${choices.join(', ')}.`);
}

function invalid(field: string, reason: string, remedy: string): CrosslinkError {
	return new CrosslinkError({
		class: 'rejected',
		code: 'connection_value_invalid',
		message: `The connection value "${field}" of your own system ${reason}.`,
		remedy,
	});
}
