import type { LinkRow } from '../store/store';
import type { RecordPlan } from './plan';
import { isAssociationKey } from './sent-references';

/** Values of one field that were sent and never heard of: each is one crash or lost answer in a row. */
const KEPT = 5;

/** What is on its way to the other side with this plan's writes, beside what was before; see `ownWrite`. */
export function sentWith(
	link: LinkRow,
	{ acknowledge }: RecordPlan,
	wanted: (key: string) => boolean = () => true,
): LinkRow['sent'] {
	const sent = { ...link.sent };
	for (const { key, local } of acknowledge) {
		if (wanted(key)) sent[key] = [...(sent[key] ?? []), local].slice(-KEPT);
	}
	return orNull(sent);
}

/** What is still on its way once these fields and references are agreed on. */
export function sentWithout(sent: LinkRow['sent'], agreed: (key: string) => boolean): LinkRow['sent'] {
	return orNull(Object.fromEntries(Object.entries(sent ?? {}).filter(([key]) => !agreed(key))));
}

/**
 * The other side's record may hold more than the link knows of: a run has to look before it takes anything for unchanged.
 * References are not looked at but made sure of.
 */
export function mayHaveArrived(link: LinkRow): boolean {
	return link.inDoubt || Object.keys(link.sent ?? {}).some((key) => !isAssociationKey(key));
}

/** The link as a claim would find it: a lease that has run out is that of a run which may have written. */
export function asClaimed<T extends LinkRow>(link: T): T {
	const dead = link.leaseOwner !== null && (link.leaseUntil?.getTime() ?? 0) <= Date.now();
	return dead ? { ...link, inDoubt: true } : link;
}

function orNull<T extends object>(value: T): T | null {
	return Object.keys(value).length === 0 ? null : value;
}
