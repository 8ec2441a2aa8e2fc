import { CrosslinkError } from '../../../errors';
import type { Redact } from '../../../transport/redact';
import {
	AGAIN,
	CERTIFICATE,
	DEADLOCK,
	LOST,
	NAME,
	NETWORK,
	SILENT,
	SLOW,
	UNREACHABLE,
	type Meaning,
} from '../meanings';
import { refusedWrite, type Refusal } from '../write-errors';

const LOGIN: Meaning = {
	class: 'auth',
	code: 'login_refused',
	remedy:
		'Correct user, password and database of the connection; the server says per user from which hosts it may come.',
};
const PERMISSION: Meaning = {
	class: 'rejected',
	code: 'permission_missing',
	remedy: 'GRANT SELECT on the table to the user of the connection.',
};
const TLS_MISSING: Meaning = {
	class: 'rejected',
	code: 'tls_unavailable',
	remedy: 'Turn TLS on at the server, or set the SSL mode to "disable" where the network is trusted.',
};

/** https://mariadb.com/kb/en/mariadb-error-codes/ and https://dev.mysql.com/doc/mysql-errors/8.4/en/server-error-reference.html */
const BY_NUMBER: Readonly<Record<number, Meaning>> = {
	1044: LOGIN,
	1045: LOGIN,
	1698: LOGIN,
	1251: LOGIN,
	1049: { ...LOGIN, code: 'database_unknown', remedy: 'Correct the name of the database in the connection.' },
	3159: { ...LOGIN, remedy: 'The server takes this user only over TLS: set the SSL mode to "verify-full".' },
	1146: NAME,
	1054: NAME,
	1142: PERMISSION,
	1143: PERMISSION,
	1227: PERMISSION,
	1370: PERMISSION,
	1040: { ...UNREACHABLE, code: 'overloaded', remedy: `Raise max_connections of the server. ${AGAIN}` },
	1203: { ...UNREACHABLE, code: 'overloaded', remedy: `Raise max_user_connections of the server. ${AGAIN}` },
	1053: LOST,
	1158: LOST,
	1159: LOST,
	1160: LOST,
	1161: LOST,
	1927: LOST,
	4031: LOST,
	1213: DEADLOCK,
	1020: DEADLOCK,
	1205: { class: 'transient', code: 'row_locked', remedy: `Look for a transaction that was left open. ${AGAIN}` },
	1969: SLOW,
	3024: SLOW,
	1317: SLOW,
};

const CERTIFICATE_CODE = /^(CERT_|ERR_TLS_|SELF_SIGNED_|DEPTH_ZERO_|UNABLE_TO_|ERR_SSL_|ERR_OSSL|HANDSHAKE_SSL_ERROR)/;
const LOST_CODE = /^(PROTOCOL_CONNECTION_LOST|ECONNRESET|EPIPE|PROTOCOL_ENQUEUE_AFTER_|PROTOCOL_SEQUENCE_TIMEOUT)/;

/** What a failure of the driver or the server means, with the host named. */
export function explainFailure(thrown: unknown, host: string, purpose: string, redact: Redact): CrosslinkError {
	if (thrown instanceof CrosslinkError) return thrown;
	const { code, errno, message } = symptomOf(thrown);
	const reason = redact(message);
	const meaning = meaningOf(code, errno, message);
	return new CrosslinkError({
		class: meaning?.class ?? (code === '' ? 'bug' : 'rejected'),
		code: meaning?.code ?? 'database_refused',
		message: `The database ${host} could not ${purpose}: ${reason}${code === '' ? '' : ` (${code})`}.`,
		remedy: meaning?.remedy ?? 'Look the reason up in the server’s log; run it again when it is mended.',
		cause: new Error(reason),
	});
}

