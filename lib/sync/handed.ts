import type { FieldRule, FieldValue } from '../adapters/adapter';
import type { Handed, LinkRow } from '../store/store';
import { baseKey, baseOf } from './base';
import { sameValue } from './fields';
import { sidesAgree } from './transform';

/** Values of one field that were handed out and never confirmed. */
const KEPT = 5;
/** A flow that has not written its patch by now will not: in milliseconds. */
const OVERDUE_MS = 3_600_000;

/** Fields that follow the other side beyond their first value. */
export function noteWorthy(rule: FieldRule): boolean {
	if (rule.direction === 'pull') return rule.strength !== 'initial' && rule.policy !== 'onlyIfEmpty';
	return rule.direction === 'both';
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
	if (local === undefined || external === undefined || rule.direction === 'push') return undefined;
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

/**
 * True when your side, which is not known, may hold a copy of what the other side has taken back to what was agreed: the
 * value goes out once more then, until it is confirmed.
 */
export function isTakenBack(rule: FieldRule, link: LinkRow | undefined, external: FieldValue | undefined): boolean {
	const known = baseOf(link?.base, rule);
	if (!noteWorthy(rule) || known === undefined || external === undefined) return false;
	if (!sameValue(known.external, external)) return false;
	return (link?.handed?.[baseKey(rule)] ?? []).some((one) => !sameValue(one.external, external));
}

/** True when it need not be noted again. */
export function isNoted(handed: LinkRow['handed'] | undefined, key: string, one: Handed): boolean {
	return (handed?.[key] ?? []).some((noted) => isSame(noted, one) && noted.at >= one.at - OVERDUE_MS);
}

export function withHanded(handed: LinkRow['handed'], key: string, one: Handed): NonNullable<LinkRow['handed']> {
	const others = (handed?.[key] ?? []).filter((noted) => !isSame(noted, one));
	return { ...handed, [key]: [...others, one].slice(-KEPT) };
}

function isSame(one: Handed, other: Handed): boolean {
	return sameValue(one.local, other.local) && sameValue(one.external, other.external);
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
