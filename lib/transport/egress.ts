import type { LookupFunction } from 'node:net';

/**
 * The instance's rules on where connections may go, for clients that open sockets themselves (databases, directories,
 * mail). HTTP calls through the transport are held to the same rules by n8n itself.
 */
export interface Egress {
	/**
	 * Asks before anything is connected, whether a name or an address is given.
	 * @throws CrosslinkError `rejected`, `egress_blocked`; `transient`, `unreachable` when the name has no address
	 */
	ask(host: string, port: number): Promise<void>;
	/**
	 * For the `lookup` option of `net.connect` and `tls.connect`: asks again about the address that is really used, because a
	 * name can point elsewhere a moment later. Not called for a host that is an address: that takes `ask`.
	 */
	readonly lookup: LookupFunction;
	/**
	 * Asks, and gives an address of the host that may be used, for clients that take no `lookup`. TLS still has to be told
	 * the name (`servername`). Throws as `ask` does.
	 */
	addressOf(host: string, port: number): Promise<string>;
}
