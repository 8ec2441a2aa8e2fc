import type { EntityBinding, ExternalRecord, FieldRule, Fields, FieldValue } from '../adapters/adapter';
import { CrosslinkError } from '../errors';
import { checkId } from '../store/ids';
import type { Base, LinkRow } from '../store/store';
import { sameValue, valueAt, withValueAt } from './fields';
import { mergeField, needsExternalValue, type FieldSides } from './merge';
import type { FieldChange } from './replication';
import { toExternal, toLocal } from './transform';

/** Name of a field in the base: both ends of the rule, so that a re-mapped field starts without a base. */
export function baseKey(rule: Pick<FieldRule, 'local' | 'external'>): string {
	return `${rule.local}>${rule.external}`;
}

/** A reference to another record that is to be added, moved or taken away on the other side. */
export interface AssociationMove {
	field: string;
	entity: string;
	/** Local id now; null = the reference was emptied. */
	to: string | null;
	/** What the other side holds by our last knowledge. */
	from: { localId: string; externalId: string } | null;
}

/** What a push would do with one record. The same plan is shown by a preview and carried out by a run. */
export interface PushPlan {
	localId: string;
	kind: 'create' | 'update' | 'none';
	/** External field -> value to write. */
	writes: Fields;
	/** Base entries that move once the write is acknowledged: local image by base key, and where its value went. */
	acknowledge: Array<{ key: string; external: string; local: FieldValue; sent: FieldValue }>;
	/** Base entries that move without a write, because both sides agree already. */
	agreed: Base;
	changes: FieldChange[];
	/** Local fields both sides changed and no policy decides. */
	conflicts: string[];
	associations: AssociationMove[];
}

/**
 * Plans the push of one record. Pure.
 * @param external the record as it is on the other side now; undefined = not looked at
 * @throws CrosslinkError `rejected` when a value does not fit its rule
 */
export function planPush(
	binding: EntityBinding,
	localId: string,
	fields: Fields,
	link: LinkRow | undefined,
	external?: ExternalRecord,
): PushPlan {
	const base = link?.base ?? undefined;
	const plan: PushPlan = {
		localId,
		kind: link?.externalId ? 'update' : 'create',
		writes: {},
		acknowledge: [],
		agreed: { local: {}, external: {} },
		changes: [],
		conflicts: [],
		associations: planAssociations(binding, fields, base),
	};
	for (const rule of binding.fields) {
		if (rule.direction === 'pull') continue;
		planPushField(plan, rule, fields, base, external);
	}
	const idle = Object.keys(plan.writes).length === 0 && plan.associations.length === 0;
	if (plan.kind === 'update' && idle) plan.kind = 'none';
	return plan;
}

function planPushField(
	plan: PushPlan,
	rule: FieldRule,
	fields: Fields,
	base: Base | undefined,
	external: ExternalRecord | undefined,
): void {
	const local = valueAt(fields, rule.local);
	if (local === undefined) return;
	const sent = toExternal(rule, local);
	const sides: FieldSides = {
		local,
		external: external?.fields[rule.external],
		base: baseOf(base, rule),
		localAsExternal: sent,
	};
	const key = baseKey(rule);
	switch (mergeField(rule, sides)) {
		case 'push':
			plan.writes[rule.external] = sent;
			plan.acknowledge.push({ key, external: rule.external, local, sent });
			plan.changes.push({
				field: rule.local,
				from: sides.external ?? sides.base?.external,
				to: sent,
				direction: 'push',
			});
			break;
		case 'agree':
			plan.agreed.local[key] = local;
			plan.agreed.external[key] = sides.external as FieldValue;
			break;
		case 'conflict':
			plan.conflicts.push(rule.local);
			break;
		case 'pull':
		case 'none':
			break;
	}
}

