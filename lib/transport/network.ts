import { readProxy, type ProxyAddress } from './proxy';
import { readTls, type TlsMaterial, type TlsValues } from './tls/read-tls';

/** How the HTTP calls of one connection leave the house; what is left out is as n8n does it. */
export interface HttpNetwork {
	tls?: TlsMaterial;
	/** Left out = the proxy that HTTPS_PROXY, HTTP_PROXY and NO_PROXY name, if any. */
	proxy?: ProxyAddress;
}

/**
 * The network part of a connection, checked.
 * @param of whose connection, for messages
 * @returns undefined when the connection says nothing about it
 * @throws CrosslinkError what {@link readTls} and {@link readProxy} throw
 */
export function readNetwork(values: TlsValues & { readonly proxy?: string }, of: string): HttpNetwork | undefined {
	const tls = readTls(values, of);
	const proxy = values.proxy ? readProxy(values.proxy, of) : undefined;
	return tls === undefined && proxy === undefined ? undefined : { ...(tls && { tls }), ...(proxy && { proxy }) };
}
