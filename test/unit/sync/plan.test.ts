import type { EntityBinding, ExternalRecord, FieldRule, Fields } from '../../../lib/adapters/adapter';
import { needsExternalRecord, planRecord, type RecordPlan } from '../../../lib/sync/plan';
import type { PlanInput } from '../../../lib/sync/plan-field';
import type { Base, Conflict, LinkRow } from '../../../lib/store/store';

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
	onDelete: 'ignore',
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
	unsent: null,
	flips: null,
	sent: null,
	inDoubt: false,
	handed: null,
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

const input = (more: Partial<PlanInput>): PlanInput => ({
	localId: '1',
	fields: undefined,
	link: undefined,
	external: undefined,
	push: true,
	pull: false,
	pending: new Map(),
	freeze: { flips: 3, minutes: 10 },
	now: new Date(1_000_000),
	...more,
});
const planPush = (to: EntityBinding, fields: Fields, known?: LinkRow, more: Partial<PlanInput> = {}): RecordPlan =>
	planRecord(to, input({ fields, link: known, ...more }));
const planPull = (
	to: EntityBinding,
	record: ExternalRecord,
	known: LinkRow,
	more: Partial<PlanInput> = {},
): RecordPlan => planRecord(to, input({ external: record, link: known, push: false, pull: true, ...more }));

describe('planPush', () => {
	it('creates with every mapped field that has a value', () => {
		const plan = planPush(
			binding,
			{ name: 'Pumps', amount: 100, custom_fields: { po: 'PO-1' }, notes: 'x', companyId: 'c1' },
			undefined,
		);
		expect(plan.kind).toBe('create');
		expect(plan.writes).toEqual({ dealname: 'Pumps', amount: 100, po_number: 'PO-1' });
		expect(plan.associations).toEqual([
			{ field: 'companyId', entity: 'company', many: false, held: [], unsure: [], wanted: ['c1'] },
		]);
	});

	it('does nothing for values that equal the base, although the other side spells them differently', () => {
		const plan = planPush(binding, { name: 'Pumps', amount: 100, companyId: 'c1' }, link(agreed));
		expect(plan).toMatchObject({ kind: 'none', writes: {}, associations: [] });
	});

	it('writes only what changed', () => {
		const plan = planPush(binding, { name: 'Big pumps', amount: 100 }, link(agreed));
		expect(plan.writes).toEqual({ dealname: 'Big pumps' });
		expect(plan.changes).toEqual([{ field: 'name', from: 'Pumps', to: 'Big pumps', direction: 'push' }]);
	});

	it('starts without a base when a field is mapped to another property', () => {
		const moved = { ...binding, fields: [rule('name', 'description')] };
		expect(planPush(moved, { name: 'Pumps' }, link(agreed)).writes).toEqual({ description: 'Pumps' });
	});

	it('moves and empties references', () => {
		expect(planPush(binding, { companyId: 'c2' }, link(agreed)).associations).toEqual([
			{
				field: 'companyId',
				entity: 'company',
				many: false,
				held: [{ localId: 'c1', externalId: '77' }],
				unsure: [],
				wanted: ['c2'],
			},
		]);
		expect(planPush(binding, { companyId: null }, link(agreed)).associations).toEqual([
			{
				field: 'companyId',
				entity: 'company',
				many: false,
				held: [{ localId: 'c1', externalId: '77' }],
				unsure: [],
				wanted: [],
			},
		]);
	});

	it('sees the other side before it overwrites a field that both may change', () => {
		expect(needsExternalRecord(binding, { name: 'Other' }, link(agreed), undefined)).toBe(false);
		expect(needsExternalRecord(binding, { amount: 120 }, link(agreed), undefined)).toBe(true);
		expect(needsExternalRecord(binding, { amount: 100 }, link(agreed), undefined)).toBe(false);
	});

	it('refuses a value that is not of the type the rule names', () => {
		expect(() => planPush(binding, { amount: 'a lot' }, link(agreed))).toThrow(
			/"amount" should be a number, but is "a lot"/,
		);
	});
});

describe('planPull', () => {
	const won = external({ amount: '120.00', dealstage: 'won', dealname: 'Renamed by hand' });

	it('hands out what the other side changed, in the local form', () => {
		const plan = planPull(binding, won, link(agreed), { fields: { amount: 100 } });
		expect(plan.patch).toEqual({ amount: 120, salesStage: 'won' });
		expect(plan.pulls).toContainEqual({
			key: 'amount>amount',
			field: 'amount',
			local: 120,
			external: '120.00',
			was: '100.00',
		});
	});

	it('does not overwrite a field of both sides without knowing this side', () => {
		const plan = planPull(binding, won, link(agreed));
		expect(plan.patch).toEqual({ salesStage: 'won' });
		expect(plan.unseen).toEqual(['amount']);
	});

	it("drops an echo: our own write coming back in the other side's spelling", () => {
		const base: Base = {
			local: { ...agreed.local, 'salesStage>dealstage': 'won' },
			external: { ...agreed.external, 'salesStage>dealstage': 'won' },
		};
		const plan = planPull(binding, external({ amount: '100.00', dealstage: 'won' }), link(base));
		expect(plan).toMatchObject({ patch: {}, pulls: [], changes: [] });
	});

	it('builds nested objects for dotted paths', () => {
		const nested = { ...binding, fields: [rule('custom_fields.po', 'po_number', { direction: 'pull' })] };
		expect(planPull(nested, external({ po_number: 'PO-9' }), link(null)).patch).toEqual({
			custom_fields: { po: 'PO-9' },
		});
	});
});

