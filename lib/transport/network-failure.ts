import { CrosslinkError } from '../errors';
import { ANSWER_TOO_LARGE } from './answer-size';
import { isEgressBlock } from './egress-block';
import type { Redact } from './redact';
import { tlsMeaning } from './tls-failure';

/** Nothing can have reached the server: repeating is safe for every call. */
const NOT_DELIVERED = new Set([
	'ECONNREFUSED',
	'ENOTFOUND',
	'EAI_AGAIN',
	'EHOSTUNREACH',
	'ENETUNREACH',
	'UND_ERR_CONNECT_TIMEOUT',
	'ERR_PROXY_TUNNEL',
]);
/** Before anything was sent: https-proxy-agent's words, which have no code, and Node's own, whose ECONNRESET says less. */
const CONNECTION_FAILED =
	/^(Proxy connection ended before receiving CONNECT response|Client network socket disconnected before secure TLS connection)/;
const HANGS_UP = ' A server that does not accept the client certificate may hang up without a word, too.';
const MAX_CAUSES = 6;

/** What the network said, taken out of the wrappings that fetch, axios and n8n put around it. */
interface NetworkSymptom {
	code: string | undefined;
	syscall: string | undefined;
	message: string;
	/** n8n's egress filter refused the address. */
	blocked: boolean;
}

/**
 * Turns "no answer" into a class: `transient` when repeating is safe, `unknown` when the call may have taken effect
 * and must not be repeated, `rejected` where only a person can help (certificate, size of the answer).
 * The foreign error is not kept: HTTP clients hang request headers on theirs.
 */
export function classifyNetworkFailure(
	thrown: unknown,
	call: {
		purpose: string;
		url: string;
		idempotent: boolean;
		timedOut: boolean;
		timeoutMs: number;
		clientCertificate?: boolean;
	},
	redact: Redact,
): CrosslinkError {
	const symptom = findSymptom(thrown);
	const host = hostOf(call.url);
	const code = symptom.code ?? '';
	const reason = redact(symptom.code ? `${symptom.message} (${symptom.code})` : symptom.message);
	const hint = call.clientCertificate ? HANGS_UP : '';
	const cause = new Error(reason);

	if (code === ANSWER_TOO_LARGE) {
		return new CrosslinkError({
			class: call.idempotent ? 'rejected' : 'unknown',
			code: 'answer_too_large',
			message: `The answer of ${host} to "${call.purpose}" was too large: ${reason}.`,
			remedy: 'Ask for fewer records or fields at once.',
			cause,
		});
	}
	if (symptom.blocked) {
		return new CrosslinkError({
			class: 'rejected',
			code: 'egress_blocked',
			message: `n8n's egress filter does not let calls go to ${host} (or to the proxy in front of it), asked to ${call.purpose}.`,
			remedy:
				'If it is meant to be reached, have whoever runs n8n allow it with N8N_SSRF_ALLOWED_HOSTNAMES or N8N_SSRF_ALLOWED_IP_RANGES.',
			cause,
		});
	}
	const tls = tlsMeaning(code);
	if (tls !== undefined) {
		const { class: errorClass, code: tlsCode, what: meaning, remedy } = tls;
		return new CrosslinkError({
			class: errorClass,
			code: tlsCode,
			message: `${host} ${meaning}: ${reason}.`,
			remedy,
			cause,
		});
	}
	if (
		NOT_DELIVERED.has(code) ||
		CONNECTION_FAILED.test(symptom.message) ||
		(symptom.syscall === 'connect' && code !== '')
	) {
		return new CrosslinkError({
			class: 'transient',
			code: 'unreachable',
			message: `${host} could not be reached to ${call.purpose}: ${reason}.`,
			remedy: `Check the base URL, the network and the proxy; it is tried again by itself.${hint}`,
			cause,
		});
	}
	const what = call.timedOut ? `did not answer within ${call.timeoutMs} ms` : `broke off the connection: ${reason}`;
	if (call.idempotent) {
		return new CrosslinkError({
			class: 'transient',
			code: call.timedOut ? 'timed_out' : 'answer_lost',
			message: `${host} ${what}, asked to ${call.purpose}.`,
			remedy: `It is tried again by itself; repeating it cannot do it twice.${hint}`,
			cause,
		});
	}
	return new CrosslinkError({
		class: 'unknown',
		code: 'answer_lost',
		message: `${host} ${what}, asked to ${call.purpose}. It may have been done.`,
		remedy: `It is not repeated blindly: look up the outcome on the other side first.${hint}`,
		cause,
	});
}

export function hostOf(url: string): string {
	try {
		return new URL(url).host;
	} catch {
		return 'the server';
	}
}

function findSymptom(thrown: unknown): NetworkSymptom {
	let symptom: NetworkSymptom = { code: undefined, syscall: undefined, message: 'no answer', blocked: false };
	let next: unknown = thrown;
	for (let depth = 0; depth < MAX_CAUSES && typeof next === 'object' && next !== null; depth++) {
		const error = next as { code?: unknown; syscall?: unknown; message?: unknown; cause?: unknown; errors?: unknown };
		const code = typeof error.code === 'string' ? error.code : undefined;
		if (isEgressBlock(next)) return { ...symptom, message: String(error.message), blocked: true };
		if (code !== undefined || depth === 0) {
			symptom = {
				code: code ?? symptom.code,
				syscall: typeof error.syscall === 'string' ? error.syscall : symptom.syscall,
				blocked: false,
				message: typeof error.message === 'string' && error.message !== '' ? error.message : symptom.message,
			};
		}
		// Happy eyeballs tries several addresses; their errors agree in practice, so the first stands for all.
		next = error.cause ?? (Array.isArray(error.errors) ? error.errors[0] : undefined);
	}
	return plainTls(symptom);
}

/**
 * OpenSSL's line of places and numbers, with nothing kept but what happened. Before TLS 1.3 its code comes as EPROTO, and
 * what is "sslv3" in OpenSSL 3.0 is "ssl/tls" in 3.5.
 */
function plainTls(symptom: NetworkSymptom): NetworkSymptom {
	const what = /:SSL routines:[^:]*:([^:]+):/.exec(symptom.message)?.[1];
	if (what === undefined) return symptom;
	return { ...symptom, message: what, code: `ERR_SSL_${what.toUpperCase().replace(/[^A-Z0-9]+/g, '_')}` };
}
