import fc from 'fast-check';
import type { ConnectionValues, WebhookEvent } from '../../../../lib/adapters/adapter';
import { CrosslinkError } from '../../../../lib/errors';
import { checkId } from '../../../../lib/store/ids';
import { adapterOf, EVENT, newSecret, NOW, requestOf, signedRequest } from './requests';

const HMAC = { signingSecret: 'k', signature: 'hmac' };
const parse = (body: unknown, more: ConnectionValues = {}, receivedAt = NOW): WebhookEvent[] =>
	adapterOf({ ...HMAC, ...more }).parseWebhook?.(requestOf(body, {}, receivedAt)) ?? [];

it('reads one event, or a list of them', () => {
	const expected = {
		...{ accountId: '', object: 'order', externalId: '1001', event: 'updated', raw: EVENT },
		occurredAt: new Date('2026-11-23T09:59:58.123Z'),
	};
	expect(parse(EVENT)).toMatchObject([expected]);
	expect(parse([EVENT, { ...EVENT, data: { id: 7 } }])).toMatchObject([expected, { externalId: '7' }]);
	expect(parse([])).toEqual([]);
});

it.each([
	['order.created', 'order', 'created'],
	['order.Added', 'order', 'created'],
	['order.changed', 'order', 'updated'],
	['order.shipped', 'order', 'updated'],
	['order.removed', 'order', 'deleted'],
	['order.archived', 'order', 'deleted'],
	['company.merged', 'company', 'merged'],
	['company.undeleted', 'company', 'restored'],
	['sales.order.deleted', 'sales.order', 'deleted'],
	['orders/create', 'orders', 'created'],
	['order:updated', 'order', 'updated'],
	['order_created', 'order', 'created'],
	['sales_order', 'sales_order', 'updated'],
	['order', 'order', 'updated'],
	['.created', '.created', 'updated'],
	['order.constructor', 'order', 'updated'],
])('reads the type %s as %s %s', (type, object, event) => {
	expect(parse({ ...EVENT, type })).toMatchObject([{ object, event }]);
});

it.each([
	['2026-11-23T10:00:00+02:00', '2026-11-23T08:00:00.000Z'],
	['2026-11-23T10:00:00.5+0200', '2026-11-23T08:00:00.500Z'],
	['2026-11-23 10:00:00+02', '2026-11-23T08:00:00.000Z'],
	['2026-11-23T10:00:00', '2026-11-23T10:00:00.000Z'],
	['2026-11-23 10:00', '2026-11-23T10:00:00.000Z'],
	['2026-11-23', '2026-11-23T00:00:00.000Z'],
	[1_790_000_000, '2026-09-21T14:13:20.000Z'],
	['1790000000123', '2026-09-21T14:13:20.123Z'],
])('reads the time %j as %s', (timestamp, iso) => {
	expect(parse({ ...EVENT, timestamp })[0]?.occurredAt.toISOString()).toBe(iso);
});

it.each([
	undefined,
	null,
	'',
	'yesterday',
	'2026-13-45T99:00:00Z',
	-5,
	1e300,
	{},
	'+275000-01-01',
	999_999_999_999_999,
])('takes the time of arrival for %j', (timestamp) => {
	expect(parse({ ...EVENT, timestamp })[0]?.occurredAt).toEqual(NOW);
});

it('reads other shapes at the paths of the connection', () => {
	const paths = { typePath: 'meta.event', idPath: 'record.key', timePath: 'meta.at', accountPath: 'meta.customer' };
	const body = { meta: { event: 'invoice.created', at: 1_790_000_000, customer: 'acme' }, record: { key: 'R-1' } };
	expect(parse(body, paths)).toMatchObject([
		{
			object: 'invoice',
			event: 'created',
			externalId: 'R-1',
			accountId: 'acme',
			occurredAt: new Date(1_790_000_000_000),
		},
	]);
});

it('leads no path to a prototype', () => {
	for (const idPath of ['constructor.name', '__proto__.x', 'data.id.length', 'toString']) {
		expect(() => parse(EVENT, { idPath })).toThrow('has no text at');
	}
	expect(parse('{"type":"order.updated","__proto__":{"x":"1"}}', { idPath: '__proto__.x' })).toMatchObject([
		{ externalId: '1' },
	]);
});