describe('conflicts in a plan', () => {
	const manual = { ...binding, fields: [rule('amount', 'amount', { direction: 'both', policy: 'manual' })] };
	const both = { fields: { amount: 110 }, external: external({ amount: '120' }), link: link(agreed), pull: true };
	const conflict = (more: Partial<Conflict>): Conflict => ({
		id: '7',
		tenant: 'default',
		integration: 'hubspot',
		entity: 'order',
		localId: '1',
		externalId: '900',
		key: 'amount>amount',
		field: 'amount',
		reason: 'both_changed',
		local: 110,
		external: '120',
		baseLocal: 100,
		baseExternal: '100.00',
		rule: null,
		candidates: [],
		run: 'r1',
		status: 'open',
		choice: null,
		value: null,
		createdAt: new Date(0),
		resolvedBy: null,
		resolvedAt: null,
		...more,
	});
	const withConflict = (more: Partial<Conflict>, sides: Partial<PlanInput> = {}): RecordPlan =>
		planRecord(manual, input({ ...both, pending: new Map([['amount>amount', conflict(more)]]), ...sides }));

	it('leaves a field both changed to a person when the policy says so', () => {
		const plan = planRecord(manual, input(both));
		expect(plan).toMatchObject({ kind: 'none', writes: {}, patch: {} });
		expect(plan.conflicts).toMatchObject([{ reason: 'both_changed', local: 110, external: '120' }]);
	});

	it('carries out the choice of a side', () => {
		const status = 'resolved';
		expect(withConflict({ status, choice: 'local' })).toMatchObject({
			writes: { amount: 110 },
			settles: ['amount>amount'],
		});
		const taken = withConflict({ status, choice: 'external' });
		expect(taken.patch).toEqual({ amount: '120' });
		expect(taken.pulls).toMatchObject([{ settles: true }]);
	});

	it('carries out a value of its own on both sides, then is done', () => {
		const decided = { status: 'resolved', choice: 'value', value: 115 } as const;
		expect(withConflict(decided)).toMatchObject({ writes: { amount: 115 }, patch: { amount: 115 }, settles: [] });
		const base: Base = { local: { 'amount>amount': 115 }, external: { 'amount>amount': '115' } };
		const after = { fields: { amount: 115 }, external: external({ amount: '115' }), link: link(base) };
		expect(withConflict(decided, after)).toMatchObject({ writes: {}, patch: {}, settles: ['amount>amount'] });
	});

	it('is done by itself when both sides come to agree', () => {
		const plan = withConflict({}, { fields: { amount: 120 }, external: external({ amount: 120 }) });
		expect(plan).toMatchObject({ conflicts: [], settles: ['amount>amount'] });
	});

	it('stays open for a run that sees one side only', () => {
		expect(withConflict({}, { fields: undefined, push: false }).conflicts).toHaveLength(1);
		expect(withConflict({}, { external: undefined, pull: false }).conflicts).toHaveLength(1);
	});
});

describe('a field that flips to and fro', () => {
	const toggling = { ...binding, fields: [rule('name', 'dealname')], associations: [] };
	const push = (value: string, known: LinkRow): RecordPlan => planPush(toggling, { name: value }, known);
	const settle = (plan: RecordPlan, value: string): LinkRow =>
		link({ local: { 'name>dealname': value }, external: { 'name>dealname': value } }, { flips: plan.flips });

	it('is frozen into a conflict', () => {
		let known = link({ local: { 'name>dealname': 'A' }, external: { 'name>dealname': 'A' } });
		const reasons: Array<string | undefined> = [];
		for (const value of ['B', 'A', 'B', 'A', 'B']) {
			const plan = push(value, known);
			reasons.push(plan.conflicts[0]?.reason);
			if (plan.conflicts.length === 0) known = settle(plan, value);
		}
		expect(reasons).toEqual([undefined, undefined, undefined, undefined, 'flip_flop']);
	});

	it('is not frozen by ever new values', () => {
		let known = link({ local: { 'name>dealname': 'A' }, external: { 'name>dealname': 'A' } });
		for (let step = 0; step < 20; step++) {
			const plan = push(`value ${step}`, known);
			expect(plan.conflicts).toEqual([]);
			known = settle(plan, `value ${step}`);
		}
	});
});
