import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { SecureVersion, TLSSocket } from 'node:tls';
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
