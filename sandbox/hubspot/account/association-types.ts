import type { ObjectName, ObjectType } from './object-types';

export type AssociationCategory = 'HUBSPOT_DEFINED' | 'USER_DEFINED' | 'INTEGRATOR_DEFINED' | 'WORK';

/** A kind of link in one direction; `label` is null for the plain one. */
export interface AssociationLabel {
	category: AssociationCategory;
	typeId: number;
	label: string | null;
}

const plain = (typeId: number): AssociationLabel => ({ category: 'HUBSPOT_DEFINED', typeId, label: null });
const primary = (typeId: number): AssociationLabel => ({ category: 'HUBSPOT_DEFINED', typeId, label: 'Primary' });

/** Type ids as in the vendor's table, from left to right. */
const LABELS: Record<`${ObjectName} ${ObjectName}`, AssociationLabel[]> = {
	'deals companies': [plain(341), primary(5)],
	'companies deals': [plain(342), primary(6)],
	'deals contacts': [plain(3)],
	'contacts deals': [plain(4)],
	'contacts companies': [plain(279), primary(1)],
	'companies contacts': [plain(280), primary(2)],
	'deals deals': [plain(451)],
	'companies companies': [plain(450)],
	'contacts contacts': [plain(449)],
};

export const stockLabels = (from: ObjectType, to: ObjectType): AssociationLabel[] => LABELS[`${from.name} ${to.name}`];

/** The plain type: what `default` creates. */
export function defaultLabel(from: ObjectType, to: ObjectType): AssociationLabel {
	const [first] = stockLabels(from, to);
	if (!first) throw new Error(`No association type from ${from.name} to ${to.name}`);
	return first;
}

export const primaryLabel = (from: ObjectType, to: ObjectType) =>
	stockLabels(from, to).find((label) => label.label === 'Primary');

/** The name of the same kind seen from the other side, by position in the table. */
export function reverseOf(from: ObjectType, to: ObjectType, label: AssociationLabel): AssociationLabel {
	const position = stockLabels(from, to).findIndex((one) => one.typeId === label.typeId);
	return stockLabels(to, from)[position] ?? { ...label, typeId: label.typeId + (label.typeId % 2 === 1 ? 1 : -1) };
}
