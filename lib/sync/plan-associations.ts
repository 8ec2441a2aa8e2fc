import type { EntityBinding, Fields, FieldValue } from '../adapters/adapter';
import { CrosslinkError } from '../errors';
import { checkId } from '../store/ids';
import type { Base } from '../store/store';
import { valueAt } from './fields';

/** A reference to another record that is to be added, moved or taken away on the other side. */
export interface AssociationMove {
	field: string;
	entity: string;
	/** Local id now; null = the reference was emptied. */
	to: string | null;
	/** What the other side holds by our last knowledge. */
	from: { localId: string; externalId: string } | null;
}

/** Name of an association in the base. */
export function associationKey(localField: string): string {
	return `${localField}>`;
}

/** References that differ from what was last agreed. Pure. */
export function planAssociations(
	binding: EntityBinding,
	fields: Fields | undefined,
	base: Base | null | undefined,
): AssociationMove[] {
	if (fields === undefined) return [];
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
