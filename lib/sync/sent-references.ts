import type { FieldValue } from '../adapters/adapter';
import type { LinkRow } from '../store/store';

/** A record of another entity, by both its ids. */
export interface Referred {
	localId: string;
	externalId: string;
}

/** Name of an association in the base and among what is on its way; a field's has the other side's name behind it. */
export function associationKey(localField: string): string {
	return `${localField}>`;
}

export function isAssociationKey(key: string): boolean {
	return key.endsWith('>');
}

/** References of a field that a run was adding or taking away, and that nobody has been sure of since. */
export function touchedReferences(sent: LinkRow['sent'] | undefined, key: string): Referred[] {
	return (sent?.[key] ?? []).flatMap((one) => (isReferred(one) ? [one] : []));
}

/**
 * What is on its way with these references besides. Whether they get there is not known after a crash; so the next run
 * adds those that are wanted once more, and takes away those that are not. Both are safe to repeat.
 */
export function sentWithReferences(
	sent: LinkRow['sent'],
	touched: Iterable<readonly [key: string, references: Referred[]]>,
): LinkRow['sent'] {
	let result = sent;
	for (const [key, references] of touched) {
		if (references.length === 0) continue;
		const all = new Map([...touchedReferences(sent, key), ...references].map((one) => [one.externalId, one]));
		const values = [...all.values()].map(({ localId, externalId }): FieldValue => ({ localId, externalId }));
		result = { ...result, [key]: values };
	}
	return result;
}

function isReferred(value: FieldValue): value is { localId: string; externalId: string } {
	if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
	return typeof value.localId === 'string' && typeof value.externalId === 'string';
}
