import type { HttpNetwork } from './network';

/** One attempt of an HTTP call. */
export interface HttpAttempt {
	method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
	url: string;
	headers: Record<string, string>;
	body?: string;
	timeoutMs: number;
	signal: AbortSignal;
	/** Certificates and proxy of this connection; who cannot obey them must not call. */
	network?: HttpNetwork;
}

export interface HttpAnswer {
	status: number;
	/** Names in lower case. */
	headers: Record<string, string>;
	/** Each `Set-Cookie` by itself: joined into one header they could not be told apart. */
	setCookies?: string[];
	body: Buffer;
}

/**
 * Makes one attempt: any answer, whatever its status, is returned; no answer is thrown as it comes
 * (connection refused, reset, timed out, aborted). Under n8n this is n8n's own HTTP helper, so that its
 * proxy and egress rules hold.
 */
export type HttpClient = (attempt: HttpAttempt) => Promise<HttpAnswer>;
