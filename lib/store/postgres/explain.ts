import { CrosslinkError } from '../../errors';
import { driverErrorOf, storeFailure, unforeseenFailure, type FailureKind } from '../failures';

/** SQLSTATE codes: https://www.postgresql.org/docs/current/errcodes-appendix.html */
const BY_STATE: Readonly<Record<string, FailureKind>> = {
	'28P01': 'login',
	'28000': 'login',
	'3D000': 'databaseMissing',
	'42501': 'permission',
	'53300': 'crowded',
	'53100': 'full',
	'53200': 'slow',
	'25006': 'readOnly',
	'57014': 'slow',
	'57P03': 'unreachable',
	'40001': 'busy',
	'40P01': 'busy',
	'55P03': 'busy',
	'42P01': 'tableMissing',
	'42703': 'tableMissing',
	'3F000': 'tableMissing',
	XX001: 'corrupt',
	XX002: 'corrupt',
	'58030': 'disk',
};

/** Codes of Node's own network layer. */
const UNREACHABLE = new Set([
	'ECONNREFUSED',
	'ENOTFOUND',
	'EAI_AGAIN',
	'ETIMEDOUT',
	'EHOSTUNREACH',
	'EHOSTDOWN',
	'ENETUNREACH',
	'ENOENT',
	'EACCES',
]);

/** pg has no codes for these: https://github.com/brianc/node-postgres (pg/lib/client.js, pg-pool/index.js) */
const CONNECT_TIMEOUT = /timeout expired|connection timeout|timeout exceeded when trying to connect/i;
const CONNECTION_LOST =
	/connection terminated|already released|client has encountered a connection error|not queryable/i;
const TLS = /SSL|TLS|certificate/i;
/** pg's words when the server asks for a password and the location has none. */
const PASSWORD_MISSING = /client password must be a string/i;

/** True when the server or the network ended a connection that had worked. */
export function isConnectionLost(thrown: unknown): boolean {
	const { code, message } = driverErrorOf(thrown);
	if (code !== undefined && /^(08...|57P0[125])$/.test(code)) return true;
	if (code === 'ECONNRESET' || code === 'EPIPE') return true;
	return CONNECTION_LOST.test(message) && !CONNECT_TIMEOUT.test(message);
}

/** True when the database itself asks to run the transaction again. */
export function isToRepeat(thrown: unknown): boolean {
	const { code } = driverErrorOf(thrown);
	// The one foreign key there is leads to the application's own rows: one was deleted while its link was written.
	return code === '40001' || code === '40P01' || code === '23503';
}

export function isUniqueViolation(thrown: unknown): boolean {
	return driverErrorOf(thrown).code === '23505';
}

export function explainPostgres(thrown: unknown, location: string): CrosslinkError {
	if (thrown instanceof CrosslinkError) return thrown;
	const { code, message, cause } = driverErrorOf(thrown);
	const kind = kindOf(code, message, thrown);
	return kind
		? storeFailure(kind, location, detailOf(code, message), cause)
		: unforeseenFailure(location, message, cause);
}

function kindOf(code: string | undefined, message: string, thrown: unknown): FailureKind | undefined {
	if (code !== undefined) {
		const known = BY_STATE[code];
		if (known) return known;
		if (UNREACHABLE.has(code)) return 'unreachable';
		// Class 22: a value the column cannot hold.
		if (/^22...$/.test(code)) return 'valueRefused';
	}
	if (CONNECT_TIMEOUT.test(message)) return 'unreachable';
	if (PASSWORD_MISSING.test(message)) return 'login';
	if (isConnectionLost(thrown)) return 'lost';
	if (TLS.test(`${code ?? ''} ${message}`)) return 'tls';
	return undefined;
}

/** An AggregateError (localhost, tried as ::1 and 127.0.0.1) has an empty message. */
function detailOf(code: string | undefined, message: string): string {
	return message === '' ? (code ?? 'no reason given') : message;
}
