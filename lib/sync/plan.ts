import type { EntityBinding, FieldRule, Fields, FieldValue } from '../adapters/adapter';
import type { Base, Conflict, ConflictReason, Flip, Handed, LinkRow } from '../store/store';
import { sameValue, withValueAt } from './fields';
import { withFlip, withReplaced } from './flips';
import { isNoted, isOverdue, noteWorthy } from './handed';
import { needsExternalValue } from './merge';
import { planAssociations, type AssociationMove } from './plan-associations';
import { baseKey, baseOf, planField, type FieldStep, type PlanInput } from './plan-field';
import type { FieldChange } from './replication';
import { mayHaveArrived } from './sent';
import { localValueOf } from './transform/join';

/** One field a pull brings in, with what the base said when it was read. */
export interface PullMove {
	key: string;
	field: string;
	local: FieldValue;
	external: FieldValue;
	/** The base's external image at planning time; absent = there was none. */
	was?: FieldValue;
	/** Your side's value that goes, where it is not what was agreed, and when it was seen (epoch milliseconds). */
	over?: { local: FieldValue; at: number };
	/** The field's pending conflict is done once this is confirmed. */
	settles?: true;
}

/** A field a person has to decide on. */
export interface PlannedConflict {
	rule: FieldRule;
	reason: ConflictReason;
	local: FieldValue | undefined;
	external: FieldValue | undefined;
}

/** What a run would do with one record: shown by a preview, carried out by a run. */
export interface RecordPlan {
	localId: string;
	/** What the other side is asked for; `none` = no call. */
	kind: 'create' | 'update' | 'none';
	/** External field -> value to write. */
	writes: Fields;
	/** Base entries that move once the write is acknowledged. */
	acknowledge: Array<{ key: string; external: string; local: FieldValue; sent: FieldValue }>;
	/** Base entries that move without a write, because both sides agree already. */
	agreed: Base;
	associations: AssociationMove[];
	/** Local field -> value to write here; dotted paths are nested objects. */
	patch: Fields;
	/** What a receipt for the patch holds. */
	pulls: PullMove[];
	changes: FieldChange[];
	conflicts: PlannedConflict[];
	/** Base keys whose pending conflicts are done with this run's writes. */
	settles: string[];
	/** Fields of both sides that this run could not decide without knowing this side. */
	unseen: string[];
	/** Both sides were seen, so that the link need not remember any more what was on its way there. */
	arrived: boolean;
	/** Values of the patch that have to be noted with the link before it leaves the house, by base key. */
	handed: Array<Handed & { key: string }>;
	/** Base entries of which only the other side's value is known any more. */
	forgotten: Array<{ key: string; external: FieldValue }>;
	/** Base keys of what was handed out long ago and never taken over. */
	overdue: string[];
	/** History of the pushed fields, to be kept with the link. */
	flips: Record<string, Flip[]>;
}

/**
 * Plans one record: each field by its rule, then its references. Pure.
 * @throws CrosslinkError `rejected` when a value does not fit its rule
 */
export function planRecord(binding: EntityBinding, input: PlanInput): RecordPlan {
	const plan: RecordPlan = {
		localId: input.localId,
		kind: input.link?.externalId ? 'update' : 'create',
		writes: {},
		acknowledge: [],
		agreed: { local: {}, external: {} },
		associations: input.push ? planAssociations(binding, input.fields, input.link) : [],
		patch: {},
		pulls: [],
		changes: [],
		conflicts: [],
		settles: [],
		unseen: [],
		arrived: seesArrivals(input),
		handed: [],
		forgotten: [],
		overdue: [],
		flips: {},
	};
	for (const rule of binding.fields) {
		take(plan, rule, planField(rule, input), input);
		if (seesOverdue(rule, input)) plan.overdue.push(baseKey(rule));
	}
	if (plan.conflicts.length > 0) plan.arrived = false;
	const idle = Object.keys(plan.writes).length === 0 && plan.associations.length === 0;
	if (!input.push || (plan.kind === 'update' && idle)) plan.kind = 'none';
	return plan;
}

/** A plan for a record nothing can be planned for. */
export function emptyPlan(localId: string): RecordPlan {
	return {
		localId,
		kind: 'none',
		writes: {},
		acknowledge: [],
		agreed: { local: {}, external: {} },
		associations: [],
		patch: {},
		pulls: [],
		changes: [],
		conflicts: [],
		settles: [],
		unseen: [],
		arrived: false,
		handed: [],
		forgotten: [],
		overdue: [],
		flips: {},
	};
}

