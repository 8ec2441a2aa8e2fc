import type { ExternalRecord, FieldRule, Fields, FieldValue } from '../adapters/adapter';
import type { Conflict, ConflictReason, LinkRow } from '../store/store';
import { baseKey, baseOf } from './base';
import { sameValue } from './fields';
import { flipsTooOften, withReplaced, type FreezeRule } from './flips';
import { externalAlwaysWins, isTakenBack, takenOver } from './handed';
import { mergeField, type FieldSides } from './merge';
import { isAssumed, type OwnSide } from './own-side';
import { mayBeOwnWrite, ownWrite } from './own-write';
import { sidesAgree, toExternal, toLocal } from './transform';
import { localValueOf } from './transform/join';

export { baseKey, baseOf } from './base';

/** Everything a plan is made of. Nothing else decides, so that the same input always gives the same plan. */
export interface PlanInput {
	localId: string;
	/** The record as your system has it now; undefined = not known to this run. */
	fields: Fields | undefined;
	link: LinkRow | undefined;
	/** `fields` is what was last agreed, not what your system was seen to have. */
	assumed?: boolean;
	/** Where `fields` come from; left out = from the flow. */
	side?: OwnSide;
	/** The record was found by the key that only a create of ours can have given it. */
	made?: boolean;
	/** The record as the other side has it now; undefined = not looked at. */
	external: ExternalRecord | undefined;
	/** Which directions this run carries out. */
	push: boolean;
	pull: boolean;
	/** Conflicts of this link that are not done, by base key. */
	pending: ReadonlyMap<string, Conflict>;
	freeze: FreezeRule;
	now: Date;
	localModifiedAt?: Date;
}

/** What is to be done with one field. `settles`: its pending conflict is done with this step. */
export type FieldStep =
	| { do: 'nothing'; settles?: true }
	| { do: 'push'; local: FieldValue; sent: FieldValue; settles?: true }
	| { do: 'pull'; local: FieldValue; external: FieldValue; settles?: true }
	/** A person gave a value that neither side has: written there, and handed out here. */
	| { do: 'set'; value: FieldValue; sent: FieldValue | undefined; patch: boolean }
	| { do: 'agree'; local: FieldValue; external: FieldValue; settles?: true }
	| { do: 'conflict'; reason: ConflictReason; local: FieldValue | undefined; external: FieldValue | undefined }
	/** A field both sides may change, pulled without knowing this side: nothing is done, and it is said. */
	| { do: 'unseen' }
	/** The other side may hold our own write; only a run that sees this side too can tell what is to be done. */
	| { do: 'doubt' }
	/** The same where the flow gives no value: whatever this side comes with next is new. */
	| { do: 'forget'; external: FieldValue };

const NOTHING: FieldStep = { do: 'nothing' };

/**
 * Decides one field. Pure.
 * @throws CrosslinkError `rejected` when a value does not fit the rule
 */
export function planField(rule: FieldRule, input: PlanInput): FieldStep {
	const { local, localAsExternal } = ownValue(rule, input);
	const external = input.external?.fields[rule.external];
	const own = ownWrite(rule, input.link, external) ?? takenOver(rule, input.link, local, external);
	const sides: FieldSides = {
		local,
		external,
		base: own ?? baseOf(input.link?.base, rule),
		localAsExternal,
		alike: local !== undefined && external !== undefined && sidesAgree(rule, local, external),
	};
	const pending = input.pending.get(baseKey(rule));
	if (pending?.status === 'resolved') return carryOut(rule, sides, pending, input);
	if (pending !== undefined && staysOpen(pending, rule, sides, input)) {
		const here = isAssumed(rule, input.side, input.link) ? undefined : local;
		return {
			do: 'conflict',
			reason: pending.reason,
			local: here ?? pending.local,
			external: external ?? pending.external,
		};
	}
	const verdict = inDoubt(rule, sides, input, own !== undefined) ?? byVerdict(rule, sides, input);
	// Our own write is agreed on from here on, whether or not this side has moved on since.
	const step = own && verdict.do === 'nothing' ? { do: 'agree' as const, ...own } : verdict;
	return pending === undefined || step.do === 'conflict' ? step : { ...step, ...{ settles: true as const } };
}

/** Only a run that sees both sides can find that they have come to agree. */
function staysOpen(pending: Conflict, rule: FieldRule, { local, external }: FieldSides, input: PlanInput): boolean {
	if (pending.reason === 'flip_flop' || local === undefined || external === undefined) return true;
	return isAssumed(rule, input.side, input.link);
}

