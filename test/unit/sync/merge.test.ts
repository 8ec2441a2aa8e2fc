import fc from 'fast-check';
import type { FieldRule, FieldValue } from '../../../lib/adapters/adapter';
import { isEmpty, sameValue } from '../../../lib/sync/fields';
import { mergeField, needsExternalValue, type FieldSides } from '../../../lib/sync/merge';

const rule = (more: Partial<FieldRule> = {}): FieldRule => ({
	local: 'name',
	external: 'dealname',
	direction: 'both',
	owner: 'local',
	policy: 'owner',
	strength: 'onChange',
	...more,
});

/** The domain is small: enough runs see all of it. */
fc.configureGlobal({ numRuns: 20_000 });

const anyRule = fc.record({
	local: fc.constant('name'),
	external: fc.constant('dealname'),
	direction: fc.constantFrom<FieldRule['direction']>('push', 'pull', 'both'),
	owner: fc.constantFrom<FieldRule['owner']>('local', 'external'),
	policy: fc.constantFrom<FieldRule['policy']>('owner', 'newer', 'onlyIfEmpty', 'manual'),
	strength: fc.constantFrom<FieldRule['strength']>('initial', 'onChange', 'enforced'),
});
const anyValue = fc.constantFrom<FieldValue | undefined>(undefined, null, '', 'a', 'b', 0, false, ['x'], { k: 1 });
/** Sides as a plan makes them, for rules without a transform. */
const sidesOf = (parts: Partial<FieldSides>): FieldSides => {
	const { local, external, base } = parts;
	const alike = local !== undefined && external !== undefined && sameValue(local, external);
	return { local, external, base, localAsExternal: local, alike };
};
const anySides = fc
	.record({ local: anyValue, external: anyValue, baseLocal: anyValue, baseExternal: anyValue, agreed: fc.boolean() })
	.map(({ local, external, baseLocal, baseExternal, agreed }) =>
		sidesOf({ local, external, base: agreed ? { local: baseLocal, external: baseExternal } : undefined }),
	);

describe('mergeField', () => {
	const base = { local: 'old', external: 'old' };
	const table: Array<[string, Partial<FieldRule>, Partial<FieldSides>, string]> = [
		['nothing changed', {}, { local: 'old', external: 'old', base }, 'none'],
		['only the local side changed', {}, { local: 'new', external: 'old', base }, 'push'],
		['only the external side changed', {}, { local: 'old', external: 'new', base }, 'pull'],
		['both changed alike', {}, { local: 'new', external: 'new', base }, 'agree'],
		['both changed, local owns', {}, { local: 'a', external: 'b', base }, 'push'],
		['both changed, external owns', { owner: 'external' }, { local: 'a', external: 'b', base }, 'pull'],
		['both changed, a person decides', { policy: 'manual' }, { local: 'a', external: 'b', base }, 'conflict'],
		['a push rule does not carry foreign edits', { direction: 'push' }, { local: 'old', external: 'b', base }, 'none'],
		[
			'an enforced push undoes them',
			{ direction: 'push', strength: 'enforced' },
			{ local: 'old', external: 'b', base },
			'push',
		],
		['initial: not again once agreed', { direction: 'push', strength: 'initial' }, { local: 'new', base }, 'none'],
		['initial: the first time', { direction: 'push', strength: 'initial' }, { local: 'new' }, 'push'],
		['cleared here is a change', { direction: 'push' }, { local: null, base }, 'push'],
		['absent here says nothing', { direction: 'push' }, { base }, 'none'],
		['a first meeting empties nothing', { direction: 'push' }, { local: null, external: 'x' }, 'none'],
		['a first meeting fills the empty side', { owner: 'external' }, { local: 'x', external: null }, 'push'],
		[
			'only if empty: full',
			{ direction: 'pull', policy: 'onlyIfEmpty' },
			{ local: 'mine', external: 'b', base },
			'none',
		],
	];
	it.each(table)('%s', (_name, rulePart, sides, verdict) => {
		expect(mergeField(rule(rulePart), sidesOf(sides))).toBe(verdict);
	});

	it('lets the newer side win, and a person when nobody knows which it is', () => {
		const sides = sidesOf({ local: 'a', external: 'b', base });
		const early = new Date(1_000);
		const late = new Date(2_000);
		const newer = rule({ policy: 'newer' });
		expect(mergeField(newer, sides, { localModifiedAt: late, externalModifiedAt: early })).toBe('push');
		expect(mergeField(newer, sides, { localModifiedAt: early, externalModifiedAt: late })).toBe('pull');
		expect(mergeField(newer, sides, { localModifiedAt: early, externalModifiedAt: early })).toBe('conflict');
		expect(mergeField(newer, sides)).toBe('conflict');
	});

	it('never carries a value against the direction, and never an absent one', () => {
		fc.assert(
			fc.property(anyRule, anySides, (some, sides) => {
				const verdict = mergeField(some, sides);
				if (verdict === 'push') {
					expect(some.direction).not.toBe('pull');
					expect(sides.local).not.toBeUndefined();
				}
				if (verdict === 'pull') {
					expect(some.direction).not.toBe('push');
					expect(sides.external).not.toBeUndefined();
				}
			}),
		);
	});

	it('does nothing when neither side differs from the base', () => {
		fc.assert(
			fc.property(anyRule, anyValue, anyValue, (some, local, external) => {
				const sides = sidesOf({ local, external, base: { local, external } });
				const verdict = mergeField(some, sides);
				expect(verdict).toBe('none');
			}),
		);
	});

	it('comes to rest: carrying out a verdict leaves nothing to do', () => {
		fc.assert(
			fc.property(anyRule, anySides, (some, sides) => {
				const verdict = mergeField(some, sides);
				if (verdict !== 'push' && verdict !== 'pull' && verdict !== 'agree') return;
				const value = verdict === 'pull' ? sides.external : sides.local;
				const after = sidesOf({ local: value, external: value, base: { local: value, external: value } });
				expect(mergeField(some, after)).toBe('none');
			}),
		);
	});

	it('never empties a side on a first meeting', () => {
		fc.assert(
			fc.property(anyRule, anySides, (some, sides) => {
				const verdict = mergeField(some, sidesOf({ ...sides, base: undefined }));
				if (verdict === 'push') expect(isEmpty(sides.local)).toBe(false);
				if (verdict === 'pull') expect(isEmpty(sides.external)).toBe(false);
			}),
		);
	});

	it('decides alike with and without the other side unless the rule says it must see it', () => {
		fc.assert(
			fc.property(anyRule, anySides, (some, sides) => {
				if (some.direction !== 'push' || needsExternalValue(some)) return;
				const blind = mergeField(some, sidesOf({ ...sides, external: undefined }));
				const seeing = mergeField(some, sides);
				if (!sides.alike) expect(seeing).toBe(blind);
			}),
		);
	});
});
