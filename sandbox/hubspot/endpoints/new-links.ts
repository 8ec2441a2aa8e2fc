import { stockLabels, type AssociationCategory, type AssociationLabel } from '../account/association-types';
import type { End } from '../account/associations';
import { OBJECT_TYPES, type ObjectType } from '../account/object-types';
import type { CrmRecord } from '../account/record';
import type { VendorCall } from '../http/endpoint';
import { asArray, asObject, asString } from '../http/reading';
import { invalid } from '../http/vendor-error';

/** The label that a caller's `{associationCategory, associationTypeId}` names, or the vendor's 400. */
export function labelOf(from: ObjectType, to: ObjectType, value: unknown, path: string): AssociationLabel {
	const spec = asObject(value, path);
	const category = asString(spec.associationCategory, `${path}.associationCategory`) as AssociationCategory;
	const typeId = Number(spec.associationTypeId);
	const found = stockLabels(from, to).find((label) => label.typeId === typeId && label.category === category);
	if (!found) {
		throw invalid(`${category} association type ${typeId} is not valid between ${from.typeId} and ${to.typeId}`);
	}
	return found;
}

export interface NewLink {
	to: End;
	labels: AssociationLabel[];
}

/** Checks the `associations` of a create before anything is written. */
export function checkLinks(call: VendorCall, from: ObjectType, value: unknown): NewLink[] {
	if (value === undefined || value === null) return [];
	return asArray(value, 'associations').map((entry, index) => {
		const path = `associations[${index}]`;
		const given = asObject(entry, path);
		const id = asString(asObject(given.to, `${path}.to`).id, `${path}.to.id`);
		const types = asArray(given.types, `${path}.types`);
		const [first] = types;
		const to = Object.values(OBJECT_TYPES).find((type) =>
			stockLabels(from, type).some((label) => label.typeId === Number(asObject(first ?? {}, path).associationTypeId)),
		);
		if (!to) throw invalid(`${path}.types names no association type known between these objects`);
		const record = call.state.records.find(to, id);
		if (!record || record.archived)
			throw invalid(`${to.upper} with ID ${id} does not exist`, { context: { id: [id] } });
		return { to: { type: to, id }, labels: types.map((type) => labelOf(from, to, type, `${path}.types`)) };
	});
}

export function writeLinks(call: VendorCall, record: CrmRecord, links: NewLink[]): void {
	for (const { to, labels } of links) call.state.associations.setLabels(record, to, labels, call.actor);
}
