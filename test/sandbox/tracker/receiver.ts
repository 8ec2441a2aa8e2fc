import type { IncomingHttpHeaders } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Received {
	headers: IncomingHttpHeaders;
	raw: string;
	body: Array<{ type: string; timestamp: string; data: { id: string } }>;
	/** Entity and ids of what the message is about. */
	entity: string | undefined;
	ids: string[];
}

/** An HTTP server that keeps what it gets and answers with the given statuses in turn, then 200. */
export async function startReceiver(statuses: number[] = []) {
	const received: Received[] = [];
	const server = createServer((request, response) => {
		const chunks: Buffer[] = [];
		request.on('data', (chunk: Buffer) => chunks.push(chunk));
		request.on('end', () => {
			const raw = Buffer.concat(chunks).toString();
			const body = JSON.parse(raw) as Received['body'];
			const entity = body[0]?.type.split('.')[0];
			received.push({ headers: request.headers, raw, body, entity, ids: body.map(({ data }) => data.id) });
			response.writeHead(statuses.shift() ?? 200).end();
		});
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	const { port } = server.address() as AddressInfo;
	return {
		url: `http://127.0.0.1:${port}/hook`,
		received,
		stop: async () => {
			server.closeAllConnections();
			await new Promise((resolve) => server.close(resolve));
		},
	};
}