/** True when this record's changes touch a field whose rule has to see the other side first. */
export function needsExternalRecord(binding: EntityBinding, fields: Fields, link: LinkRow | undefined): boolean {
	if (!link?.externalId) return false;
	return binding.fields.some((rule) => {
		if (!needsExternalValue(rule)) return false;
		const local = valueAt(fields, rule.local);
		if (local === undefined) return false;
		if (rule.strength === 'enforced') return true;
		const base = baseOf(link.base ?? undefined, rule);
		return base === undefined || !sameValue(local, base.local);
	});
}

function planAssociations(binding: EntityBinding, fields: Fields, base: Base | undefined): AssociationMove[] {
	return binding.associations.flatMap((rule): AssociationMove[] => {
		const value = valueAt(fields, rule.local);
		if (value === undefined) return [];
		const to = referenceOf(rule.local, value);
		const key = associationKey(rule.local);
		const heldLocal = base?.local[key];
		const heldExternal = base?.external[key];
		const from =
			typeof heldLocal === 'string' && typeof heldExternal === 'string'
				? { localId: heldLocal, externalId: heldExternal }
				: null;
		if (to === (from?.localId ?? null)) return [];
		return [{ field: rule.local, entity: rule.entity, to, from }];
	});
}

/** The local id a reference names; null = it was emptied. */
function referenceOf(field: string, value: FieldValue): string | null {
	if (value === null || value === '') return null;
	if (typeof value === 'string' || typeof value === 'number') {
		const problem = checkId(`reference "${field}"`, String(value));
		if (problem === undefined) return String(value);
		throw problem;
	}
	throw new CrosslinkError({
		class: 'rejected',
		code: 'reference_not_an_id',
		message: `Field "${field}" should hold the id of another record, but holds ${Array.isArray(value) ? 'a list' : typeof value}.`,
		remedy: 'Map the field that holds the id itself, for example by a dotted path such as company.id.',
	});
}

/** Name of an association in the base. */
export function associationKey(localField: string): string {
	return `${localField}>`;
}

/** One field a pull brings in, with what the base said when it was read. */
export interface PullMove {
	key: string;
	field: string;
	local: FieldValue;
	external: FieldValue;
	/** The base's external image at planning time; absent = there was none. */
	was?: FieldValue;
}

/** What a pull would do with one record. */
export interface PullPlan {
	/** Local field -> value to write; dotted paths are nested objects. */
	patch: Fields;
	moves: PullMove[];
	changes: FieldChange[];
}

/**
 * Plans the pull of one record from what the other side holds now. Pure. Our own writes coming back equal the
 * base and are dropped here, so an echo costs no write.
 * @throws CrosslinkError `rejected` when a value does not fit its rule
 */
export function planPull(binding: EntityBinding, record: ExternalRecord, link: LinkRow): PullPlan {
	const plan: PullPlan = { patch: {}, moves: [], changes: [] };
	for (const rule of binding.fields) {
		if (rule.direction === 'push') continue;
		const external = record.fields[rule.external];
		if (external === undefined) continue;
		const base = baseOf(link.base ?? undefined, rule);
		const sides: FieldSides = { local: undefined, external, base, localAsExternal: undefined };
		if (mergeField(rule, sides) !== 'pull') continue;
		const local = toLocal(rule, external);
		plan.patch = withValueAt(plan.patch, rule.local, local);
		plan.moves.push({
			key: baseKey(rule),
			field: rule.local,
			local,
			external,
			...(base?.external === undefined ? {} : { was: base.external }),
		});
		plan.changes.push({ field: rule.local, from: base?.local, to: local, direction: 'pull' });
	}
	return plan;
}

/** External fields a run must ask for to plan a pull and to fill the link's own columns. */
export function fieldsToRead(binding: EntityBinding): string[] {
	const names = new Set(binding.fields.map((rule) => rule.external));
	for (const column of binding.linkColumns) names.add(column.external);
	return [...names];
}

function baseOf(base: Base | undefined, rule: FieldRule): FieldSides['base'] {
	const key = baseKey(rule);
	if (base === undefined || !(Object.hasOwn(base.local, key) || Object.hasOwn(base.external, key))) return undefined;
	return { local: base.local[key], external: base.external[key] };
}
