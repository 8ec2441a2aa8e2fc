import type { AssociationRule, EntityBinding, Fields, FieldValue } from '../adapters/adapter';
import { CrosslinkError } from '../errors';
import { checkId } from '../store/ids';
import type { Base, LinkRow } from '../store/store';
import { sameValue, valueAt } from './fields';
import { associationKey, touchedReferences, type Referred } from './sent-references';

export { associationKey, type Referred } from './sent-references';

/** References of one field that are to be brought in step: the difference of two sets. */
export interface AssociationMove {
	field: string;
	entity: string;
	/** The field holds a list of ids; otherwise one id or none. */
	many: boolean;
	/** What the other side holds by our last knowledge. */
	held: Referred[];
	/** What a run was adding or taking away without living to tell: it may be there or not. */
	unsure: Referred[];
	/** Local ids as the field has them now. */
	wanted: string[];
}

/** References that differ from what was last agreed, and those nobody is sure of. Pure. */
export function planAssociations(
	binding: EntityBinding,
	fields: Fields | undefined,
	link: Pick<LinkRow, 'base' | 'sent'> | undefined,
): AssociationMove[] {
	if (fields === undefined) return [];
	return binding.associations.flatMap((rule) => planReference(rule, fields, link));
}

/** Local ids the move adds, in the order of the field; adding what is there already does no harm. */
export function additionsOf({ wanted, held, unsure }: AssociationMove): string[] {
	const doubtful = new Set(unsure.map((one) => one.externalId));
	const there = new Set(held.filter((one) => !doubtful.has(one.externalId)).map((one) => one.localId));
	return wanted.filter((localId) => !there.has(localId));
}

/** Records the move takes away; taking away what is not there does no harm. */
export function removalsOf({ wanted, held, unsure }: AssociationMove): Referred[] {
	const kept = new Set(wanted);
	const all = new Map([...unsure, ...held].map((one) => [one.externalId, one]));
	return [...all.values()].filter((one) => !kept.has(one.localId));
}

/** The field as it was agreed on and as it is to be; undefined = a reference is only made sure of. */
export function changeOfMove(
	move: AssociationMove,
	after: string[],
): { field: string; from: FieldValue; to: FieldValue } | undefined {
	const from = asFieldValue(
		move,
		move.held.map((one) => one.localId),
	);
	const to = asFieldValue(move, after);
	return sameValue(from, to) ? undefined : { field: move.field, from, to };
}

/** The field's value as it stands in changes and in the base: a list, or one value or null. */
export function asFieldValue(move: Pick<AssociationMove, 'many'>, ids: string[]): FieldValue {
	return move.many ? ids : (ids[0] ?? null);
}

function planReference(
	rule: AssociationRule,
	fields: Fields,
	link: Pick<LinkRow, 'base' | 'sent'> | undefined,
): AssociationMove[] {
	const value = valueAt(fields, rule.local);
	if (value === undefined) return [];
	const { local: field, entity } = rule;
	const move = {
		field,
		entity,
		many: Array.isArray(value),
		held: heldBy(field, link?.base),
		unsure: touchedReferences(link?.sent, associationKey(field)),
		wanted: idsFrom(field, value),
	};
	return additionsOf(move).length + removalsOf(move).length === 0 ? [] : [move];
}

function heldBy(field: string, base: Base | null | undefined): Referred[] {
	const key = associationKey(field);
	const localIds = listOf(base?.local[key]);
	const externalIds = listOf(base?.external[key]);
	return localIds.flatMap((localId, index): Referred[] => {
		const externalId = externalIds[index];
		return externalId === undefined ? [] : [{ localId, externalId }];
	});
}

function listOf(value: FieldValue | undefined): string[] {
	const list = Array.isArray(value) ? value : [value];
	return list.filter((one): one is string => typeof one === 'string');
}

/** The local ids a reference names, each once. */
function idsFrom(field: string, value: FieldValue): string[] {
	const list = Array.isArray(value) ? value : [value];
	return [...new Set(list.flatMap((one) => idFrom(field, one)))];
}

function idFrom(field: string, value: FieldValue): string[] {
	if (value === null || value === '') return [];
	if (typeof value === 'string' || typeof value === 'number') {
		const problem = checkId(`reference "${field}"`, String(value));
		if (problem === undefined) return [String(value)];
		throw problem;
	}
	throw new CrosslinkError({
		class: 'rejected',
		code: 'reference_not_an_id',
		message: `Field "${field}" should hold ids of other records, but holds ${Array.isArray(value) ? 'a list in a list' : `a ${typeof value}`}.`,
		remedy: 'Map the field that holds the id itself, for example by a dotted path such as company.id.',
	});
}
