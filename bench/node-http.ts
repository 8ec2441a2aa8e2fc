import { Agent, request } from 'node:http';
import type { HttpAnswer, HttpClient } from '../lib/transport/http';

/**
 * HTTP as n8n's own helper makes it: over `node:http`, one connection kept open. Node's `fetch` holds parts of each
 * answered request until a full garbage collection, so that what a process takes would say more about `fetch` than
 * about us.
 */
export function createNodeHttp(): HttpClient {
	const agent = new Agent({ keepAlive: true });
	return async ({ method, url, headers, body, signal }) =>
		await new Promise<HttpAnswer>((resolve, reject) => {
			const outgoing = request(url, { method, headers, agent, signal }, (incoming) => {
				const chunks: Buffer[] = [];
				incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
				incoming.once('error', reject);
				incoming.once('end', () => {
					const lines = Object.entries(incoming.headers).map(([name, value]) => [name, String(value)]);
					resolve({
						status: incoming.statusCode ?? 0,
						headers: Object.fromEntries(lines) as Record<string, string>,
						body: Buffer.concat(chunks),
					});
				});
			});
			outgoing.once('error', reject);
			outgoing.end(body);
		});
}
