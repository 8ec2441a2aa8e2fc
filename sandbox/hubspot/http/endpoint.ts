import type { CrmState } from '../account/crm-state';
import type { Actor } from '../account/record';
import type { Fault } from '../faults';

/** A vendor call, authenticated and counted, with its body parsed. */
export interface VendorCall {
	state: CrmState;
	actor: Actor;
	params: Record<string, string>;
	query: URLSearchParams;
	body: unknown;
	/** Length of the body as sent, in characters. */
	bodyLength: number;
	/** Makes some inputs of a batch fail. */
	itemFault?: Extract<Fault, { kind: 'perItemErrors' }>;
	/** Status of a batch answer with item errors; undefined = the plain success status. */
	partialStatus?: number;
	/** Size of an inner page of associations. */
	associationPageSize: number;
}

export interface VendorAnswer {
	status: number;
	body?: unknown;
}

/** One vendor endpoint: where it answers, what the token must be allowed, and what it does. */
export interface Endpoint {
	method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
	/** Paths in fastify's spelling; the dated version and its aliases. */
	paths: string[];
	/** Scopes needed; any one of them is enough. */
	scopes?(params: Record<string, string>): string[];
	/** Counted against the search limit instead of the general one, and answered without rate-limit headers. */
	search?: true;
	/** Needs no bearer token (the token endpoint itself). */
	open?: true;
	handle(call: VendorCall): VendorAnswer;
}

export const DATED_VERSION = '2026-09';

/** `/crm/objects/2026-09/x` with the aliases of the numbered versions: `/crm/objects/v3/x` and `/crm/v3/objects/x`. */
export const versioned = (area: string, rest: string, aliases = ['v3', 'v4']): string[] => [
	`/crm/${area}/${DATED_VERSION}${rest}`,
	...aliases.flatMap((version) => [`/crm/${area}/${version}${rest}`, `/crm/${version}/${area}${rest}`]),
];

/** Repeated or comma-separated query values: `properties=a,b&properties=c`. */
export const listed = (query: URLSearchParams, name: string): string[] =>
	query
		.getAll(name)
		.flatMap((value) => value.split(','))
		.map((value) => value.trim())
		.filter((value) => value !== '');

export const flag = (query: URLSearchParams, name: string): boolean => query.get(name) === 'true';
