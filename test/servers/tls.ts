import { spawn } from 'node:child_process';
import { createServer } from 'node:https';
import { connect, createServer as createTcpServer, type AddressInfo } from 'node:net';
import type { SecureVersion, TLSSocket } from 'node:tls';
import { until } from '../until';
import type { Certificate } from './certificates';

export interface TlsServer {
	/** By name: its certificate is made out for `localhost`. */
	url: string;
	port: number;
	/** CN of the client of each request that was answered; undefined = it showed no certificate. */
	clients: Array<string | undefined>;
	stop(): Promise<void>;
}

/** A real HTTPS server on a free loopback port that demands client certificates of `clientAuthority`, where there is one. */
export async function startTls(
	own: Certificate,
	clientAuthority: Certificate | undefined,
	maxVersion: SecureVersion = 'TLSv1.3',
): Promise<TlsServer> {
	const clients: Array<string | undefined> = [];
	const demand = clientAuthority && { ca: clientAuthority.certificate, requestCert: true, rejectUnauthorized: true };
	const server = createServer(
		{ cert: own.certificate, key: own.key, minVersion: 'TLSv1.2', maxVersion, ...demand },
		(request, response) => {
			const { subject } = (request.socket as TLSSocket).getPeerCertificate();
			const name = subject?.CN;
			clients.push(Array.isArray(name) ? name[0] : name);
			response.writeHead(200, { 'content-type': 'application/json' }).end('{"ok":true}');
		},
	);
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	const { port } = server.address() as AddressInfo;
	return {
		url: `https://localhost:${port}`,
		port,
		clients,
		async stop() {
			server.closeAllConnections();
			await new Promise((resolve) => server.close(resolve));
		},
	};
}

/**
 * OpenSSL's own server: it says why it refuses a client (as nginx and Apache do), where Node.js hangs up without a word.
 */
export async function startOpensslServer(
	own: Certificate,
	clientAuthority: Certificate,
	version: 'tls1_2' | 'tls1_3',
): Promise<Omit<TlsServer, 'clients'>> {
	const port = await freePort();
	const server = spawn(
		'openssl',
		[
			...['s_server', `-${version}`, '-accept', String(port), '-cert', own.certificateFile, '-key', own.keyFile],
			...['-CAfile', clientAuthority.certificateFile, '-Verify', '2', '-verify_return_error', '-www'],
		],
		{ stdio: 'ignore' },
	);
	const endWithUs = () => server.kill();
	process.once('exit', endWithUs);
	await until(async () => await listens(port), 'openssl s_server');
	return {
		url: `https://localhost:${port}`,
		port,
		async stop() {
			process.removeListener('exit', endWithUs);
			const gone = new Promise((resolve) => server.once('exit', resolve));
			server.kill();
			await gone;
		},
	};
}

async function freePort(): Promise<number> {
	const server = createTcpServer();
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	const { port } = server.address() as AddressInfo;
	await new Promise((resolve) => server.close(resolve));
	return port;
}

async function listens(port: number): Promise<boolean> {
	return await new Promise((resolve) => {
		const socket = connect(port, '127.0.0.1');
		socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
		socket.once('connect', () => socket.destroy());
	});
}
