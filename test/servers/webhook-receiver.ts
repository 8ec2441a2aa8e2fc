import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { WebhookRequest } from '../../lib/adapters/adapter';

/**
 * Keeps the requests of a sender as the trigger hands them on; answers with the given statuses in turn, then 200.
 * @param path of the URL, with its query
 */
export async function startWebhookReceiver(statuses: number[] = [], path = '/hook') {
	const received: WebhookRequest[] = [];
	const server = createServer((request, response) => {
		const chunks: Buffer[] = [];
		request.on('data', (chunk: Buffer) => chunks.push(chunk));
		request.on('end', () => {
			received.push({
				method: request.method ?? '',
				publicUrl: url,
				headers: request.headers as Record<string, string>,
				rawBody: Buffer.concat(chunks),
				receivedAt: new Date(),
			});
			response.writeHead(statuses.shift() ?? 200).end();
		});
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`;
	return {
		url,
		received,
		stop: async () => {
			server.closeAllConnections();
			await new Promise((resolve) => server.close(resolve));
		},
	};
}
