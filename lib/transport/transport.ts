import type { CrosslinkError } from '../errors';

/** One HTTP call, as an adapter asks for it. */
export interface TransportRequest {
	method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
	url: string;
	headers?: Record<string, string>;
	body?: string;
	/** Budget this call is charged to, e.g. `general` or `search`. */
	budget: string;
	/** A part of that bucket with a count of its own at the same rate, e.g. one chat channel; left out = the bucket itself. */
	share?: string;
	/** True when repeating the call after a lost answer cannot do the thing twice. */
	idempotent: boolean;
	/** What the call is for, in plain words, for errors and logs: `update 100 deals`. */
	purpose: string;
	/** Deadline of one attempt in milliseconds; the transport's default otherwise. */
	timeoutMs?: number;
	/** Statuses that the adapter reads itself instead of getting an error, e.g. 409. */
	accept?: number[];
	/**
	 * What a refused answer means, in the vendor's terms; undefined leaves it to the rules for the bare status.
	 * The text it gets is redacted already.
	 */
	classify?: (answer: TransportResponse) => CrosslinkError | undefined;
}

export interface TransportResponse {
	status: number;
	/** Names in lower case. */
	headers: Record<string, string>;
	/** Each `Set-Cookie` by itself; left out = none. */
	setCookies?: string[];
	/** Raw text, bounded in size. */
	body: string;
}

/**
 * The one way out of the house: budget, deadline, cancel signal, retry, error classes, redaction.
 * Answers below 300 (and accepted statuses) are returned; everything else is thrown as a CrosslinkError.
 * A redirect is an error: following it could carry the token to another host.
 */
export interface Transport {
	request(request: TransportRequest): Promise<TransportResponse>;
	/** Calls made so far, attempts included. */
	readonly calls: number;
}
