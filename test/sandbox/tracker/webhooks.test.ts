import { Webhook } from 'standardwebhooks';

import type { Tracker } from '../../../sandbox/tracker';
import { startReceiver } from './receiver';
import { call, HEADER_TOKEN, SECRET, startForTest } from './tracker-client';

type Receiver = Awaited<ReturnType<typeof startReceiver>>;

let tracker: Tracker;
let receiver: Receiver;

async function start(statuses: number[] = []): Promise<void> {
	receiver = await startReceiver(statuses);
	tracker = await startForTest();
	tracker.setWebhooks([{ url: receiver.url }]);
}

afterEach(async () => {
	await tracker.stop();
	await receiver.stop();
});

it('tells of a change with a signature that the reference library accepts, and with the static header', async () => {
	await start();
	await call(tracker, 'PATCH', '/api/orders/1001', { notes: 'changed – “quoted”' });
	await tracker.settled();
	expect(receiver.received).toHaveLength(1);
	const [{ headers, raw, body }] = receiver.received as [Receiver['received'][number]];
	expect(body).toEqual([{ type: 'order.updated', timestamp: expect.any(String), data: { id: '1001' } }]);
	expect(headers['x-tracker-token']).toBe(HEADER_TOKEN);
	expect(new Webhook(SECRET).verify(raw, headers as Record<string, string>)).toEqual(body);
	expect(() => new Webhook(SECRET).verify(`${raw} `, headers as Record<string, string>)).toThrow(
		'No matching signature',
	);
});

it('folds many changes into one message for each entity, companies first', async () => {
	await start();
	const ids = Array.from({ length: 25 }, (_, index) => String(1001 + index));
	await call(
		tracker,
		'PATCH',
		'/api/orders',
		[...ids, ...ids].map((id, index) => ({ id, notes: `note ${index}` })),
	);
	await call(tracker, 'PATCH', '/api/companies/c-01', { city: 'Bremen' });
	await tracker.settled();
	const told = receiver.received;
	expect(told.filter((each) => each.entity === 'order').flatMap((each) => each.ids)).toEqual(ids);
	expect(told.filter((each) => each.entity === 'company').flatMap((each) => each.ids)).toEqual(['c-01']);
});

it('says nothing about a change that changes nothing', async () => {
	await start();
	const { body } = await call(tracker, 'GET', '/api/orders/1001');
	await call(tracker, 'PATCH', '/api/orders/1001', { name: body.name });
	await tracker.settled();
	expect(receiver.received).toEqual([]);
});

it('repeats the same message until it is taken', async () => {
	await start([500, 503]);
	await call(tracker, 'PATCH', '/api/orders/1001', { notes: 'a' });
	await tracker.settled();
	expect(receiver.received.map(({ headers }) => headers['webhook-id'])).toEqual(
		Array(3).fill(receiver.received[0]?.headers['webhook-id']),
	);
	expect(tracker.deliveries()).toMatchObject([{ attempts: 3, delivered: true, status: 200 }]);
});

it('gives up after the last try, and goes on with the next message', async () => {
	await start([500, 500, 500, 500]);
	await call(tracker, 'PATCH', '/api/orders/1001', { notes: 'a' });
	await tracker.settled();
	await call(tracker, 'PATCH', '/api/orders/1002', { notes: 'b' });
	await tracker.settled();
	expect(tracker.deliveries()).toMatchObject([
		{ ids: ['1001'], attempts: 4, delivered: false, status: 500, error: 'answered 500' },
		{ ids: ['1002'], delivered: true },
	]);
});

it('names the reason when nobody listens', async () => {
	await start();
	await receiver.stop();
	await call(tracker, 'PATCH', '/api/orders/1001', { notes: 'a' });
	await tracker.settled();
	expect(tracker.deliveries()).toMatchObject([{ delivered: false, status: null, error: 'ECONNREFUSED' }]);
});

it('sends everything again on request: companies, then orders, or one of them', async () => {
	await start();
	const both = await call(tracker, 'POST', '/_sandbox/resend', {});
	expect(both).toMatchObject({
		status: 202,
		body: {
			sent: [
				{ entity: 'company', count: 8 },
				{ entity: 'order', count: 25 },
			],
		},
	});
	await tracker.settled();
	await call(tracker, 'POST', '/_sandbox/resend', { entity: 'order' });
	await tracker.settled();
	expect(receiver.received.map(({ entity, ids }) => [entity, ids.length])).toEqual([
		['company', 8],
		['order', 25],
		['order', 25],
	]);
	expect(await call(tracker, 'POST', '/_sandbox/resend', { entity: 'invoice' })).toMatchObject({ status: 422 });
});

it('splits what does not fit into one message', async () => {
	await start();
	const created = Array.from({ length: 120 }, (_, index) => String(5000 + index));
	for (const id of created) await call(tracker, 'POST', '/api/orders', { id, name: id });
	await tracker.settled();
	receiver.received.length = 0;
	tracker.resend('order');
	await tracker.settled();
	expect(receiver.received.map(({ ids }) => ids.length)).toEqual([100, 45]);
});

it('tells each target only what it asked for', async () => {
	await start();
	tracker.setWebhooks([{ url: receiver.url, entities: ['company'] }]);
	tracker.resend();
	await tracker.settled();
	expect(receiver.received.map(({ entity }) => entity)).toEqual(['company']);
});

it('stops at once while a message waits for its next try', async () => {
	receiver = await startReceiver([500]);
	tracker = await startForTest({ webhooks: { secret: SECRET, token: HEADER_TOKEN, retryDelaysMs: [600_000] } });
	tracker.setWebhooks([{ url: receiver.url }]);
	await call(tracker, 'PATCH', '/api/orders/1001', { notes: 'a' });
	while (receiver.received.length === 0) await new Promise(setImmediate);
	await tracker.stop();
	expect(tracker.deliveries()).toMatchObject([{ delivered: false, attempts: 1 }]);
});
