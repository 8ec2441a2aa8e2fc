import type { LinkRow } from '../store/store';
import type { RecordPlan } from './plan';

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

/** What is still on its way once these fields are agreed on. */
export function sentWithout(link: LinkRow, keys: ReadonlyMap<string, unknown>): LinkRow['sent'] {
	return orNull(Object.fromEntries(Object.entries(link.sent ?? {}).filter(([key]) => !keys.has(key))));
}

/** The other side may hold more than the link knows of: a run has to look before it takes anything for unchanged. */
export function mayHaveArrived(link: LinkRow): boolean {
	return link.sent !== null || link.inDoubt;
}

/** The link as a claim would find it: a lease that has run out is that of a run which may have written. */
export function asClaimed<T extends LinkRow>(link: T): T {
	const dead = link.leaseOwner !== null && (link.leaseUntil?.getTime() ?? 0) <= Date.now();
	return dead ? { ...link, inDoubt: true } : link;
}

function orNull<T extends object>(value: T): T | null {
	return Object.keys(value).length === 0 ? null : value;
}
