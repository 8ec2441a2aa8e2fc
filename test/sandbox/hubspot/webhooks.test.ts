import Fastify from 'fastify';
import { Signature } from '@hubspot/api-client';
import type { HubSpotOptions, WebhookPayload } from '../../../sandbox/hubspot';
import { dealProperties, startVendor } from './vendor-client';

interface Request {
	headers: Record<string, string>;
	raw: string;
	events: WebhookPayload[];
}

const closing: Array<() => Promise<unknown>> = [];
afterEach(async () => {
	await Promise.all(closing.splice(0).map((close) => close()));
});

/** A receiver that keeps what it gets and answers by the statuses given, then 200. */
async function receiver(statuses: number[] = []) {
	const requests: Request[] = [];
	const server = Fastify({ forceCloseConnections: true });
	server.removeAllContentTypeParsers();
	server.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => done(null, body));
	server.post('/hooks', async (request, reply) => {
		const raw = String(request.body);
		requests.push({
			headers: request.headers as Record<string, string>,
			raw,
			events: JSON.parse(raw) as WebhookPayload[],
		});
		const status = statuses.shift() ?? 200;
		if (status === 0) await new Promise(() => undefined);
		return reply.code(status).send();
	});
	const url = `${await server.listen({ port: 0, host: '127.0.0.1' })}/hooks`;
	closing.push(() => server.close());
	return { url, requests, events: () => requests.flatMap((request) => request.events) };
}

async function listening(statuses: number[] = [], options: HubSpotOptions = {}) {
	const inbox = await receiver(statuses);
	const vendor = await startVendor({ webhookUrl: inbox.url, webhookRetryDelaysMs: [5, 5, 5], ...options });
	return { ...vendor, inbox };
}

