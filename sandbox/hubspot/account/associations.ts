import { defaultLabel, primaryLabel, reverseOf, type AssociationLabel } from './association-types';
import type { CrmEvent } from './events';
import type { ObjectType } from './object-types';
import type { Actor } from './record';

/** One record linked to another, seen from one side. */
export interface Link {
	toType: ObjectType;
	toId: string;
	labels: AssociationLabel[];
}

export interface End {
	type: ObjectType;
	id: string;
}

const keyOf = (end: End) => `${end.type.name} ${end.id}`;

/** Links between records, kept from both sides. */
export class Associations {
	private readonly links = new Map<string, Map<string, Link>>();

	constructor(
		private readonly now: () => number,
		private readonly emit: (event: CrmEvent) => void,
	) {}

	/** Links of a record, optionally only those to one object, in the order of the other ids. */
	of(from: End, toType?: ObjectType): Link[] {
		return [...(this.links.get(keyOf(from))?.values() ?? [])]
			.filter((link) => !toType || link.toType.name === toType.name)
			.sort((a, b) => Number(a.toId) - Number(b.toId));
	}

	/** Links without a label. Harmless when the link exists; the first company becomes the primary one. */
	addDefault(from: End, to: End, actor: Actor): void {
		const labels = this.find(from, to)?.labels ?? [];
		const wanted = withLabel(labels, defaultLabel(from.type, to.type));
		const primary = this.wouldBePrimary(from, to);
		this.put(from, to, primary ? withLabel(wanted, primary) : wanted, actor);
	}

	/** Replaces the labels by the set given; the plain type stays beside the primary one, as the vendor keeps it. */
	setLabels(from: End, to: End, labels: AssociationLabel[], actor: Actor): void {
		this.put(from, to, withLabel(labels, defaultLabel(from.type, to.type)), actor);
	}

	remove(from: End, to: End, actor: Actor): void {
		const link = this.find(from, to);
		if (!link) return;
		this.links.get(keyOf(from))?.delete(keyOf(to));
		this.links.get(keyOf(to))?.delete(keyOf(from));
		this.tell(from, to, true, isPrimary(link.labels), actor);
	}

	/** Gives the links of a merged record to its survivor. */
	move(from: End, to: End, actor: Actor): void {
		for (const link of this.of(from)) {
			const other = { type: link.toType, id: link.toId };
			this.remove(from, other, actor);
			if (keyOf(other) !== keyOf(to)) this.put(to, other, link.labels, actor);
		}
	}

	private find(from: End, to: End): Link | undefined {
		return this.links.get(keyOf(from))?.get(keyOf(to));
	}

	private wouldBePrimary(from: End, to: End): AssociationLabel | undefined {
		const label = primaryLabel(from.type, to.type);
		if (!label) return undefined;
		const [many, company] = to.type.name === 'companies' ? [from, to] : [to, from];
		return this.of(many, company.type).some((link) => isPrimary(link.labels)) ? undefined : label;
	}

	private put(from: End, to: End, labels: AssociationLabel[], actor: Actor): void {
		const before = this.find(from, to);
		const same = before && sameLabels(before.labels, labels);
		this.side(from).set(keyOf(to), { toType: to.type, toId: to.id, labels });
		const reversed = labels.map((label) => reverseOf(from.type, to.type, label));
		this.side(to).set(keyOf(from), { toType: from.type, toId: from.id, labels: reversed });
		if (!same) this.tell(from, to, false, isPrimary(labels), actor);
	}

	private side(end: End): Map<string, Link> {
		const existing = this.links.get(keyOf(end)) ?? new Map<string, Link>();
		this.links.set(keyOf(end), existing);
		return existing;
	}

	/** Both sides hear of it: an app may listen to either object. */
	private tell(from: End, to: End, removed: boolean, primary: boolean, actor: Actor): void {
		const at = this.now();
		for (const [one, other] of [
			[from, to],
			[to, from],
		] as const) {
			const ends = { type: one.type, id: one.id, toType: other.type, toId: other.id };
			this.emit({ kind: 'associationChange', ...ends, actor, at, removed, primary });
		}
	}
}

const isPrimary = (labels: AssociationLabel[]) => labels.some((label) => label.label === 'Primary');

const withLabel = (labels: AssociationLabel[], label: AssociationLabel) =>
	labels.some((one) => one.typeId === label.typeId) ? labels : [...labels, label];

const sameLabels = (a: AssociationLabel[], b: AssociationLabel[]) =>
	a.length === b.length && a.every((label) => b.some((other) => other.typeId === label.typeId));
