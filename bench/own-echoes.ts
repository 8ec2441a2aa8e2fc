import type { WebhookRequest } from '../lib/adapters/adapter';
import { receiveWebhook, type Ingress } from '../lib/inbox/receive';
import type { InboxEvent } from '../lib/store/store';
import { connect } from '../lib/tenants/connect';
import { startWebhookReceiver } from '../test/servers/webhook-receiver';
import type { World } from '../test/sync/world';

const RECEIVER = 'bench/trigger';

/** What HubSpot tells of the writes that are made meanwhile. */
export async function webhooksOf(world: World, write: () => Promise<unknown>): Promise<WebhookRequest[]> {
	const { webhooks } = world.hubspot;
	const receiver = await startWebhookReceiver();
	webhooks.target = receiver.url;
	try {
		await write();
		await webhooks.settled();
		return receiver.received;
	} finally {
		webhooks.target = undefined;
		await receiver.stop();
	}
}

/** Takes webhooks in as the trigger does: how many events were kept, and how many would start the workflow. */
export async function takeIn(
	{ hubspot, store, access }: World,
	requests: WebhookRequest[],
): Promise<{ kept: number; started: number }> {
	const { accessToken, clientSecret, appId, url: baseUrl } = hubspot;
	const credential = async () => await Promise.resolve({ accessToken, clientSecret, appId: String(appId), baseUrl });
	const connected = await connect({ ...access(), credential });
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
	for (const request of requests) {
		const reception = await receiveWebhook(connected, store, request, ingress);
		if (reception.outcome !== 'received') throw new Error(reception.reason);
		started += reception.fresh.length;
	}
	return { kept, started };
}
