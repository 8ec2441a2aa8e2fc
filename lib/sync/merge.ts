import type { FieldRule, FieldValue } from '../adapters/adapter';
import { isEmpty, sameValue } from './fields';

/** What one run knows about one field. `undefined` = absent or not looked at: it then says nothing. */
export interface FieldSides {
	local: FieldValue | undefined;
	external: FieldValue | undefined;
	/** The value both sides last agreed on, in each side's form; undefined = never agreed. */
	base: { local: FieldValue | undefined; external: FieldValue | undefined } | undefined;
	/** `local` in the external side's form: what a push would send, which a default may fill. */
	localAsExternal: FieldValue | undefined;
	/** Both sides are known and hold the same, however each writes it. */
	alike: boolean;
}

/** Which side changed last, for policy `newer`; undefined = not known, then it is a conflict. */
export interface Recency {
	localModifiedAt: Date | undefined;
	externalModifiedAt: Date | undefined;
}

/**
 * What is to happen with the field.
 * - `none`: nothing changed, or the rule forbids to carry it
 * - `push` / `pull`: write the value to the other side / to this side
 * - `agree`: both sides hold the same value already; only the base moves
 * - `conflict`: both changed and the policy does not decide
 */
export type Verdict = 'none' | 'push' | 'pull' | 'agree' | 'conflict';

/** Decides one field by its rule: local' and external' against the base (design 6.4). Pure. */
export function mergeField(rule: FieldRule, sides: FieldSides, recency?: Recency): Verdict {
	const localChanged = changed(sides.local, sides.base, sides.base?.local);
	const externalChanged = changed(sides.external, sides.base, sides.base?.external);
	if (!localChanged && !externalChanged) return 'none';
	if (sides.alike) return 'agree';

	switch (rule.direction) {
		case 'push':
			return oneWay(rule, 'push', localChanged, externalChanged, sides);
		case 'pull':
			return oneWay(rule, 'pull', externalChanged, localChanged, sides);
		case 'both':
			return twoWay(rule, localChanged, externalChanged, sides, recency);
	}
}

/** True when deciding a local change of this field needs the other side's present value. */
export function needsExternalValue(rule: FieldRule): boolean {
	if (rule.direction === 'pull') return false;
	return rule.direction === 'both' || rule.strength === 'enforced' || rule.policy === 'onlyIfEmpty';
}

function oneWay(
	rule: FieldRule,
	verdict: 'push' | 'pull',
	sourceChanged: boolean,
	targetChanged: boolean,
	sides: FieldSides,
): Verdict {
	const source = verdict === 'push' ? sides.localAsExternal : sides.external;
	const target = verdict === 'push' ? sides.external : sides.local;
	if (source === undefined) return 'none';
	// A first meeting never empties what the other side may hold.
	if (sides.base === undefined && isEmpty(source)) return 'none';
	if (rule.strength === 'initial' && sides.base !== undefined) return 'none';
	if (rule.policy === 'onlyIfEmpty' && !isEmpty(target)) return 'none';
	if (sourceChanged) return verdict;
	return rule.strength === 'enforced' && targetChanged ? verdict : 'none';
}

function twoWay(
	rule: FieldRule,
	localChanged: boolean,
	externalChanged: boolean,
	sides: FieldSides,
	recency: Recency | undefined,
): Verdict {
	if (rule.strength === 'initial' && sides.base !== undefined) return 'none';
	if (sides.base === undefined) {
		// A first meeting: an empty side takes the other's value, whoever owns the field.
		if (isEmpty(sides.localAsExternal)) return isEmpty(sides.external) ? bothEmpty(sides) : 'pull';
		if (isEmpty(sides.external)) return 'push';
	}
	if (localChanged && !externalChanged) return enforced(rule, 'external') ? known('pull', sides.external) : 'push';
	if (externalChanged && !localChanged) return enforced(rule, 'local') ? known('push', sides.local) : 'pull';

	switch (rule.policy) {
		case 'owner':
			return rule.owner === 'local' ? 'push' : 'pull';
		case 'newer':
			return newer(recency);
		case 'onlyIfEmpty':
			if (isEmpty(sides.external)) return 'push';
			return isEmpty(sides.local) ? 'pull' : 'conflict';
		case 'manual':
			return 'conflict';
	}
}

/** Two ways of being empty are in step, as far as both are known. */
function bothEmpty({ local, external }: FieldSides): Verdict {
	return local === undefined || external === undefined ? 'none' : 'agree';
}

function newer(recency: Recency | undefined): Verdict {
	const local = recency?.localModifiedAt?.getTime();
	const external = recency?.externalModifiedAt?.getTime();
	if (local === undefined || external === undefined || local === external) return 'conflict';
	return local > external ? 'push' : 'pull';
}

function enforced(rule: FieldRule, owner: FieldRule['owner']): boolean {
	return rule.strength === 'enforced' && rule.owner === owner;
}

/** A side that is not known cannot be carried over, however strong its claim. */
function known(verdict: 'push' | 'pull', value: FieldValue | undefined): Verdict {
	return value === undefined ? 'none' : verdict;
}

function changed(value: FieldValue | undefined, base: FieldSides['base'], was: FieldValue | undefined): boolean {
	if (value === undefined) return false;
	return base === undefined || !sameValue(value, was);
}
