import type { EntityBinding, ExternalRecord, FieldRule, Fields } from '../../../lib/adapters/adapter';
import { needsExternalRecord, planPull, planPush } from '../../../lib/sync/plan';
import type { Base, LinkRow } from '../../../lib/store/store';

const rule = (local: string, external: string, more: Partial<FieldRule> = {}): FieldRule => ({
	local,
	external,
	direction: 'push',
	owner: 'local',
	policy: 'owner',
	strength: 'onChange',
	...more,
});

const binding: EntityBinding = {
	entity: 'order',
	displayName: 'Order',
	object: 'deals',
	fields: [
		rule('name', 'dealname'),
		rule('amount', 'amount', { direction: 'both', transform: { type: 'number' } }),
		rule('custom_fields.po', 'po_number'),
		rule('salesStage', 'dealstage', { direction: 'pull', owner: 'external' }),
	],
	associations: [{ local: 'companyId', entity: 'company' }],
	linkColumns: [{ column: 'stage', external: 'dealstage' }],
	keyField: 'crosslink_id',
	onCreate: {},
};

const link = (base: Base | null, more: Partial<LinkRow> = {}): LinkRow => ({
	tenant: 'default',
	localId: '1',
	externalId: '900',
	syncStatus: 'synced',
	lastSyncedAt: null,
	lastError: null,
	errorCode: null,
	attempts: 0,
	nextAttemptAt: null,
	base,
	baseHash: null,
	mappingVersion: null,
	externalVersion: null,
	pushedVersion: null,
	leaseOwner: null,
	leaseUntil: null,
	createdAt: new Date(0),
	updatedAt: new Date(0),
	columns: {},
	...more,
});

const external = (fields: Fields): ExternalRecord => ({
	externalId: '900',
	fields,
	version: 'v1',
	modifiedAt: null,
	aliases: [],
	deleted: false,
});

const agreed: Base = {
	local: { 'name>dealname': 'Pumps', 'amount>amount': 100, 'companyId>': 'c1' },
	external: { 'name>dealname': 'Pumps', 'amount>amount': '100.00', 'companyId>': '77' },
};

describe('planPush', () => {
	it('creates with every mapped field that has a value', () => {
		const plan = planPush(
			binding,
			'1',
			{ name: 'Pumps', amount: 100, custom_fields: { po: 'PO-1' }, notes: 'x', companyId: 'c1' },
			undefined,
		);
		expect(plan.kind).toBe('create');
		expect(plan.writes).toEqual({ dealname: 'Pumps', amount: 100, po_number: 'PO-1' });
		expect(plan.associations).toEqual([{ field: 'companyId', entity: 'company', to: 'c1', from: null }]);
	});

	it('does nothing for values that equal the base, although the other side spells them differently', () => {
		const plan = planPush(binding, '1', { name: 'Pumps', amount: 100, companyId: 'c1' }, link(agreed));
		expect(plan).toMatchObject({ kind: 'none', writes: {}, associations: [] });
	});

	it('writes only what changed', () => {
		const plan = planPush(binding, '1', { name: 'Big pumps', amount: 100 }, link(agreed));
		expect(plan.writes).toEqual({ dealname: 'Big pumps' });
		expect(plan.changes).toEqual([{ field: 'name', from: 'Pumps', to: 'Big pumps', direction: 'push' }]);
	});

	it('starts without a base when a field is mapped to another property', () => {
		const moved = { ...binding, fields: [rule('name', 'description')] };
		expect(planPush(moved, '1', { name: 'Pumps' }, link(agreed)).writes).toEqual({ description: 'Pumps' });
	});

	it('moves and empties references', () => {
		expect(planPush(binding, '1', { companyId: 'c2' }, link(agreed)).associations).toEqual([
			{ field: 'companyId', entity: 'company', to: 'c2', from: { localId: 'c1', externalId: '77' } },
		]);
		expect(planPush(binding, '1', { companyId: null }, link(agreed)).associations).toEqual([
			{ field: 'companyId', entity: 'company', to: null, from: { localId: 'c1', externalId: '77' } },
		]);
	});

	it('sees the other side before it overwrites a field that both may change', () => {
		expect(needsExternalRecord(binding, { name: 'Other' }, link(agreed))).toBe(false);
		expect(needsExternalRecord(binding, { amount: 120 }, link(agreed))).toBe(true);
		expect(needsExternalRecord(binding, { amount: 100 }, link(agreed))).toBe(false);
	});

	it('refuses a value that is not of the type the rule names', () => {
		expect(() => planPush(binding, '1', { amount: 'a lot' }, link(agreed))).toThrow(
			/"amount" should be a number, but is "a lot"/,
		);
	});
});

describe('planPull', () => {
	it('hands out what the other side changed, in the local form', () => {
		const plan = planPull(
			binding,
			external({ amount: '120.00', dealstage: 'won', dealname: 'Renamed by hand' }),
			link(agreed),
		);
		expect(plan.patch).toEqual({ amount: 120, salesStage: 'won' });
		expect(plan.moves).toContainEqual({
			key: 'amount>amount',
			field: 'amount',
			local: 120,
			external: '120.00',
			was: '100.00',
		});
	});

	it("drops an echo: our own write coming back in the other side's spelling", () => {
		const base: Base = {
			local: { ...agreed.local, 'salesStage>dealstage': 'won' },
			external: { ...agreed.external, 'salesStage>dealstage': 'won' },
		};
		expect(planPull(binding, external({ amount: '100.00', dealstage: 'won' }), link(base))).toEqual({
			patch: {},
			moves: [],
			changes: [],
		});
	});

	it('builds nested objects for dotted paths', () => {
		const nested = { ...binding, fields: [rule('custom_fields.po', 'po_number', { direction: 'pull' })] };
		expect(planPull(nested, external({ po_number: 'PO-9' }), link(null)).patch).toEqual({
			custom_fields: { po: 'PO-9' },
		});
	});
});