/** Your side's value and what a push would send of it; a new record takes the rule's default for an absent field. */
function ownValue(rule: FieldRule, { fields, link }: PlanInput): Pick<FieldSides, 'local' | 'localAsExternal'> {
	if (fields === undefined || rule.direction === 'pull') {
		const local = fields === undefined ? undefined : localValueOf(rule, fields);
		return { local, localAsExternal: local };
	}
	const value = localValueOf(rule, fields);
	const isNew = !link?.externalId;
	const sent = value === undefined && !isNew ? undefined : toExternal(rule, value, fields);
	// A default stands for an empty field here.
	return { local: value === undefined && sent !== undefined ? null : value, localAsExternal: sent };
}

/**
 * What a write of ours, of which it is not known whether this side still holds it, leads to; undefined = nothing special.
 * Found again, it is agreed on and never undone by what was agreed before it. Where it may be one, your side is the source
 * of the field, and its value is written once more.
 */
function inDoubt(rule: FieldRule, sides: FieldSides, input: PlanInput, own: boolean): FieldStep | undefined {
	const assumed = isAssumed(rule, input.side, input.link);
	if (own) return assumed ? NOTHING : undefined;
	if (!mayBeOwnWrite(rule, input.link, sides, input.made === true)) return undefined;
	if (assumed || !input.push) return { do: 'doubt' };
	if (sides.local === undefined) return { do: 'forget', external: sides.external as FieldValue };
	return sides.localAsExternal !== undefined ? pushed(rule, sides, input) : undefined;
}

function byVerdict(rule: FieldRule, sides: FieldSides, input: PlanInput): FieldStep {
	const recency = {
		localModifiedAt: input.localModifiedAt,
		externalModifiedAt: input.external?.modifiedAt ?? undefined,
	};
	const { local, external } = sides;
	switch (mergeField(rule, sides, recency)) {
		case 'none':
			if (input.pull && local === undefined && isTakenBack(rule, input.link, external)) {
				return pulled(rule, sides, input);
			}
			return NOTHING;
		case 'agree':
			return agreed(sides);
		case 'conflict':
			return { do: 'conflict', reason: 'both_changed', local, external };
		case 'push':
			return input.push ? pushed(rule, sides, input) : NOTHING;
		case 'pull':
			return input.pull ? pulled(rule, sides, input) : NOTHING;
	}
}

function agreed({ local, external }: FieldSides): FieldStep {
	return { do: 'agree', local: local as FieldValue, external: external as FieldValue };
}

function pushed(rule: FieldRule, { local, external, base, localAsExternal }: FieldSides, input: PlanInput): FieldStep {
	const sent = localAsExternal as FieldValue;
	const known = input.link?.flips?.[baseKey(rule)];
	const flips = withReplaced(known, external, base?.external, input.now, input.freeze);
	if (flipsTooOften(flips, sent, input.now, input.freeze))
		return { do: 'conflict', reason: 'flip_flop', local, external };
	return { do: 'push', local: local as FieldValue, sent };
}

function pulled(rule: FieldRule, { local, external, base }: FieldSides, input: PlanInput): FieldStep {
	const value = external as FieldValue;
	// Without this side's value a local edit that is not pushed yet would be overwritten unseen.
	const unknown = local === undefined || input.assumed === true;
	if (rule.direction === 'both' && unknown && !externalAlwaysWins(rule)) return { do: 'unseen' };
	const known = input.link?.flips?.[baseKey(rule)];
	const flips = withReplaced(known, local, base?.local, input.now, input.freeze);
	if (flipsTooOften(flips, value, input.now, input.freeze))
		return { do: 'conflict', reason: 'flip_flop', local, external };
	return { do: 'pull', local: toLocal(rule, value, local ?? base?.local), external: value };
}

/** A person has decided: the next run that can, does it. */
function carryOut(rule: FieldRule, sides: FieldSides, decision: Conflict, input: PlanInput): FieldStep {
	const { local, external, base, localAsExternal } = sides;
	switch (decision.choice) {
		case 'local':
			if (!input.push || local === undefined) return NOTHING;
			return { do: 'push', local, sent: localAsExternal as FieldValue, settles: true };
		case 'external':
			if (!input.pull || external === undefined) return NOTHING;
			return { do: 'pull', local: toLocal(rule, external, local ?? base?.local), external, settles: true };
		default:
			return setBoth(rule, decision.value, { local, external, base }, input);
	}
}

function setBoth(
	rule: FieldRule,
	value: FieldValue,
	{ local, external, base }: Pick<FieldSides, 'local' | 'external' | 'base'>,
	input: PlanInput,
): FieldStep {
	const there = base !== undefined && sameValue(base.local, value) && sameValue(base.external, external);
	const here = sameValue(local, value);
	if (there && here) return { do: 'agree', local: value, external: external as FieldValue, settles: true };
	const sent = input.push && !there ? toExternal(rule, value) : undefined;
	const patch = input.pull && !here;
	return sent === undefined && !patch ? NOTHING : { do: 'set', value, sent, patch };
}
