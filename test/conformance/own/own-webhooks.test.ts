import type { WebhookRequest } from '../../../lib/adapters/adapter';
import type { Tracker } from '../../../sandbox/tracker';
import { call, SECRET, startForTest } from '../../sandbox/tracker/tracker-client';
import { startWebhookReceiver } from '../../servers/webhook-receiver';
import { adapterWith } from './adapter-with';

const statuses: number[] = [];
let receiver: Awaited<ReturnType<typeof startWebhookReceiver>>;
let received: WebhookRequest[];
let tracker: Tracker;

beforeEach(async () => {
	statuses.length = 0;
	receiver = await startWebhookReceiver(statuses);
	received = receiver.received;
	tracker = await startForTest();
	tracker.setWebhooks([{ url: receiver.url }]);
});

afterEach(async () => {
	await tracker.stop();
	await receiver.stop();
});

const adapter = (secret = SECRET) => adapterWith(secret);

it('verifies and reads what the Tracker tells of its records', async () => {
	const before = Date.now();
	await call(tracker, 'PATCH', '/api/orders', [
		{ id: '1001', notes: 'changed – “quoted”' },
		{ id: '1002', notes: 'too' },
	]);
	await call(tracker, 'PATCH', '/api/companies/c-01', { city: 'Bremen' });
	await tracker.settled();
	const events = received.flatMap((request) => {
		expect(adapter().verifyWebhook?.(request)).toEqual({ ok: true });
		return adapter().parseWebhook?.(request) ?? [];
	});
	expect(events.map(({ object, event, externalId }) => [object, event, externalId])).toEqual(
		expect.arrayContaining([
			['order', 'updated', '1001'],
			['order', 'updated', '1002'],
			['company', 'updated', 'c-01'],
		]),
	);
	expect(new Set(events.map(({ eventId }) => eventId)).size).toBe(events.length);
	for (const { occurredAt } of events) {
		expect(occurredAt.getTime()).toBeGreaterThanOrEqual(before);
		expect(occurredAt.getTime()).toBeLessThanOrEqual(Date.now());
	}
});

it('knows an event again that is sent again, under a signature of its own', async () => {
	statuses.push(503, 503);
	await call(tracker, 'PATCH', '/api/orders/1001', { notes: 'a' });
	await tracker.settled();
	expect(received).toHaveLength(3);
	const ids = received.map((request) =>
		adapter()
			.parseWebhook?.(request)
			.map(({ eventId }) => eventId),
	);
	expect(ids[1]).toEqual(ids[0]);
	expect(ids[2]).toEqual(ids[0]);
	await call(tracker, 'PATCH', '/api/orders/1001', { notes: 'b' });
	await tracker.settled();
	const [next] = received.slice(3);
	expect(adapter().parseWebhook?.(next as WebhookRequest)[0]?.eventId).not.toBe(ids[0]?.[0]);
});

it('refuses another secret, another body, another time', async () => {
	await call(tracker, 'PATCH', '/api/orders/1001', { notes: 'a' });
	await tracker.settled();
	const [request] = received;
	if (!request) throw new Error('nothing was delivered');
	const refused = (changed: Partial<WebhookRequest>, secret?: string) =>
		expect(adapter(secret).verifyWebhook?.({ ...request, ...changed })).toMatchObject({ ok: false });
	refused({}, `whsec_${Buffer.from('another key of 24 bytes').toString('base64')}`);
	refused({ rawBody: Buffer.concat([request.rawBody, Buffer.from(' ')]) });
	refused({ receivedAt: new Date(Date.now() + 302_000) });
	refused({ receivedAt: new Date(Date.now() - 302_000) });
});
