import { lookup as lookUp } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { isAbsolute } from 'node:path';
import type { NodeEgressFilter } from 'n8n-workflow';
import { CrosslinkError } from '../errors';
import { isEgressBlock } from '../transport/egress-block';
import type { Egress } from '../transport/egress';

/** The part of an n8n context that lends the instance's egress filter; credential tests have none. */
export interface EgressContext {
	helpers: { getSecureEgressFilter?(): NodeEgressFilter };
}

/**
 * n8n's own egress (SSRF) filter, in the form adapters ask it in. While N8N_SSRF_PROTECTION_ENABLED is off, it lets
 * everything through, as n8n does.
 */
export function hostEgress({ helpers }: EgressContext): Egress {
	const filter = helpers.getSecureEgressFilter?.();
	return filter === undefined ? withoutFilter(process.env) : egressOf(filter);
}

/**
 * For n8n's credential tests, to which it lends no filter: open while the instance has none switched on, otherwise every host
 * is refused, because nobody could say whether it may be reached.
 */
export function withoutFilter(environment: Variables): Egress {
	if (!filterSwitchedOn(environment)) return egressOf(undefined);
	const ask = async (host: string, port: number): Promise<never> =>
		await Promise.reject(
			new CrosslinkError({
				class: 'rejected',
				code: 'egress_unknown',
				message: `Whether ${shown(host, port)} may be reached cannot be asked here: n8n does not lend its egress filter to tests of credentials.`,
				remedy: 'Save the credential and run Integration → Test in a workflow, where the filter is asked.',
			}),
		);
	const lookup: LookupFunction = (host, _options, done) => {
		ask(host, 0).catch((error: NodeJS.ErrnoException) => done(error, ''));
	};
	return { ask, lookup, addressOf: ask };
}

type Variables = Readonly<Record<string, string | undefined>>;

function filterSwitchedOn(environment: Variables): boolean {
	return ['N8N_SSRF_PROTECTION_ENABLED', 'N8N_SSRF_PROTECTION_ENABLED_FILE'].some(
		(name) => !/^(|0|false)$/i.test(environment[name]?.trim() ?? ''),
	);
}

function egressOf(filter: NodeEgressFilter | undefined): Egress {
	const secure = filter?.createSecureLookup() ?? (lookUp as LookupFunction);
	const lookup: LookupFunction = (host, options, done) =>
		secure(host, options, (error, ...found) => done(isEgressBlock(error) ? blocked(host) : error, ...found));
	const ask = async (host: string, port: number): Promise<void> => {
		if (isAbsolute(host)) return checkLocalSocket(host);
		if (filter === undefined) return;
		const result = await filter.validateUrl(urlOf(host, port)).catch((thrown: Error) => {
			// The look-up of the name failed.
			throw explain(thrown, host, port);
		});
		if (!result.ok) throw explain(result.error, host, port);
	};
	return {
		ask,
		lookup,
		async addressOf(host, port) {
			await ask(host, port);
			const bare = unbracketed(host);
			if (isIP(bare) !== 0) return bare;
			return await new Promise((resolve, reject) => {
				lookup(bare, { all: false }, (error, address) => {
					if (error !== null) return reject(explain(error, host, port));
					resolve(typeof address === 'string' ? address : (address[0]?.address ?? ''));
				});
			});
		},
	};
}

/** As https, so that odd ways to write an IPv4 address (0x7f.1) are read as the system would read them. */
function urlOf(host: string, port: number): URL {
	const bare = unbracketed(host);
	const text = `https://${isIP(bare) === 6 ? `[${bare}]` : bare}:${port}`;
	if (URL.canParse(text) && new URL(text).pathname === '/') return new URL(text);
	throw new CrosslinkError({
		class: 'rejected',
		code: 'host_invalid',
		message: 'The host of the connection is neither a host name nor an address.',
		remedy: 'Give the host alone, for example db.example.org, without scheme, port or path.',
	});
}

function explain(error: Error, host: string, port: number): CrosslinkError {
	if (error instanceof CrosslinkError) return error;
	if (isEgressBlock(error)) return blocked(shown(host, port));
	const code = (error as NodeJS.ErrnoException).code;
	return new CrosslinkError({
		class: 'transient',
		code: 'unreachable',
		message: `No address was found for ${shown(host, port)}${code === undefined ? '' : ` (${code})`}.`,
		remedy: 'Check the host name and the name server; it is tried again by itself.',
	});
}

function blocked(where: string): CrosslinkError {
	return new CrosslinkError({
		class: 'rejected',
		code: 'egress_blocked',
		message: `n8n's egress filter does not let connections go to ${where}.`,
		remedy:
			'If it is meant to be reached, have whoever runs n8n allow it with N8N_SSRF_ALLOWED_HOSTNAMES or N8N_SSRF_ALLOWED_IP_RANGES.',
	});
}

/** The filter knows hosts only; where it is on, a socket in the file system would be a way around it. */
function checkLocalSocket(path: string): void {
	if (filterSwitchedOn(process.env)) throw blocked(`the local socket ${path}`);
}

const unbracketed = (host: string): string => host.replace(/^\[(.*)\]$/, '$1');
const shown = (host: string, port: number): string =>
	isIP(unbracketed(host)) === 6 ? `[${unbracketed(host)}]:${port}` : `${host}:${port}`;
