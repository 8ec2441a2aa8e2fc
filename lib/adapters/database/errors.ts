import { CrosslinkError } from '../../errors';
import type { Redact } from '../../transport/redact';
import { tlsMeaning } from '../../transport/tls-failure';
import { AGAIN, CERTIFICATE, DEADLOCK, LOST, NAME, NETWORK, SILENT, SLOW, UNREACHABLE, type Meaning } from './meanings';

const LOGIN: Meaning = {
	class: 'auth',
	code: 'login_refused',
	remedy:
		'Correct user, password and database of the connection; the server’s pg_hba.conf says who may come from where.',
};
const PERMISSION: Meaning = {
	class: 'rejected',
	code: 'permission_missing',
	remedy: 'GRANT USAGE on the schema and SELECT on the table to the user of the connection.',
};
const TLS_MISSING: Meaning = {
	class: 'rejected',
	code: 'tls_unavailable',
	remedy:
		'Turn TLS on at the server (ssl = on, with a certificate), or set the SSL mode to "disable" where the network is trusted.',
};
const VALUE: Meaning = {
	class: 'rejected',
	code: 'value_refused',
	remedy: 'Correct the settings of the entity: a column has another type than is asked of it, or a name is none.',
};

/** SQLSTATE, longest match first: https://www.postgresql.org/docs/current/errcodes-appendix.html */
const BY_STATE: Array<[string, Meaning]> = [
	['28', LOGIN],
	['3D000', { ...LOGIN, code: 'database_unknown', remedy: 'Correct the name of the database in the connection.' }],
	['42501', PERMISSION],
	['42P01', NAME],
	['42703', NAME],
	['3F000', NAME],
	['42', VALUE],
	['22', VALUE],
	['57014', SLOW],
	['57P', UNREACHABLE],
	['08', LOST],
	['53', { ...UNREACHABLE, code: 'overloaded', remedy: `Raise max_connections or memory of the server. ${AGAIN}` }],
	['40P01', DEADLOCK],
	['40', LOST],
	['55P03', LOST],
	['25', LOST],
];

const CERTIFICATE_CODE = /^(CERT_|ERR_TLS_|SELF_SIGNED_|DEPTH_ZERO_|UNABLE_TO_|ERR_SSL_|ERR_OSSL)/;

/** The driver has no codes for these (pg/lib/client.js, pg/lib/connection.js, pg-pool/index.js, pg/lib/crypto/sasl.js). */
const BY_MESSAGE: Array<[RegExp, Meaning]> = [
	[/does not support SSL|establishing an SSL connection/i, TLS_MISSING],
	[/^no answer within/i, SILENT],
	[/timeout expired|connection timeout|timeout exceeded when trying to connect/i, UNREACHABLE],
	[/password must be|SASL|SCRAM/i, LOGIN],
	[/connection terminated|connection ended|not queryable|connection error|socket hang up/i, LOST],
];

/**
 * What a failure of the driver or the server means, with the host named. The foreign error is not kept: nobody can say what
 * hangs on it.
 */
export function explainFailure(thrown: unknown, host: string, purpose: string, redact: Redact): CrosslinkError {
	if (thrown instanceof CrosslinkError) return thrown;
	const { code, message } = symptomOf(thrown);
	const reason = redact(message);
	const meaning = meaningOf(code, message);
	const encryption = /no encryption|SSL off/i.test(message)
		? ' The server may ask for TLS: set the SSL mode to "verify-full".'
		: '';
	if (meaning === undefined) {
		return new CrosslinkError({
			class: code === '' ? 'bug' : 'rejected',
			code: 'database_refused',
			message: `The database ${host} refused to ${purpose}: ${reason}${code === '' ? '' : ` (${code})`}.`,
			remedy: 'Look the reason up in the server’s log; run it again when it is mended.',
			cause: new Error(reason),
		});
	}
	return new CrosslinkError({
		class: meaning.class,
		code: meaning.code,
		message: `The database ${host} could not ${purpose}: ${reason}${code === '' ? '' : ` (${code})`}.`,
		remedy: `${meaning.remedy}${encryption}`,
		cause: new Error(reason),
	});
}

/** True when nobody can say whether the server has done what it was asked last. */
export function isConnectionLost(thrown: unknown): boolean {
	const { code, message } = symptomOf(thrown);
	if (/^(08...|57P0[123])$/.test(code) || code === 'ECONNRESET' || code === 'EPIPE' || code === 'ETIMEDOUT')
		return true;
	return (
		code === '' &&
		/connection terminated|connection ended|not queryable|connection error|hang up|^no answer within/i.test(message)
	);
}

function meaningOf(code: string, message: string): Meaning | undefined {
	if (NETWORK.test(code)) return UNREACHABLE;
	if (code === 'ECONNRESET' || code === 'EPIPE') return LOST;
	if (CERTIFICATE_CODE.test(code)) return clientMeaning(code) ?? CERTIFICATE;
	const byState = BY_STATE.find(([state]) => /^[0-9A-Z]{5}$/.test(code) && code.startsWith(state));
	return byState?.[1] ?? BY_MESSAGE.find(([words]) => words.test(message))?.[1];
}

/** The server's word on our certificate, in the same terms as over HTTP. */
function clientMeaning(code: string): Meaning | undefined {
	const meaning = tlsMeaning(code);
	return meaning?.class === 'auth' ? meaning : undefined;
}

function symptomOf(thrown: unknown): { code: string; message: string } {
	const error = (thrown ?? {}) as { code?: unknown; message?: unknown; errors?: unknown };
	// Several addresses of one host, tried in turn: their errors agree in practice, so the first stands for all.
	if (Array.isArray(error.errors) && error.errors.length > 0) return symptomOf(error.errors[0]);
	return {
		code: typeof error.code === 'string' ? error.code : '',
		message: typeof error.message === 'string' && error.message !== '' ? error.message : 'no reason given',
	};
}
