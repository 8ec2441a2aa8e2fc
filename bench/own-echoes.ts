import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { receiveWebhook, type Ingress } from '../lib/inbox/receive';
import type { InboxEvent } from '../lib/store/store';
import { connect } from '../lib/tenants/connect';
import { until } from '../test/until';
import type { World } from '../test/sync/world';

const RECEIVER = 'bench/trigger';
const ALL_ARE_HERE_MS = 30_000;

interface Delivery {
	rawBody: Buffer;
	headers: IncomingHttpHeaders;
}

/** What HubSpot tells of our own writes, from the moment it listens. */
export class OwnEchoes {
	private readonly deliveries: Delivery[] = [];

	private constructor(
		private readonly world: World,
		private readonly server: Server,
		private readonly url: string,
	) {}

	static async listen(world: World): Promise<OwnEchoes> {
		const server = createServer();
		await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
		const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
		const echoes = new OwnEchoes(world, server, url);
		server.on('request', (request, response) => {
			const chunks: Buffer[] = [];
			request.on('data', (chunk: Buffer) => chunks.push(chunk));
			request.on('end', () => {
				echoes.deliveries.push({ rawBody: Buffer.concat(chunks), headers: request.headers });
				response.writeHead(200).end();
			});
		});
		world.hubspot.webhooks.target = url;
		return echoes;
	}

	/** Stops listening once so many events have come. */
	async heard(events: number): Promise<void> {
		const here = () =>
			this.deliveries.reduce((sum, { rawBody }) => sum + (JSON.parse(String(rawBody)) as []).length, 0);
		await until(() => here() >= events, `${events} events of HubSpot`, ALL_ARE_HERE_MS);
		this.world.hubspot.webhooks.target = undefined;
		this.server.closeAllConnections();
		await new Promise((resolve) => this.server.close(resolve));
	}

	/** Takes them in as the trigger does: how many were kept, and how many would start the workflow. */
	async takeIn(): Promise<{ kept: number; started: number }> {
		const { hubspot, store } = this.world;
		const { accessToken, clientSecret, appId, url: baseUrl } = hubspot;
		const credential = async () => await Promise.resolve({ accessToken, clientSecret, appId: String(appId), baseUrl });
		const connected = await connect({ ...this.world.access(), credential });
		let kept = 0;
		const ingress: Ingress = {
			wanted: {},
			byHand: false,
			store: async (events: InboxEvent[]) => {
				kept += events.length;
				return (await store.inbox.receive(RECEIVER, events, { againSeconds: 60 })) ?? [];
			},
		};
		let started = 0;
		for (const { rawBody, headers } of this.deliveries) {
			const flat = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
			const request = { method: 'POST', publicUrl: this.url, headers: flat, rawBody, receivedAt: new Date() };
			const reception = await receiveWebhook(connected, store, request, ingress);
			if (reception.outcome !== 'received') throw new Error(reception.reason);
			started += reception.fresh.length;
		}
		return { kept, started };
	}
}
