import type { LinkRow } from '../store/store';
import type { RecordPlan } from './plan';

/** Values of one field that were sent and never heard of: each is one crash or lost answer in a row. */
const KEPT = 5;

/** What is on its way to the other side with this plan's writes, beside what was before; see `ownWrite` in the plan. */
export function sentWith(
	link: LinkRow,
	{ acknowledge }: RecordPlan,
	wanted: (key: string) => boolean,
): NonNullable<LinkRow['sent']> {
	const sent = { ...link.sent };
	for (const { key, local } of acknowledge) {
		if (wanted(key)) sent[key] = [...(sent[key] ?? []), local].slice(-KEPT);
	}
	return sent;
}
