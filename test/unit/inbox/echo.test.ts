import type { EntityBinding, ExternalRecord, FieldRule, FieldValue } from '../../../lib/adapters/adapter';
import { isEchoOfRecord, isEchoOfWebhook } from '../../../lib/inbox/echo';
import type { LinkRow } from '../../../lib/store/store';

const AGREED_AT = new Date('2026-03-04T12:00:00Z');
const seconds = (count: number) => new Date(AGREED_AT.getTime() + count * 1_000);

const rule = (local: string, external: string): FieldRule => ({
	...{ local, external, direction: 'both', owner: 'local', policy: 'owner', strength: 'onChange' },
});
const binding: EntityBinding = {
	entity: 'order',
	displayName: 'Order',
	object: 'deals',
	fields: [rule('name', 'dealname'), rule('notes', 'description')],
	associations: [],
	linkColumns: [],
	keyField: 'crosslink_id',
	onCreate: {},
	onDelete: 'ignore',
};
const agreed = { 'name>dealname': 'Pumps', 'notes>description': null };
const link = (more: Partial<LinkRow> = {}): LinkRow => ({
	tenant: 't',
	localId: '1',
	externalId: '900',
	syncStatus: 'synced',
	lastSyncedAt: AGREED_AT,
	lastError: null,
	errorCode: null,
	attempts: 0,
	nextAttemptAt: null,
	base: { local: agreed, external: agreed },
	baseHash: null,
	mappingVersion: null,
	externalVersion: null,
	pushedVersion: 'v7',
	leaseOwner: null,
	leaseUntil: null,
	createdAt: new Date(0),
	updatedAt: new Date(0),
	columns: {},
	unsent: null,
	flips: null,
	sent: null,
	inDoubt: false,
	handed: null,
	...more,
});

describe('a webhook event', () => {
	const said = (field: string, value: FieldValue, occurredAt = seconds(0)) => ({
		...{ event: 'updated' as const, changed: { field, value }, occurredAt },
	});
	it.each([
		['the agreed value of a mapped field', said('dealname', 'Pumps'), link(), true],
		['an empty text where nothing is agreed', said('description', ''), link(), true],
		['another value', said('dealname', 'Valves'), link(), false],
		['a field that no rule maps', said('closedate', 'Pumps'), link(), false],
		['the agreed value, typed again after the sides agreed', said('dealname', 'Pumps', seconds(3)), link(), false],
		[
			'the agreed value on a link with an open question',
			said('dealname', 'Pumps'),
			link({ syncStatus: 'conflict' }),
			false,
		],
		['a record without a link', said('dealname', 'Pumps'), undefined, false],
		['our own create', { event: 'created' as const, occurredAt: seconds(0) }, link(), true],
		['a create of theirs', { event: 'created' as const, occurredAt: seconds(0) }, link({ pushedVersion: null }), false],
		['a deletion', { event: 'deleted' as const, occurredAt: seconds(0) }, link(), false],
	])('that tells %s', (_what, event, ofLink, echo) => {
		expect(isEchoOfWebhook(event, binding, ofLink)).toBe(echo);
	});
});

describe('a record that polling has found', () => {
	const record = (fields: Record<string, FieldValue>, more: Partial<ExternalRecord> = {}): ExternalRecord => ({
		...{ externalId: '900', fields, version: 'v8', modifiedAt: seconds(9), aliases: [], deleted: false },
		...more,
	});
	it.each([
		['in the version of our last write', record({ dealname: 'Valves' }, { version: 'v7' }), link(), true],
		['with the agreed value in every mapped field', record({ dealname: 'Pumps', description: '' }), link(), true],
		['with another value in one', record({ dealname: 'Pumps', description: 'Call them' }), link(), false],
		['that is gone', record({ dealname: 'Pumps', description: '' }, { deleted: true }), link(), false],
		['under another id', record({ dealname: 'Pumps', description: '' }, { externalId: '901' }), link(), false],
		['without a link', record({ dealname: 'Pumps', description: '' }), undefined, false],
	])('%s', (_what, found, ofLink, echo) => {
		expect(isEchoOfRecord(found, binding, ofLink)).toBe(echo);
	});
});
