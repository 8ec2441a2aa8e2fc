import fc from 'fast-check';
import type { EntityBinding, FieldRule, Fields, FieldValue } from '../../../lib/adapters/adapter';
import type { LinkRow } from '../../../lib/store/store';
import { isEmpty, sameValue } from '../../../lib/sync/fields';
import { needsExternalRecord, planRecord, touchesLink, type RecordPlan } from '../../../lib/sync/plan';
import type { PlanInput } from '../../../lib/sync/plan-field';

const KEY = 'name>dealname';
const rule = (more: Partial<FieldRule> = {}): FieldRule => ({
	local: 'name',
	external: 'dealname',
	direction: 'push',
	owner: 'local',
	policy: 'owner',
	strength: 'onChange',
	...more,
});
const binding = (one: FieldRule): EntityBinding => ({
	entity: 'order',
	displayName: 'Order',
	object: 'deals',
	fields: [one],
	associations: [],
	linkColumns: [],
	keyField: 'crosslink_id',
	onCreate: {},
	onDelete: 'ignore',
});
const link = (base: FieldValue | undefined, more: Partial<LinkRow> = {}): LinkRow => ({
	tenant: 't',
	localId: '1',
	externalId: '900',
	syncStatus: 'synced',
	lastSyncedAt: null,
	lastError: null,
	errorCode: null,
	attempts: 0,
	nextAttemptAt: null,
	base: base === undefined ? null : { local: { [KEY]: base }, external: { [KEY]: base } },
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

interface Sides {
	local?: FieldValue;
	external?: FieldValue;
	link: LinkRow;
}
function planned(one: FieldRule, { local, external, link: known }: Sides, more: Partial<PlanInput> = {}): RecordPlan {
	const fields: Fields = local === undefined ? {} : { name: local };
	const record =
		external === undefined
			? undefined
			: {
					externalId: '900',
					fields: { dealname: external },
					version: 'v',
					modifiedAt: null,
					aliases: [],
					deleted: false,
				};
	return planRecord(binding(one), {
		localId: '1',
		fields,
		link: known,
		external: record,
		push: true,
		pull: true,
		pending: new Map(),
		freeze: { flips: 50, minutes: 10 },
		now: new Date(10_000_000),
		...more,
	});
}

const anyRule = fc.record({
	local: fc.constant('name'),
	external: fc.constant('dealname'),
	direction: fc.constantFrom<FieldRule['direction']>('push', 'pull', 'both'),
	owner: fc.constantFrom<FieldRule['owner']>('local', 'external'),
	policy: fc.constantFrom<FieldRule['policy']>('owner', 'newer', 'onlyIfEmpty', 'manual'),
	strength: fc.constantFrom<FieldRule['strength']>('initial', 'onChange', 'enforced'),
});
const anyValue = fc.constantFrom<FieldValue>(null, '', 'a', 'b', 'c', 0, false, ['x']);
const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });
/** A rule by which your side is the source for good. */
const follows = (one: FieldRule): boolean =>
	one.direction === 'push' && one.strength !== 'initial' && one.policy !== 'onlyIfEmpty';

describe('a link in doubt', () => {
	it('is looked at whatever a push brings', () => {
		fc.assert(
			fc.property(anyRule, maybe(anyValue), (one, local) => {
				const fields: Fields = local === undefined ? {} : { name: local };
				expect(needsExternalRecord(binding(one), fields, link('a', { inDoubt: true }), undefined)).toBe(true);
			}),
		);
	});

	it('ends with your value there, in what is only pushed', () => {
		fc.assert(
			fc.property(anyRule.filter(follows), anyValue, anyValue, anyValue, (one, local, external, base) => {
				const plan = planned(one, { local, external, link: link(base, { inDoubt: true }) });
				const there = 'dealname' in plan.writes ? plan.writes.dealname : external;
				expect(sameValue(there, local)).toBe(true);
				expect(plan.arrived).toBe(true);
			}),
		);
	});

	it('changes nothing for other rules', () => {
		fc.assert(
			fc.property(
				anyRule.filter((one) => !follows(one)),
				maybe(anyValue),
				anyValue,
				anyValue,
				(one, local, external, base) => {
					const clean = planned(one, { local, external, link: link(base) });
					const doubtful = planned(one, { local, external, link: link(base, { inDoubt: true }) });
					expect({ ...doubtful, arrived: clean.arrived }).toEqual(clean);
				},
			),
		);
	});

	it('is neither written to nor taken out of doubt by what was last agreed', () => {
		fc.assert(
			fc.property(anyRule.filter(follows), anyValue, anyValue, (one, external, base) => {
				fc.pre(!sameValue(external, base));
				const known = link(base, { inDoubt: true });
				const plan = planned(one, { local: base, external, link: known }, { side: 'lastAgreed', assumed: true });
				expect(plan).toMatchObject({ kind: 'none', writes: {}, arrived: false });
				expect(touchesLink(plan)).toBe(false);
			}),
		);
	});

	it('takes what failed to get over for known', () => {
		const known = link('a', { inDoubt: true, unsent: { name: 'c' }, errorCode: 'e' });
		const plan = planned(rule(), { local: 'c', external: 'b', link: known }, { side: 'lastAgreed', assumed: true });
		expect(plan.writes).toEqual({ dealname: 'c' });
	});

	it('makes whatever comes next new where this side gives no value', () => {
		const plan = planned(rule(), { external: 'b', link: link('a', { inDoubt: true }) });
		expect(plan).toMatchObject({ kind: 'none', arrived: true, forgotten: [{ key: KEY, external: 'b' }] });
	});

	it('empties what our own create has filled, and nothing of a record that was there before', () => {
		fc.assert(
			fc.property(anyRule, fc.constantFrom(null, ''), anyValue, fc.boolean(), (one, local, external, made) => {
				const known = link(undefined, { inDoubt: true });
				const plan = planned(one, { local, external, link: known }, { made });
				const empties = follows(one) && made && !isEmpty(external);
				expect('dealname' in plan.writes).toBe(empties);
			}),
		);
	});
});

