import fc from 'fast-check';
import { CrosslinkError } from '../../../../lib/errors';
import { parseEvents } from '../../../../lib/adapters/hubspot/webhook-events';

const receivedAt = new Date('2026-11-23T10:00:00Z');
const parse = (body: unknown) =>
	parseEvents({
		method: 'POST',
		publicUrl: 'https://n8n.example.com/hook',
		headers: {},
		rawBody: Buffer.isBuffer(body) ? body : Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)),
		receivedAt,
	});

const common = {
	eventId: 100,
	subscriptionId: 1,
	portalId: 42,
	appId: 7,
	occurredAt: 1_760_000_000_000,
	attemptNumber: 0,
};
const change = {
	...common,
	subscriptionType: 'deal.propertyChange',
	objectId: 5,
	propertyName: 'amount',
	propertyValue: '9',
};

it.each([
	[{ subscriptionType: 'deal.creation', objectId: 5 }, 'deals', 'created', '5'],
	[{ subscriptionType: 'company.propertyChange', objectId: 5 }, 'companies', 'updated', '5'],
	[{ subscriptionType: 'contact.deletion', objectId: 5 }, 'contacts', 'deleted', '5'],
	[{ subscriptionType: 'contact.privacyDeletion', objectId: 5 }, 'contacts', 'deleted', '5'],
	[{ subscriptionType: 'line_item.restore', objectId: '5' }, 'line_items', 'restored', '5'],
	[{ subscriptionType: 'object.creation', objectTypeId: '0-3', objectId: 5 }, 'deals', 'created', '5'],
	[{ subscriptionType: 'object.creation', objectTypeId: '0-123', objectId: 5 }, 'orders', 'created', '5'],
	[{ subscriptionType: 'object.propertyChange', objectTypeId: '2-98765', objectId: 5 }, '2-98765', 'updated', '5'],
	[{ eventType: 'deal.creation', objectId: 5 }, 'deals', 'created', '5'],
	[{ subscriptionType: 'deal.associationChange', fromObjectId: 5, toObjectId: 6 }, 'deals', 'updated', '5'],
	[
		{
			subscriptionType: 'object.associationChange',
			associationType: 'COMPANY_TO_DEAL',
			fromObjectId: 5,
			toObjectId: 6,
		},
		'companies',
		'updated',
		'5',
	],
])('reads %j as %s %s %s', (event, object, kind, externalId) => {
	expect(parse([{ ...common, ...event }])).toMatchObject([
		{ object, event: kind, externalId, accountId: '42', occurredAt: new Date(1_760_000_000_000) },
	]);
});

it('reads merges, with a new record or without', () => {
	const merge = { ...common, subscriptionType: 'deal.merge', objectId: 1, primaryObjectId: 1, mergedObjectIds: [2, 3] };
	expect(parse([merge])[0]).toMatchObject({ externalId: '1', survivorId: '1', mergedIds: ['2', '3'] });
	expect(parse([{ ...merge, newObjectId: 9 }])[0]).toMatchObject({
		externalId: '9',
		survivorId: '9',
		mergedIds: ['1', '2', '3'],
	});
	expect(parse([{ ...merge, newObjectId: 1 }])[0]).toMatchObject({ survivorId: '1', mergedIds: ['2', '3'] });
});

it('leaves out what is about no record, and keeps the rest', () => {
	const others = [
		{ ...common, subscriptionType: 'conversation.creation', objectId: 1 },
		{ ...common, subscriptionType: 'deal.somethingNew', objectId: 1 },
		{ ...common, subscriptionType: 'deal.creation' },
		{ ...common, objectId: 1 },
		{},
	];
	expect(parse([...others, change])).toHaveLength(1);
	expect(parse([])).toEqual([]);
});

it('tells which property got which value, and nothing where HubSpot does not', () => {
	expect(parse([change])[0]?.changed).toEqual({ field: 'amount', value: '9' });
	expect(parse([{ ...change, propertyValue: '' }])[0]?.changed).toEqual({ field: 'amount', value: '' });
	expect(parse([{ ...change, propertyValue: null }])[0]?.changed).toEqual({ field: 'amount', value: null });
	const { propertyValue: _value, ...without } = change;
	expect(parse([without])[0]).not.toHaveProperty('changed');
	expect(parse([{ ...change, propertyName: '' }])[0]).not.toHaveProperty('changed');
	expect(parse([{ ...change, subscriptionType: 'deal.creation' }])[0]).not.toHaveProperty('changed');
});

describe('the event id', () => {
	const idOf = (event: object) => parse([event])[0]?.eventId;

	it('is the same for a re-delivery', () => {
		expect(idOf({ ...change, attemptNumber: 3 })).toBe(idOf(change));
	});

	it.each([
		['eventId', 101],
		['subscriptionId', 2],
		['portalId', 43],
		['objectId', 6],
		['propertyName', 'dealname'],
		['occurredAt', 1_760_000_000_001],
		['subscriptionType', 'company.propertyChange'],
	])('differs with %s: HubSpot’s own eventId is not unique', (name, value) => {
		expect(idOf({ ...change, [name]: value })).not.toBe(idOf(change));
	});

	it('differs between adding and removing an association', () => {
		const link = { ...common, subscriptionType: 'deal.associationChange', fromObjectId: 5, toObjectId: 6 };
		expect(idOf({ ...link, associationRemoved: true })).not.toBe(idOf({ ...link, associationRemoved: false }));
	});
});

it.each([
	['no JSON', 'hello'],
	['no list', { ...change }],
	['a list of something else', [change, 5]],
	['101 events', Array.from({ length: 101 }, () => change)],
	['deep nesting', `[{"a":${'['.repeat(1_000_000)}`],
	['9 MB', Buffer.alloc(9 * 1024 * 1024, ' ')],
	['bytes that are no text', Buffer.from([0xff, 0xfe, 0x00])],
])('refuses %s', (_name, body) => {
	expect(() => parse(body)).toThrow(expect.objectContaining({ class: 'rejected', code: 'webhook_unreadable' }));
});

it('is not fooled by brackets inside strings', () => {
	expect(parse([{ ...change, propertyValue: '"\\'.repeat(20) + '['.repeat(500) }])).toHaveLength(1);
});

it('answers anything with events or a clear refusal, never with another error', () => {
	fc.assert(
		fc.property(
			fc.oneof(
				fc.json(),
				fc.string(),
				fc.array(fc.object()).map((list) => JSON.stringify(list)),
			),
			(body) => {
				try {
					for (const event of parse(body)) expect(event.externalId).not.toBe('');
				} catch (thrown) {
					expect(thrown).toBeInstanceOf(CrosslinkError);
				}
			},
		),
	);
});
