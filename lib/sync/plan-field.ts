import type { ExternalRecord, FieldRule, Fields, FieldValue } from '../adapters/adapter';
import type { Base, Conflict, ConflictReason, LinkRow } from '../store/store';
import { isEmpty, sameValue } from './fields';
import { flipsTooOften, type FreezeRule } from './flips';
import { mergeField, type FieldSides } from './merge';
import { sidesAgree, toExternal, toLocal } from './transform';
import { localValueOf } from './transform/join';

/** Everything a plan is made of. Nothing else decides, so that the same input always gives the same plan. */
export interface PlanInput {
	localId: string;
	/** The record as your system has it now; undefined = not known to this run. */
	fields: Fields | undefined;
	link: LinkRow | undefined;
	/** `fields` is what was last agreed, not what your system was seen to have. */
	assumed?: boolean;
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
	| { do: 'unseen' };

const NOTHING: FieldStep = { do: 'nothing' };

/** Name of a field in the base: both ends of the rule, so that a re-mapped field starts without a base. */
export function baseKey(rule: Pick<FieldRule, 'local' | 'external'>): string {
	return `${rule.local}>${rule.external}`;
}

/** What the base holds for a rule; undefined = nothing was ever agreed. */
export function baseOf(base: Base | null | undefined, rule: FieldRule): FieldSides['base'] {
	const key = baseKey(rule);
	if (!base || !(Object.hasOwn(base.local, key) || Object.hasOwn(base.external, key))) return undefined;
	return { local: base.local[key], external: base.external[key] };
}

/**
 * Decides one field. Pure.
 * @throws CrosslinkError `rejected` when a value does not fit the rule
 */
export function planField(rule: FieldRule, input: PlanInput): FieldStep {
	const { local, localAsExternal } = ownValue(rule, input);
	const external = input.external?.fields[rule.external];
	const own = ownWrite(rule, input.link, external);
	const sides: FieldSides = {
		local,
		external,
		base: own ?? baseOf(input.link?.base, rule),
		localAsExternal,
		alike: local !== undefined && external !== undefined && sidesAgree(rule, local, external),
	};
	const pending = input.pending.get(baseKey(rule));
	if (pending?.status === 'resolved') return carryOut(rule, sides, pending, input);
	if (pending !== undefined && (pending.reason === 'flip_flop' || local === undefined || external === undefined)) {
		return { do: 'conflict', reason: pending.reason, local, external };
	}
	const verdict = byVerdict(rule, sides, input);
	// Our own write is agreed on from here on, whether or not this side has moved on since.
	const step = own && verdict.do === 'nothing' ? { do: 'agree' as const, ...own } : verdict;
	return pending === undefined || step.do === 'conflict' ? step : { ...step, ...{ settles: true as const } };
}

/**
 * A write of ours whose answer nobody lived to keep: the other side holds what the link says was being sent. That is then
 * what both sides last agreed on, or our own write would count as an edit over there and could undo a newer one here.
 */
function ownWrite(
	rule: FieldRule,
	link: LinkRow | undefined,
	external: FieldValue | undefined,
): { local: FieldValue; external: FieldValue } | undefined {
	const sent = link?.sent?.[baseKey(rule)];
	if (sent === undefined || external === undefined || rule.direction === 'pull') return undefined;
	const known = baseOf(link?.base, rule);
	if (known !== undefined && sameValue(known.external, external)) return undefined;
	const local = sent.findLast((value) => sidesAgree(rule, value, external) || looksLike(value, external));
	return local === undefined ? undefined : { local, external };
}

/** The same but for case, blanks and punctuation: what is left when the other side brings a text into its own form. */
function looksLike(sent: FieldValue, found: FieldValue): boolean {
	if (typeof sent === 'object' || typeof found === 'object' || sent === '' || found === '') {
		return isEmpty(sent) && isEmpty(found);
	}
	const numbers = [sent, found].map(Number);
	if (!numbers.some(Number.isNaN)) return numbers[0] === numbers[1];
	const [one, other] = [sent, found].map((value) =>
		String(value)
			.normalize('NFKC')
			.toLowerCase()
			.replace(/[^\p{L}\p{N}]/gu, ''),
	);
	return one !== '' && one === other;
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

function byVerdict(rule: FieldRule, sides: FieldSides, input: PlanInput): FieldStep {
	const recency = {
		localModifiedAt: input.localModifiedAt,
		externalModifiedAt: input.external?.modifiedAt ?? undefined,
	};
	const { local, external } = sides;
	switch (mergeField(rule, sides, recency)) {
		case 'none':
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

function pushed(rule: FieldRule, { local, external, localAsExternal }: FieldSides, input: PlanInput): FieldStep {
	const sent = localAsExternal as FieldValue;
	const flips = input.link?.flips?.[baseKey(rule)];
	if (flipsTooOften(flips, sent, input.now, input.freeze))
		return { do: 'conflict', reason: 'flip_flop', local, external };
	return { do: 'push', local: local as FieldValue, sent };
}

function pulled(rule: FieldRule, { local, external, base }: FieldSides, input: PlanInput): FieldStep {
	const value = external as FieldValue;
	// Without this side's value a local edit that is not pushed yet would be overwritten unseen.
	const unknown = local === undefined || input.assumed === true;
	if (rule.direction === 'both' && unknown && !externalAlwaysWins(rule)) return { do: 'unseen' };
	const flips = input.link?.flips?.[baseKey(rule)];
	if (flipsTooOften(flips, value, input.now, input.freeze))
		return { do: 'conflict', reason: 'flip_flop', local, external };
	return { do: 'pull', local: toLocal(rule, value, local ?? base?.local), external: value };
}

function externalAlwaysWins(rule: FieldRule): boolean {
	return rule.policy === 'owner' && rule.owner === 'external';
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
