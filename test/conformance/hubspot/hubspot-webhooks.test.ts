import type { WebhookEvent, WebhookRequest } from '../../../lib/adapters/adapter';
import { hubSpot } from '../../../lib/adapters/hubspot';
import { createFetchHttp } from '../../../lib/transport/fetch-http';
import { createMemoryBudget } from '../../../lib/transport/memory-budget';
import { createTransport } from '../../../lib/transport/create-transport';
import { startHubSpot, type HubSpotStandIn, type WebhookFormat } from '../../../sandbox/hubspot';
import { startWebhookReceiver } from '../../servers/webhook-receiver';

/** With escapes of both kinds: those that are decoded before signing and those that are not. */
const PATH = '/hook%2Fone?tenant=a%20b%3Ac';
const STATUSES: number[] = [];
let standIn: HubSpotStandIn;
let receiver: Awaited<ReturnType<typeof startWebhookReceiver>>;
let received: WebhookRequest[];

async function start(webhookFormat: WebhookFormat): Promise<void> {
	STATUSES.length = 0;
	receiver = await startWebhookReceiver(STATUSES, PATH);
	received = receiver.received;
	standIn = await startHubSpot({ webhookUrl: receiver.url, webhookFormat, webhookRetryDelaysMs: [1, 1] });
}

afterEach(async () => {
	await standIn.stop();
	await receiver.stop();
});

function adapter(clientSecret = standIn.clientSecret) {
	const connection = { accessToken: standIn.accessToken, baseUrl: standIn.url, clientSecret };
	const limits = hubSpot.limits;
	const transport = createTransport({
		http: createFetchHttp(),
		budget: createMemoryBudget(),
		account: 'w',
		limits,
		secrets: [],
	});
	return hubSpot.create({ connection, transport });
}

function events(): WebhookEvent[] {
	return received.flatMap((request) => {
		expect(adapter().verifyWebhook?.(request)).toEqual({ ok: true });
		return adapter().parseWebhook?.(request) ?? [];
	});
}

describe.each(['classic', 'generic'] as const)('webhooks in the %s form', (format) => {
	beforeEach(() => start(format));

	it('are verified and read: created, updated, merged, deleted, restored, associated', async () => {
		const { account, webhooks } = standIn;
		const deal = { dealname: 'D', pipeline: 'default', dealstage: 'closedwon' };
		const [one, two] = [account.create('deals', deal), account.create('deals', deal)];
		const company = account.create('companies', { name: 'C' });
		account.associate('deals', one.id, 'companies', company.id);
		account.merge('deals', one.id, two.id);
		account.archive('companies', company.id);
		account.restore('companies', company.id);
		await webhooks.settled();

		const seen = events();
		const about = (object: string, event: WebhookEvent['event']) =>
			seen.filter((one) => one.object === object && one.event === event).map((one) => one.externalId);
		expect(about('deals', 'created')).toEqual([one.id, two.id]);
		expect(about('deals', 'updated')).toContain(one.id);
		expect(about('companies', 'deleted')).toEqual([company.id]);
		expect(about('companies', 'restored')).toEqual([company.id]);
		expect(seen.find((one) => one.event === 'merged')).toMatchObject({
			externalId: one.id,
			survivorId: one.id,
			mergedIds: [two.id],
			accountId: String(standIn.portalId),
		});
		expect(new Set(seen.map((one) => one.eventId)).size).toBe(seen.length);
	});

	it('keep their ids when they are sent twice or again', async () => {
		const { account, webhooks } = standIn;
		STATUSES.push(500);
		webhooks.duplicateNext();
		account.create('contacts', { email: 'a@example.com' });
		await webhooks.settled();
		expect(received.length).toBeGreaterThanOrEqual(3);
		const ids = received.map((request) =>
			adapter()
				.parseWebhook?.(request)
				.map((event) => event.eventId),
		);
		for (const one of ids) expect(one).toEqual(ids[0]);
	});

	it('are refused with another secret, another body, another URL, another time', async () => {
		standIn.account.create('contacts', { email: 'a@example.com' });
		await standIn.webhooks.settled();
		const [request] = received;
		if (!request) throw new Error('nothing was delivered');
		const refused = (changed: Partial<WebhookRequest>, secret?: string) =>
			expect(adapter(secret).verifyWebhook?.({ ...request, ...changed })).toMatchObject({ ok: false });
		refused({}, 'another-secret');
		refused({ rawBody: Buffer.concat([request.rawBody, Buffer.from(' ')]) });
		refused({ publicUrl: `${request.publicUrl}d` });
		refused({ receivedAt: new Date(Date.now() + 301_000) });
		refused({ receivedAt: new Date(Date.now() - 301_000) });
	});
});