function meaningOf(code: string, errno: number, message: string): Meaning | undefined {
	if (/does not support secure connection|HANDSHAKE_NO_SSL/i.test(`${message} ${code}`)) return TLS_MISSING;
	if (CERTIFICATE_CODE.test(code) || /certificate/i.test(message)) return CERTIFICATE;
	if (NETWORK.test(code)) return UNREACHABLE;
	if (LOST_CODE.test(code)) return LOST;
	if (/connection timeout/i.test(message)) return UNREACHABLE;
	if (/^no answer within/.test(message)) return SILENT;
	if (/closed state|connection lost|connection is closed/i.test(message)) return LOST;
	return BY_NUMBER[errno];
}

/** True when nobody can say whether the server has done what it was asked last. */
export function isConnectionLost(thrown: unknown): boolean {
	const { code, errno, message } = symptomOf(thrown);
	return meaningOf(code, errno, message) === LOST || /^no answer within/.test(message) || code === 'ETIMEDOUT';
}

/** True for the server's "this user may not see that". */
export function isNotPermitted(thrown: unknown): boolean {
	return [1227, 1044, 1142, 1143].includes(symptomOf(thrown).errno);
}

const REFUSALS: Readonly<Record<number, Refusal>> = {
	1062: 'unique',
	1586: 'unique',
	1451: 'reference',
	1452: 'reference',
	1216: 'reference',
	1217: 'reference',
	3819: 'check',
	4025: 'check',
	1369: 'check',
	1048: 'empty',
	1364: 'empty',
	1264: 'value',
	1265: 'value',
	1292: 'value',
	1366: 'value',
	1367: 'value',
	1406: 'value',
	1411: 'value',
	1690: 'value',
	3140: 'value',
	4038: 'value',
	3105: 'readOnlyColumn',
	1906: 'readOnlyColumn',
	1142: 'permission',
	1143: 'permission',
	1227: 'permission',
	1290: 'readOnlyServer',
	1836: 'readOnlyServer',
	1792: 'readOnlyServer',
	1288: 'readOnlyTable',
	1348: 'readOnlyTable',
	1471: 'readOnlyTable',
	1205: 'locked',
	1213: 'deadlock',
	1020: 'deadlock',
	1644: 'trigger',
};

/** What the server has against a write, with table, row, column and constraint named; anything else stays what it is. */
export function explainWrite(
	thrown: unknown,
	about: { table: string; id?: string; reasonOf: (thrown: unknown) => string },
): unknown {
	if (thrown instanceof CrosslinkError) return thrown;
	const { errno, message } = symptomOf(thrown);
	const refusal = REFUSALS[errno];
	if (refusal === undefined) return thrown;
	const { table, id, reasonOf } = about;
	// The words are the server's own: it has no fields for the names.
	const column = named(message, /column ((?:[`'][^`']+[`']\.?)+)/i, /field '([^']+)'/i, /FOREIGN KEY \(`([^`]+)`\)/);
	const constraint = named(message, /for key '([^']+)'/, /CONSTRAINT [`']([^`']+)[`']/i);
	return refusedWrite(refusal, {
		table,
		...(id !== undefined && { id }),
		...(column !== undefined && { column }),
		...(constraint !== undefined && { constraint }),
		reason: reasonOf(thrown),
		code: String(errno),
	});
}

/** The name that the first of these finds; of `a`.`b`.`c` the last part. */
function named(message: string, ...places: RegExp[]): string | undefined {
	const found = places.map((place) => place.exec(message)?.[1]).find((name) => name !== undefined);
	return found
		?.replace(/^[`']|[`']$/g, '')
		.split(/[`']\.[`']/)
		.at(-1);
}

function symptomOf(thrown: unknown): { code: string; errno: number; message: string } {
	const error = (thrown ?? {}) as { code?: unknown; errno?: unknown; message?: unknown; errors?: unknown };
	if (Array.isArray(error.errors) && error.errors.length > 0) return symptomOf(error.errors[0]);
	return {
		code: typeof error.code === 'string' ? error.code : '',
		errno: typeof error.errno === 'number' ? error.errno : 0,
		message: typeof error.message === 'string' && error.message !== '' ? error.message : 'no reason given',
	};
}
