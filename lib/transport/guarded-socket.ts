import { Socket, type LookupFunction, type SocketConnectOpts } from 'node:net';

/**
 * A socket for drivers that connect it themselves as `connect(port, host)` or `connect(path)`: names are looked up by
 * `lookup`, so that the egress filter sees the address that is really used.
 */
export function guardedSocket(lookup: LookupFunction): Socket {
	const socket = new Socket();
	const connect = socket.connect.bind(socket) as (options: SocketConnectOpts) => Socket;
	const guarded = (to: number | string, host?: string): Socket =>
		connect(host === undefined ? { path: String(to) } : { port: Number(to), host, lookup });
	return Object.assign(socket, { connect: guarded });
}