describe('the event id', () => {
	const secret = newSecret();
	const standardIds = (body: unknown, messageId: string) => {
		const request = signedRequest(secret, body, messageId);
		return adapterOf({ signingSecret: secret })
			.parseWebhook?.(request)
			.map(({ eventId }) => eventId);
	};
	const hashed = (body: unknown, receivedAt = NOW) => parse(body, {}, receivedAt).map(({ eventId }) => eventId);

	it('is that of the message and the place in it, as Standard Webhooks has one', () => {
		expect(standardIds([EVENT, EVENT], 'msg_1')).toEqual(['msg_1/0', 'msg_1/1']);
		expect(standardIds(EVENT, 'msg_2')).toEqual(['msg_2/0']);
	});

	it('can be kept, however long or odd that of the message is', () => {
		for (const odd of ['x'.repeat(5_000), 'a b', 'ü', '\u0000']) {
			const [id = ''] = standardIds(EVENT, odd) ?? [];
			expect([odd, checkId('event id', id)]).toEqual([odd, undefined]);
		}
		expect(standardIds(EVENT, 'x'.repeat(5_000))).not.toEqual(standardIds(EVENT, 'x'.repeat(5_001)));
	});

	it('is that of the content without a signed one: the same again, whenever it comes and whatever stands beside it', () => {
		const later = new Date(NOW.getTime() + 60_000);
		const reordered = { data: EVENT.data, timestamp: EVENT.timestamp, type: EVENT.type };
		expect(hashed(reordered, later)).toEqual(hashed(EVENT));
		expect(hashed([{ ...EVENT, data: { id: '2' } }, EVENT], later)[1]).toBe(hashed(EVENT)[0]);
	});

	it.each([
		['type', { ...EVENT, type: 'order.created' }],
		['record', { ...EVENT, data: { id: '1002' } }],
		['time', { ...EVENT, timestamp: '2026-11-23T09:59:58.124Z' }],
		['content', { ...EVENT, data: { id: '1001', state: 'paid' } }],
	])('differs with another %s', (_name, other) => {
		expect(hashed(other)).not.toEqual(hashed(EVENT));
	});

	it('is new each time for an event without a time, so that the next change is not taken for a repetition', () => {
		const { timestamp: _timestamp, ...timeless } = EVENT;
		expect(hashed(timeless, new Date(NOW.getTime() + 1))).not.toEqual(hashed(timeless));
	});
});

it.each([
	['no type', { ...EVENT, type: undefined }, /event 0 .* "type"/],
	['no id', { ...EVENT, data: {} }, /event 0 .* "data\.id"/],
	['no data', { ...EVENT, data: null }, /"data\.id"/],
	['an empty id', { ...EVENT, data: { id: ' ' } }, /"data\.id"/],
	['an id that is an object', { ...EVENT, data: { id: {} } }, /"data\.id"/],
	['a number that JavaScript cannot hold', '{"type":"a.b","data":{"id":12345678901234567890}}', /send it as text/],
	['an id with a NUL', { ...EVENT, data: { id: 'a\u0000' } }, /NUL/],
	['an id with half a character', '{"type":"a.b","data":{"id":"\\ud800"}}', /surrogate/],
	['an id that is too long', { ...EVENT, data: { id: 'x'.repeat(513) } }, /longer than 512/],
	['a type that is too long', { ...EVENT, type: 'x'.repeat(101) }, /longer than 100/],
	['one bad event among good ones', [EVENT, { ...EVENT, data: {} }], /event 1 /],
	['no JSON', 'hello', /no JSON/],
	['nothing', '', /no JSON/],
	['a list of something else', [EVENT, 5], /no object/],
	['a text', '"hello"', /neither an event nor a list/],
	['101 events', Array.from({ length: 101 }, () => EVENT), /101 events/],
	['a long list of numbers', JSON.stringify(Array.from({ length: 100_000 }, () => 1)), /100000 events/],
	['deep nesting', `{"a":${'['.repeat(500_000)}`, /nested deeper/],
	['too many bytes', Buffer.alloc(1024 * 1024 + 1, ' '), /larger/],
])('refuses %s', (_name, body, reason) => {
	expect(() => parse(body)).toThrow(expect.objectContaining({ class: 'rejected', code: 'webhook_unreadable' }));
	expect(() => parse(body)).toThrow(reason);
});

it('counts the events of a list, not commas inside of them', () => {
	const many = {
		...EVENT,
		data: { id: '1', list: Array.from({ length: 500 }, () => 'a,b') },
		text: ',[{"'.repeat(300),
	};
	expect(parse(many)).toHaveLength(1);
	expect(parse([many, many])).toHaveLength(2);
	expect(parse(Array.from({ length: 100 }, () => EVENT))).toHaveLength(100);
});

it('answers anything with events that can be kept or a clear refusal, never with another error', () => {
	const almost = fc.record(
		{
			type: fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('order.updated', '__proto__.x'), fc.anything()),
			timestamp: fc.oneof(fc.string(), fc.double(), fc.date({ noInvalidDate: true }), fc.anything()),
			data: fc.oneof(
				fc.record({ id: fc.oneof(fc.string({ unit: 'binary' }), fc.double(), fc.integer()) }),
				fc.anything(),
			),
		},
		{ requiredKeys: [] },
	);
	const text = (value: unknown) => {
		try {
			return JSON.stringify(value, (_key, one: unknown) => (typeof one === 'bigint' ? String(one) : one)) ?? '';
		} catch {
			return '';
		}
	};
	const body = fc.oneof(fc.json(), fc.string(), almost.map(text), fc.array(almost, { maxLength: 5 }).map(text));
	let read = 0;
	fc.assert(
		fc.property(body, (given) => {
			try {
				for (const event of parse(given)) {
					read += 1;
					expect(checkId('id', event.externalId)).toBeUndefined();
					expect(checkId('event id', event.eventId)).toBeUndefined();
					expect(checkId('entity', event.object)).toBeUndefined();
					expect(event.occurredAt.toISOString()).toMatch(/^\d{4}-/);
				}
			} catch (thrown) {
				expect(thrown).toBeInstanceOf(CrosslinkError);
			}
		}),
		{ numRuns: 500 },
	);
	// Otherwise only refusals would have been looked at.
	expect(read).toBeGreaterThan(0);
});