describe('our own write, found again', () => {
	it('is agreed on by a run that goes by what was last agreed, and written over by no rule', () => {
		fc.assert(
			fc.property(
				anyRule.filter(({ direction }) => direction !== 'pull'),
				anyValue,
				anyValue,
				(one, sent, base) => {
					fc.pre(!sameValue(sent, base));
					const known = link(base, { sent: { [KEY]: ['x', sent] } });
					const plan = planned(
						one,
						{ local: base, external: sent, link: known },
						{ side: 'lastAgreed', assumed: true },
					);
					expect(plan).toMatchObject({ kind: 'none', writes: {}, patch: {}, arrived: false });
					expect(plan.agreed.external).toEqual({ [KEY]: sent });
				},
			),
		);
	});
});

describe('a copy of what was handed out', () => {
	const handed = (...values: FieldValue[]): LinkRow['handed'] => ({
		[KEY]: values.map((value, index) => ({ local: value, external: value, at: index })),
	});
	const copied = anyRule.filter(({ direction, strength }) => direction === 'both' && strength === 'onChange');

	it('never wins over what the other side holds, and is no conflict', () => {
		fc.assert(
			fc.property(copied, anyValue, anyValue, maybe(anyValue), fc.boolean(), (one, copy, external, base, late) => {
				fc.pre(!sameValue(copy, base) && !sameValue(copy, external));
				// The other side is given its value, or both are empty in two ways.
				const known = link(base, { handed: handed('x', copy) });
				const localModifiedAt = new Date(late ? 20_000_000 : 0);
				const plan = planned(one, { local: copy, external, link: known }, { localModifiedAt });
				expect(plan).toMatchObject({ writes: {}, conflicts: [], patch: { name: external } });
			}),
		);
	});

	it('is agreed on when the other side still holds it', () => {
		fc.assert(
			fc.property(copied, anyValue, maybe(anyValue), (one, copy, base) => {
				fc.pre(!sameValue(copy, base));
				const plan = planned(one, { local: copy, external: copy, link: link(base, { handed: handed(copy) }) });
				expect(plan).toMatchObject({ writes: {}, patch: {}, agreed: { local: { [KEY]: copy } } });
			}),
		);
	});

	it('says nothing about an edit of yours', () => {
		fc.assert(
			fc.property(copied, anyValue, anyValue, maybe(anyValue), (one, local, external, base) => {
				const clean = planned(one, { local, external, link: link(base) });
				const noted = planned(one, { local, external, link: link(base, { handed: handed('x', 'y') }) });
				const { handed: _one, overdue: _two, ...rest } = noted;
				expect(rest).toEqual({ ...clean, handed: undefined, overdue: undefined });
			}),
		);
	});

	it('is noted before it goes out, once', () => {
		const one = rule({ direction: 'both' });
		const first = planned(one, { local: 'a', external: 'b', link: link('a') });
		expect(first.handed).toEqual([{ key: KEY, local: 'b', external: 'b', at: 10_000_000 }]);
		expect(touchesLink(first)).toBe(true);
		const noted = link('a', { handed: { [KEY]: [{ local: 'b', external: 'b', at: 10_000_000 }] } });
		const again = planned(one, { local: 'a', external: 'b', link: noted });
		expect(again).toMatchObject({ patch: { name: 'b' }, handed: [] });
		expect(touchesLink(again)).toBe(false);
	});

	it('goes back with what the other side has taken back, though this side is not known', () => {
		const one = rule({ direction: 'pull', owner: 'external' });
		const known = link('a', { handed: handed('b') });
		const taken = (external: FieldValue) => planned(one, { external, link: known }, { fields: undefined, push: false });
		expect(taken('a').patch).toEqual({ name: 'a' });
		expect(taken('b').patch).toEqual({ name: 'b' });
		expect(planned(one, { external: 'a', link: link('a') }, { fields: undefined, push: false }).patch).toEqual({});
	});
});
