import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A real HTTP server on a free loopback port, answering with the given steps; the last one repeats. */
export interface Loopback {
	url: string;
	seen: Array<{ method: string; path: string; authorization: string | undefined; body: string; at: number }>;
	stop(): Promise<void>;
}

export type Step = (request: IncomingMessage, response: ServerResponse) => void;

export async function startLoopback(...steps: Step[]): Promise<Loopback> {
	const seen: Loopback['seen'] = [];
	const server = createServer((request, response) => {
		const chunks: Buffer[] = [];
		request.on('data', (chunk: Buffer) => chunks.push(chunk));
		request.on('end', () => {
			const step = steps[Math.min(seen.length, steps.length - 1)] as Step;
			seen.push({
				method: request.method ?? '',
				path: request.url ?? '',
				authorization: request.headers.authorization,
				body: Buffer.concat(chunks).toString('utf8'),
				at: performance.now(),
			});
			step(request, response);
		});
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	return {
		url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
		seen,
		stop: () =>
			new Promise((resolve) => {
				server.closeAllConnections();
				server.close(() => resolve());
			}),
	};
}

export const answer =
	(status: number, body = '{}', headers: Record<string, string> = {}): Step =>
	(_request, response) =>
		void response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body);

/** The request has arrived; its answer never does. */
export const cut: Step = (request) => void request.socket.destroy();

export const hang: Step = () => {};
