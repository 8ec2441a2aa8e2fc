import { CrosslinkError, type ErrorClass } from '../errors';
import { hostOf } from './network-failure';
import { parseRetryAfter } from './retry-after';
import type { TransportRequest, TransportResponse } from './transport';

/** A gateway or server in trouble; the same call may work in a moment (RFC 9110; 521 to 524 are Cloudflare's). */
const PASSING = new Set([408, 423, 425, 500, 502, 503, 504, 520, 521, 522, 523, 524]);
/** How much of an answer nobody could read goes into a message. */
const EXCERPT = 300;

/**
 * The rules for a bare status, where the vendor's own say nothing.
 * @param answer with its text already redacted
 */
export function classifyStatus(request: TransportRequest, answer: TransportResponse, now: Date): CrosslinkError {
	const kind = kindOf(answer.status);
	const excerpt = answer.body.replace(/\s+/g, ' ').trim().slice(0, EXCERPT);
	return new CrosslinkError({
		class: kind.class,
		code: kind.code,
		message:
			`${hostOf(request.url)} answered ${answer.status}, asked to ${request.purpose}` +
			(excerpt ? `: ${excerpt}` : '.'),
		remedy: kind.remedy,
		httpStatus: answer.status,
		retryAfterMs: parseRetryAfter(answer.headers['retry-after'], now),
	});
}

function kindOf(status: number): { class: ErrorClass; code: string; remedy: string } {
	if (status === 429) return { class: 'throttled', code: 'rate_limited', remedy: 'It goes on by itself, more slowly.' };
	if (status === 401) {
		return { class: 'auth', code: 'credentials_refused', remedy: 'Renew the token or password of this connection.' };
	}
	if (status === 403) {
		return { class: 'auth', code: 'permission_missing', remedy: 'Give the connection the permission it lacks.' };
	}
	if (status === 407) {
		return {
			class: 'auth',
			code: 'proxy_login_refused',
			remedy:
				'It is the proxy that answers this: give user and password in "Proxy" of the connection (http://user:password@proxy:3128), or in HTTPS_PROXY.',
		};
	}
	if (status === 409) {
		return { class: 'conflict', code: 'conflict', remedy: 'Look at both records and decide which one counts.' };
	}
	if (status >= 300 && status < 400) {
		return { class: 'rejected', code: 'redirected', remedy: 'Set the base URL to the address it redirects to.' };
	}
	if (PASSING.has(status) || status >= 500) {
		return { class: 'transient', code: 'server_trouble', remedy: 'It is tried again by itself.' };
	}
	return { class: 'rejected', code: 'refused', remedy: 'Correct what the message names, then run it again.' };
}
