import { CrosslinkError, type ErrorClass } from '../../errors';
import type { Redact } from '../../transport/redact';
import { tlsMeaning } from '../../transport/tls-failure';
import { reasonInWords } from './bind-reason';
import { LateError, LostError, ResultError } from './result';

interface Meaning {
	class: ErrorClass;
	code: string;
	remedy: string;
}

const AGAIN = 'It is tried again by itself.';
const UNREACHABLE: Meaning = {
	class: 'transient',
	code: 'unreachable',
	remedy: `Check host, port and network, and that the directory answers from here. ${AGAIN}`,
};
const LOST: Meaning = { class: 'transient', code: 'answer_lost', remedy: `Only reading was going on. ${AGAIN}` };
const SLOW: Meaning = {
	class: 'transient',
	code: 'timed_out',
	remedy: `Index the attributes that are searched by, or take a smaller Base DN. ${AGAIN}`,
};
const LOGIN: Meaning = {
	class: 'auth',
	code: 'login_refused',
	remedy: 'Correct Bind DN and Bind Password of the connection, or unlock that account.',
};
const ENCRYPTION: Meaning = {
	class: 'auth',
	code: 'encryption_required',
	remedy: 'Set Security of the connection to TLS or StartTLS: the server takes no password in clear text.',
};
const LIMIT: Meaning = {
	class: 'rejected',
	code: 'size_limit',
	remedy: 'Narrow the Base DN, or let the server allow the bind user more (paged results without a limit).',
};
const NAME: Meaning = {
	class: 'rejected',
	code: 'name_unknown',
	remedy: 'Correct Base DN: there is no such entry, or the bind user may not see it.',
};

/** RFC 4511, appendix A. */
const BY_CODE: Readonly<Record<number, Meaning>> = {
	1: { ...LOST, code: 'bind_lost', remedy: `The server did not know any more who asked. ${AGAIN}` },
	3: SLOW,
	4: LIMIT,
	7: {
		...LOGIN,
		code: 'method_refused',
		remedy: 'Use Bind DN and Bind Password: the server does not take this login.',
	},
	8: ENCRYPTION,
	10: {
		class: 'rejected',
		code: 'referral',
		remedy: 'Connect to the server that holds this part of the directory; references are not followed.',
	},
	11: { ...LIMIT, code: 'admin_limit' },
	12: {
		class: 'rejected',
		code: 'control_missing',
		remedy: 'The server lacks something that Crosslink needs; see docs/directory.md for what that is.',
	},
	13: ENCRYPTION,
	32: NAME,
	34: { ...NAME, code: 'name_invalid', remedy: 'Write the DN like OU=People,DC=example,DC=com.' },
	48: LOGIN,
	49: LOGIN,
	50: {
		class: 'rejected',
		code: 'permission_missing',
		remedy: 'Give the bind user the right to read this part of the directory.',
	},
	51: { ...UNREACHABLE, code: 'overloaded', remedy: AGAIN },
	52: { ...UNREACHABLE, remedy: AGAIN },
};

const NETWORK =
	/^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|EHOSTUNREACH|EHOSTDOWN|ENETUNREACH|ENOENT|EACCES|EPERM|EADDRNOTAVAIL)$/;

/**
 * What a failure of the server or the connection means, with the host named. The foreign error is not kept: nobody can say
 * what hangs on it.
 */
export function explainFailure(thrown: unknown, host: string, purpose: string, redact: Redact): CrosslinkError {
	if (thrown instanceof CrosslinkError) return thrown;
	const { code, message } = symptomOf(thrown);
	const reason = redact(message);
	const meaning = meaningOf(thrown, code, message) ?? {
		class: thrown instanceof ResultError ? 'rejected' : 'bug',
		code: 'directory_refused',
		remedy: 'Look the reason up in the server’s log; run it again when it is mended.',
	};
	return new CrosslinkError({
		class: meaning.class,
		code: meaning.code,
		message: `The directory ${host} could not ${purpose}: ${reason}${code === '' ? '' : ` (${code})`}.`,
		remedy: meaning.remedy,
		cause: new Error(reason),
	});
}

function meaningOf(thrown: unknown, code: string, message: string): Meaning | undefined {
	if (thrown instanceof ResultError) return meaningOfResult(thrown);
	if (thrown instanceof LateError) return { ...SLOW, remedy: `The server has stopped answering. ${AGAIN}` };
	const tls = tlsMeaning(code);
	if (tls !== undefined) return tls;
	if (NETWORK.test(code)) return UNREACHABLE;
	if (code === 'ECONNRESET' || code === 'EPIPE' || thrown instanceof LostError) return LOST;
	return /no connection within|closed the connection at once|socket disconnected/i.test(message)
		? UNREACHABLE
		: undefined;
}

function meaningOfResult({ code, diagnostic }: ResultError): Meaning | undefined {
	// The library names few codes; others come as "unknown", so that only the number counts.
	if (code === 1 && !/bind|authenticat|000004DC/i.test(diagnostic)) return undefined;
	const reason = code === 49 ? reasonInWords(diagnostic) : undefined;
	if (reason === undefined || reason === 'wrongPassword' || reason === 'unknownUser') return BY_CODE[code];
	return { ...LOGIN, remedy: `The account of the bind user is at fault (${reason}): mend it in the directory.` };
}

function symptomOf(thrown: unknown): { code: string; message: string } {
	const error = (thrown ?? {}) as { code?: unknown; message?: unknown; errors?: unknown; cause?: unknown };
	// Several addresses of one host, tried in turn: their errors agree in practice, so the first stands for all.
	if (Array.isArray(error.errors) && error.errors.length > 0) return symptomOf(error.errors[0]);
	const own = typeof error.code === 'string' ? error.code : '';
	return {
		code: own === '' && thrown instanceof LostError && error.cause !== undefined ? symptomOf(error.cause).code : own,
		message: typeof error.message === 'string' && error.message !== '' ? error.message : 'no reason given',
	};
}
