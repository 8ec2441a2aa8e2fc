import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import type { Egress } from '../../transport/egress';
import type { DirectoryConnection } from './connection';
import { CONNECT_TIMEOUT_MS } from './limits';
import { tlsOptions } from './tls';

/** A TCP connection to the server. n8n's egress filter is asked first, and again about the address that is really used. */
export async function openSocket(
	{ host, port }: DirectoryConnection,
	egress: Egress | undefined,
	signal: AbortSignal,
): Promise<Socket> {
	await egress?.ask(host, port);
	const socket = connectTcp({ host, port, noDelay: true, keepAlive: true, ...(egress && { lookup: egress.lookup }) });
	await opened(socket, 'connect', signal);
	return socket;
}

/** TLS over an open connection, the server's certificate checked. */
export async function secured(
	socket: Socket,
	connection: DirectoryConnection,
	signal: AbortSignal,
): Promise<TLSSocket> {
	const options = await tlsOptions(connection).catch((error: unknown) => {
		socket.destroy();
		throw error;
	});
	const secure = connectTls({ ...options, socket });
	await opened(secure, 'secureConnect', signal);
	return secure;
}

async function opened(socket: Socket, event: 'connect' | 'secureConnect', signal: AbortSignal): Promise<void> {
	let stop = (_: Error): void => undefined;
	const cancelled = () => stop(new Error('cancelled'));
	const timer = setTimeout(() => stop(new Error(`no connection within ${CONNECT_TIMEOUT_MS} ms`)), CONNECT_TIMEOUT_MS);
	signal.addEventListener('abort', cancelled, { once: true });
	const closed = () => stop(new Error('the server closed the connection at once'));
	try {
		await new Promise<void>((resolve, reject) => {
			stop = reject;
			if (signal.aborted) cancelled();
			// Stays on: somebody has to listen, else an error that comes later ends the whole process.
			socket
				.on('error', (error) => stop(error))
				.once('close', closed)
				.once(event, () => resolve());
		});
	} catch (error) {
		socket.destroy();
		throw error;
	} finally {
		clearTimeout(timer);
		socket.removeListener('close', closed);
		signal.removeEventListener('abort', cancelled);
	}
}