/** True when a run has to touch the link at all: to write, to move the base, or to note a conflict. */
export function touchesLink(plan: RecordPlan): boolean {
	return (
		plan.kind !== 'none' ||
		plan.conflicts.length > 0 ||
		plan.settles.length > 0 ||
		plan.arrived ||
		plan.forgotten.length > 0 ||
		plan.handed.length > 0 ||
		plan.overdue.length > 0 ||
		Object.keys(plan.agreed.local).length > 0
	);
}

/** What your system was last known to have says nothing about what has come of a write since. */
function seesArrivals({ push, link, external, side }: PlanInput): boolean {
	return push && side !== 'lastAgreed' && external !== undefined && link !== undefined && mayHaveArrived(link);
}

function seesOverdue(rule: FieldRule, { fields, side, link, now }: PlanInput): boolean {
	if (fields === undefined || side === 'lastAgreed' || !link?.handed) return false;
	return isOverdue(rule, link, localValueOf(rule, fields), now);
}

function take(plan: RecordPlan, rule: FieldRule, step: FieldStep, input: PlanInput): void {
	const key = baseKey(rule);
	if ('settles' in step && step.settles && step.do !== 'pull') plan.settles.push(key);
	switch (step.do) {
		case 'push':
			return write(plan, rule, step.local, step.sent, input);
		case 'pull':
			return bringIn(plan, rule, step.local, step.external, input, step.settles);
		case 'set':
			if (step.sent !== undefined) write(plan, rule, step.value, step.sent, input);
			if (step.patch) plan.patch = withValueAt(plan.patch, rule.local, step.value);
			return;
		case 'agree':
			plan.agreed.local[key] = step.local;
			plan.agreed.external[key] = step.external;
			return;
		case 'conflict':
			plan.conflicts.push({ rule, reason: step.reason, local: step.local, external: step.external });
			return;
		case 'unseen':
			plan.unseen.push(rule.local);
			return;
		case 'doubt':
			plan.arrived = false;
			return;
		case 'forget':
			plan.forgotten.push({ key, external: step.external });
			return;
		case 'nothing':
			return;
	}
}

function write(plan: RecordPlan, rule: FieldRule, local: FieldValue, sent: FieldValue, input: PlanInput): void {
	const key = baseKey(rule);
	const base = baseOf(input.link?.base, rule);
	plan.writes[rule.external] = sent;
	plan.acknowledge.push({ key, external: rule.external, local, sent });
	const theirs = input.external?.fields[rule.external];
	const flips = withReplaced(input.link?.flips?.[key], theirs, base?.external, input.now, input.freeze);
	plan.flips[key] = withFlip(flips, sent, input.now, input.freeze);
	plan.changes.push({
		field: rule.local,
		from: theirs ?? base?.external,
		to: sent,
		direction: 'push',
	});
}

function bringIn(
	plan: RecordPlan,
	rule: FieldRule,
	local: FieldValue,
	external: FieldValue,
	input: PlanInput,
	settles: true | undefined,
): void {
	const base = baseOf(input.link?.base, rule);
	const now = input.fields === undefined ? undefined : localValueOf(rule, input.fields);
	const edited = now !== undefined && base !== undefined && !sameValue(now, base.local);
	plan.patch = withValueAt(plan.patch, rule.local, local);
	plan.pulls.push({
		key: baseKey(rule),
		field: rule.local,
		local,
		external,
		...(base?.external === undefined ? {} : { was: base.external }),
		...(edited ? { over: { local: now, at: input.now.getTime() } } : {}),
		...(settles ? { settles } : {}),
	});
	const handed = { local, external, at: input.now.getTime() };
	if (noteWorthy(rule) && !isNoted(input.link?.handed, baseKey(rule), handed)) {
		plan.handed.push({ ...handed, key: baseKey(rule) });
	}
	plan.changes.push({ field: rule.local, from: now ?? base?.local, to: local, direction: 'pull' });
}

/** True when this record's changes touch a field that cannot be decided without the other side. */
export function needsExternalRecord(
	binding: EntityBinding,
	fields: Fields,
	link: LinkRow | undefined,
	pending: ReadonlyMap<string, Conflict> | undefined,
): boolean {
	if (!link?.externalId) return false;
	if (mayHaveArrived(link)) return true;
	if (pending !== undefined && pending.size > 0) return true;
	return binding.fields.some((rule) => {
		const local = localValueOf(rule, fields);
		if (local === undefined) return false;
		if (!needsExternalValue(rule)) return false;
		if (rule.strength === 'enforced') return true;
		const base = baseOf(link.base, rule);
		if (base !== undefined && rule.strength === 'initial') return false;
		return base === undefined || !sameValue(local, base.local);
	});
}

/** External fields a run must ask for to plan a record and to fill the link's own columns. */
export function fieldsToRead(binding: EntityBinding): string[] {
	const names = new Set(binding.fields.map((rule) => rule.external));
	for (const column of binding.linkColumns) names.add(column.external);
	return [...names];
}
