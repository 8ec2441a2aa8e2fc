import type { FieldRule, FieldValue } from '../adapters/adapter';
import type { LinkRow } from '../store/store';
import { baseKey, baseOf } from './base';
import { isEmpty, sameValue } from './fields';
import type { FieldSides } from './merge';
import { sidesAgree } from './transform';

/**
 * A write of ours whose answer nobody lived to keep: the other side holds what the link says was being sent. That is then
 * what both sides last agreed on, or our own write would count as an edit over there and could undo a newer one here.
 */
export function ownWrite(
	rule: FieldRule,
	link: LinkRow | undefined,
	external: FieldValue | undefined,
): { local: FieldValue; external: FieldValue } | undefined {
	const sent = link?.sent?.[baseKey(rule)];
	if (sent === undefined || external === undefined || rule.direction === 'pull') return undefined;
	const known = baseOf(link?.base, rule);
	if (known !== undefined && sameValue(known.external, external)) return undefined;
	const local = sent.findLast((value) => sidesAgree(rule, value, external) || looksLike(value, external));
	return local === undefined ? undefined : { local, external };
}

/** The same but for case, blanks and punctuation: what is left when the other side brings a text into its own form. */
function looksLike(sent: FieldValue, found: FieldValue): boolean {
	if (typeof sent === 'object' || typeof found === 'object' || sent === '' || found === '') {
		return isEmpty(sent) && isEmpty(found);
	}
	const numbers = [sent, found].map(Number);
	if (!numbers.some(Number.isNaN)) return numbers[0] === numbers[1];
	const [one, other] = [sent, found].map((value) =>
		String(value)
			.normalize('NFKC')
			.toLowerCase()
			.replace(/[^\p{L}\p{N}]/gu, ''),
	);
	return one !== '' && one === other;
}

/**
 * True when the other side may hold a write of ours that nothing was noted of: the link is in doubt, and a field that only
 * this side changes differs over there from what was agreed. Fields of both sides are noted before each call.
 * @param made the record is there because an earlier run of ours created it
 */
export function mayBeOwnWrite(rule: FieldRule, link: LinkRow | undefined, sides: FieldSides, made: boolean): boolean {
	const { external, base, alike } = sides;
	if (!link?.inDoubt || rule.direction !== 'push' || external === undefined || alike) return false;
	if (rule.strength === 'initial' || rule.policy === 'onlyIfEmpty') return false;
	return base === undefined ? made && !isEmpty(external) : !sameValue(external, base.external);
}
