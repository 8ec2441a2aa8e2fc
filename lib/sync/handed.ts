import type { FieldRule, FieldValue } from '../adapters/adapter';
import type { Handed, LinkRow } from '../store/store';
import { baseKey, baseOf } from './base';
import { sameValue } from './fields';
import { sidesAgree } from './transform';

/** Values of one field that were handed out and never confirmed. */
const KEPT = 5;
/** A flow that has not written its patch by now will not: in milliseconds. */
const OVERDUE_MS = 3_600_000;

/** True where your system's copy of a value could win over a newer one of the other side, or seem to conflict with it. */
export function noteWorthy(rule: FieldRule): boolean {
	return rule.direction === 'both' && !externalAlwaysWins(rule);
}

export function externalAlwaysWins(rule: FieldRule): boolean {
	return rule.policy === 'owner' && rule.owner === 'external';
}

/**
 * A patch your system has written and the flow did not live to confirm: your side holds what was handed out. That is then
 * what both sides last agreed on, or a copy of the other side's earlier value would count as an edit of yours.
 */
export function takenOver(
	rule: FieldRule,
	link: LinkRow | undefined,
	local: FieldValue | undefined,
	external: FieldValue | undefined,
): { local: FieldValue; external: FieldValue } | undefined {
	if (local === undefined || external === undefined || rule.direction !== 'both') return undefined;
	const known = baseOf(link?.base, rule);
	if (known !== undefined && sameValue(known.local, local)) return undefined;
	const copy = link?.handed?.[baseKey(rule)]?.findLast(
		(one) => sameValue(one.local, local) || sidesAgree(rule, local, one.external),
	);
	return copy && { local, external: copy.external };
}

/** True when what was handed out long ago was never written: your side still holds what was agreed before. */
export function isOverdue(rule: FieldRule, link: LinkRow | undefined, local: FieldValue | undefined, now: Date) {
	const known = baseOf(link?.base, rule);
	if (known === undefined || local === undefined || !sameValue(known.local, local)) return false;
	return (link?.handed?.[baseKey(rule)] ?? []).some(({ at }) => at < now.getTime() - OVERDUE_MS);
}

export function isNoted(handed: LinkRow['handed'] | undefined, key: string, { local, external }: Omit<Handed, 'at'>) {
	return (handed?.[key] ?? []).some((one) => sameValue(one.local, local) && sameValue(one.external, external));
}

export function withHanded(handed: LinkRow['handed'], key: string, one: Handed): NonNullable<LinkRow['handed']> {
	return { ...handed, [key]: [...(handed?.[key] ?? []), one].slice(-KEPT) };
}

/** Without what is overdue of a field. */
export function withoutOverdue(handed: LinkRow['handed'], key: string, now: Date): LinkRow['handed'] {
	return withEntries(
		handed,
		key,
		(handed?.[key] ?? []).filter(({ at }) => at >= now.getTime() - OVERDUE_MS),
	);
}

/** The base of a field has moved to `external`: what was handed out before that decides nothing any more. */
export function withoutAgreed(handed: LinkRow['handed'], key: string, external: FieldValue): LinkRow['handed'] {
	const entries = handed?.[key];
	if (entries === undefined) return handed;
	const last = entries.findLastIndex((one) => sameValue(one.external, external));
	return withEntries(handed, key, last === -1 ? [] : entries.slice(last + 1));
}

function withEntries(handed: LinkRow['handed'], key: string, entries: Handed[]): LinkRow['handed'] {
	const { [key]: _before, ...others } = handed ?? {};
	if (entries.length > 0) return { ...others, [key]: entries };
	return Object.keys(others).length === 0 ? null : others;
}
