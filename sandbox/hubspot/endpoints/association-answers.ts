import type { AssociationLabel } from '../account/association-types';
import type { End, Link } from '../account/associations';
import type { ObjectType } from '../account/object-types';
import { itemError, type ItemError } from '../http/batch-answer';
import type { VendorCall } from '../http/endpoint';

/** A linked record with the kinds of its link, as the read endpoints show it. */
export const linkView = (link: Link) => ({
	toObjectId: link.toId,
	associationTypes: link.labels.map(({ category, typeId, label }) => ({ category, typeId, label })),
});

export const defaultView = (from: End, to: End, label: AssociationLabel) => ({
	from: { id: from.id },
	to: { id: to.id },
	associationSpec: { associationCategory: label.category, associationTypeId: label.typeId },
});

export const labelledView = (from: End, to: End, labels: AssociationLabel[]) => ({
	fromObjectTypeId: from.type.typeId,
	fromObjectId: from.id,
	toObjectTypeId: to.type.typeId,
	toObjectId: to.id,
	labels: labels.flatMap(({ label }) => (label === null ? [] : [label])),
});

/** The live record behind an id of an association call; merged ids lead to their survivor. */
export function endOf(call: VendorCall, type: ObjectType, id: string): End | undefined {
	const record = call.state.records.find(type, call.state.records.survivorOf(id));
	return record && !record.archived ? { type, id: record.id } : undefined;
}

/** An end of a link that does not exist. */
export const missingEnd = (side: 'from' | 'to', type: ObjectType, fromId: string, toId: string): ItemError =>
	itemError(
		'OBJECT_NOT_FOUND',
		`No ${type.singular} with ID ${side === 'from' ? fromId : toId} exists in this account`,
		{ fromObjectId: [fromId], toObjectId: [toId] },
		{ subCategory: `crm.associations.${side.toUpperCase()}_OBJECT_NOT_FOUND` },
	);

/** What a batch read says of a record without links: an error, not an empty list. */
export const noLinks = (from: ObjectType, to: ObjectType, id: string): ItemError =>
	itemError(
		'OBJECT_NOT_FOUND',
		`No ${to.singular} is associated with ${from.singular} ${id}.`,
		{ fromObjectId: [id], fromObjectType: [from.singular], toObjectType: [to.singular] },
		{ subCategory: 'crm.associations.NO_ASSOCIATIONS_FOUND' },
	);

/** One inner page of links; `after` is the last id of the page before. */
export function linkPage(links: Link[], after: string | undefined, size: number) {
	const rest = links.filter((link) => Number(link.toId) > Number(after ?? '0'));
	const shown = rest.slice(0, size);
	const next = rest.length > size ? shown.at(-1)?.toId : undefined;
	return { shown: shown.map(linkView), ...(next ? { paging: { next: { after: next, link: `?after=${next}` } } } : {}) };
}