describe('webhooks', () => {
	it('are signed as the vendor’s own helper signs them', async () => {
		const { hs, inbox } = await listening();
		hs.account.create('companies', { name: 'Ünïcode GmbH' });
		await hs.webhooks.settled();
		const [request] = inbox.requests;
		const timestamp = Number(request?.headers['x-hubspot-request-timestamp']);
		expect(Math.abs(Date.now() - timestamp)).toBeLessThan(10_000);
		const options = {
			signature: request?.headers['x-hubspot-signature-v3'] ?? '',
			method: 'POST',
			clientSecret: hs.clientSecret,
			requestBody: request?.raw ?? '',
			url: inbox.url,
			timestamp,
			signatureVersion: 'v3',
		};
		expect(Signature.isValid(options)).toBe(true);
		expect(Signature.isValid({ ...options, requestBody: `${options.requestBody} ` })).toBe(false);
	});

	it('tell of a creation with its values, by a person or by our app', async () => {
		const { hs, inbox, client } = await listening();
		const { id } = hs.account.create('deals', dealProperties({ amount: '5' }));
		await client.crm.deals.basicApi.update(id, { properties: { amount: '6' } });
		await hs.webhooks.settled();
		const [creation, ...changes] = inbox.events().filter((event) => event.changeSource === 'CRM_UI');
		expect(creation).toMatchObject({
			subscriptionType: 'deal.creation',
			portalId: hs.portalId,
			appId: hs.appId,
			objectId: Number(id),
			changeFlag: 'CREATED',
			attemptNumber: 0,
			sourceId: 'userId:9100001',
		});
		expect(changes.map((event) => [event.propertyName, event.propertyValue])).toContainEqual(['amount', '5']);
		expect(inbox.events().filter((event) => event.changeSource === 'INTEGRATION')).toMatchObject([
			{
				subscriptionType: 'deal.propertyChange',
				propertyName: 'amount',
				propertyValue: '6',
				sourceId: String(hs.appId),
			},
		]);
	});

	it('tell of deletion, restore, merge and links', async () => {
		const { hs, inbox } = await listening();
		const [a, b] = ['A', 'B'].map((name) => hs.account.create('companies', { name }).id) as [string, string];
		const deal = hs.account.create('deals', dealProperties()).id;
		await hs.webhooks.settled();
		inbox.requests.length = 0;
		hs.account.associate('deals', deal, 'companies', a);
		hs.account.archive('deals', deal);
		hs.account.restore('deals', deal);
		hs.account.merge('companies', a, b);
		await hs.webhooks.settled();
		const events = inbox.events().filter((event) => !event.subscriptionType.endsWith('propertyChange'));
		expect(events).toMatchObject([
			{
				subscriptionType: 'deal.associationChange',
				associationType: 'DEAL_TO_COMPANY',
				fromObjectId: Number(deal),
				toObjectId: Number(a),
				associationRemoved: false,
				isPrimaryAssociation: true,
			},
			{ subscriptionType: 'company.associationChange', associationType: 'COMPANY_TO_DEAL', fromObjectId: Number(a) },
			{ subscriptionType: 'deal.deletion', objectId: Number(deal) },
			{ subscriptionType: 'deal.restore', objectId: Number(deal) },
			{
				subscriptionType: 'company.merge',
				primaryObjectId: Number(a),
				mergedObjectIds: [Number(b)],
				newObjectId: Number(a),
				numberOfPropertiesMoved: 0,
			},
		]);
	});

	it('come in the generic format, and only as subscribed', async () => {
		const { hs, inbox } = await listening([], { webhookFormat: 'generic' });
		hs.webhooks.subscribe({ type: 'object.propertyChange', objectTypeId: '0-3', propertyName: 'amount' });
		const { id } = hs.account.create('deals', dealProperties({ amount: '5' }));
		hs.account.create('companies', { name: 'A' });
		await hs.webhooks.settled();
		expect(inbox.events()).toMatchObject([
			{ subscriptionType: 'object.propertyChange', objectTypeId: '0-3', objectId: Number(id), propertyName: 'amount' },
		]);
	});

	it('come in requests of up to 100 events', async () => {
		const { hs, inbox } = await listening();
		hs.webhooks.subscribe({ type: 'company.creation' });
		for (let n = 0; n < 250; n++) hs.account.create('companies', { name: `C${n}` });
		await hs.webhooks.settled();
		expect(inbox.requests.map((request) => request.events.length).sort()).toEqual([100, 100, 50]);
		expect(new Set(inbox.events().map((event) => event.objectId)).size).toBe(250);
	});

	it('are tried again after 4xx, 5xx and silence, signed anew, with the attempt’s number', async () => {
		const { hs, inbox } = await listening([401, 500, 0], { webhookTimeoutMs: 1_000 });
		hs.webhooks.subscribe({ type: 'company.creation' });
		hs.account.create('companies', { name: 'A' });
		await hs.webhooks.settled();
		expect(inbox.events().map((event) => event.attemptNumber)).toEqual([0, 1, 2, 3]);
		expect(new Set(inbox.events().map((event) => event.eventId)).size).toBe(1);
		expect(new Set(inbox.requests.map((request) => request.headers['x-hubspot-signature-v3'])).size).toBe(4);
		expect(hs.webhooks.deliveries.map((delivery) => delivery.status)).toEqual([401, 500, 0, 200]);
	});

	it('are given up after the last try', async () => {
		const { hs, inbox } = await listening([500, 500, 500, 500, 500]);
		hs.webhooks.subscribe({ type: 'company.creation' });
		hs.account.create('companies', { name: 'A' });
		await hs.webhooks.settled();
		expect(inbox.requests).toHaveLength(4);
		expect(hs.webhooks.pending).toBe(0);
	});

	it('come twice, late and out of order on demand', async () => {
		const { hs, inbox } = await listening();
		hs.webhooks.subscribe({ type: 'company.propertyChange', propertyName: 'city' });
		hs.webhooks.hold();
		const { id } = hs.account.create('companies', { name: 'A', city: 'Ulm' });
		hs.account.edit('companies', id, { city: 'Bonn' });
		await hs.webhooks.settled();
		expect(inbox.requests).toEqual([]);
		hs.webhooks.duplicateNext();
		hs.webhooks.release({ order: 'reversed' });
		await hs.webhooks.settled();
		expect(inbox.requests.map((request) => request.events.map((event) => event.propertyValue))).toEqual([
			['Bonn', 'Ulm'],
			['Bonn', 'Ulm'],
		]);
	});

	it('go nowhere without a target, and stop with the stand-in', async () => {
		const { hs, inbox } = await listening([500, 500, 500, 500], { webhookRetryDelaysMs: [60_000] });
		hs.account.create('companies', { name: 'A' });
		while (hs.webhooks.deliveries.length === 0) await new Promise((resolve) => setImmediate(resolve));
		await hs.stop();
		expect(inbox.requests).toHaveLength(1);
		const silent = await startVendor();
		silent.hs.account.create('companies', { name: 'A' });
		expect(silent.hs.webhooks.pending).toBe(0);
	});
});
