import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Adapter, WebhookRequest } from '../../../lib/adapters/adapter';
import { ownSystem } from '../../../lib/adapters/own';
import { withFieldDefaults } from '../../../lib/tenants/connection-values';

/** Keeps the requests of a sender as the trigger hands them on; answers with the given statuses in turn, then 200. */
export async function startWebhookReceiver(statuses: number[] = []) {
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
	const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`;
	return {
		url,
		received,
		stop: async () => {
			server.closeAllConnections();
			await new Promise((resolve) => server.close(resolve));
		},
	};
}

/** The adapter over nothing but a secret. */
export function adapterWith(signingSecret: string): Adapter {
	const module = ownSystem.onprem;
	const transport = { calls: 0, request: () => Promise.reject(new Error('no call expected')) };
	return module.create({ connection: withFieldDefaults(module, { signingSecret }), transport });
}
