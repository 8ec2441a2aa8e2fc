import type { IHttpRequestOptions, NodeEgressFilter } from 'n8n-workflow';
import type { HttpAnswer, HttpClient } from '../transport/http';
import type { HttpNetwork } from '../transport/network';

/** The part of an n8n context that makes HTTP calls; every kind of context has it, credential tests apart. */
export interface HttpContext {
	helpers: {
		httpRequest(options: IHttpRequestOptions): Promise<unknown>;
		getSecureEgressFilter?(): NodeEgressFilter;
	};
}

interface FullResponse {
	statusCode: number;
	headers: Record<string, unknown>;
	body: unknown;
}

/** n8n builds form parameters out of the text itself; every other body goes out byte by byte. */
const FORM = 'application/x-www-form-urlencoded';

/**
 * One attempt over n8n's own HTTP helper, so that the instance's proxy, certificates and egress rules hold.
 * Redirects are not followed: a token must never travel to an address nobody configured.
 * No answer (refused, reset, timed out, aborted) is thrown as n8n throws it.
 */
export function n8nHttp(context: HttpContext): HttpClient {
	return async (attempt) => {
		const response = await context.helpers.httpRequest({
			method: attempt.method,
			url: attempt.url,
			headers: attempt.headers,
			body: attempt.body === undefined ? undefined : outgoing(attempt.body, attempt.headers),
			timeout: attempt.timeoutMs,
			abortSignal: attempt.signal,
			encoding: 'arraybuffer',
			json: false,
			returnFullResponse: true,
			ignoreHttpStatusErrors: true,
			disableFollowRedirect: true,
			...networkOptions(attempt.network),
		});
		return answerOf(response as FullResponse);
	};
}

/**
 * What n8n takes of a connection's network. Certificates are always checked, whatever NODE_TLS_REJECT_UNAUTHORIZED says: a
 * private authority is given by name, not by looking away.
 */
export function networkOptions(network: HttpNetwork | undefined): Pick<IHttpRequestOptions, 'agentOptions' | 'proxy'> {
	const { tls, proxy } = network ?? {};
	return { agentOptions: { ...tls, rejectUnauthorized: true }, ...(proxy && { proxy }) };
}

function outgoing(body: string, headers: Record<string, string>): string | Buffer {
	const type = Object.entries(headers).find(([name]) => name.toLowerCase() === 'content-type')?.[1];
	// As text, axios would parse and rewrite what it takes for JSON.
	return type === FORM ? body : Buffer.from(body, 'utf8');
}

function answerOf(response: FullResponse): HttpAnswer {
	const headers: Record<string, string> = {};
	for (const [name, value] of Object.entries(response.headers)) {
		if (value !== undefined && value !== null) headers[name.toLowerCase()] = String(value);
	}
	const cookies = response.headers['set-cookie'];
	const setCookies = Array.isArray(cookies) ? cookies.map(String) : cookies ? [String(cookies)] : [];
	return { status: response.statusCode, headers, setCookies, body: asBuffer(response.body) };
}

function asBuffer(body: unknown): Buffer {
	if (Buffer.isBuffer(body)) return body;
	if (body instanceof ArrayBuffer) return Buffer.from(body);
	return Buffer.from(typeof body === 'string' ? body : '');
}
