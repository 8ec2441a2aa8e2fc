import type { AssociationRule, FieldRule } from '../adapters/adapter';
import type { FieldRuleSettings } from './settings';

/** Where a line of the mapping comes from: the integration's pack, the settings for all tenants, those of one tenant. */
export type Level = 'pack' | 'integration' | 'tenant';

/** A field rule that may be switched off. */
export type SwitchedRule = Omit<FieldRule, 'direction'> & { direction: FieldRule['direction'] | 'none' };

/** A rule in force, and what it stands in for, nearest level first. */
export interface Line<Rule> {
	rule: Rule;
	from: Level;
	replaced: Array<{ rule: Rule; from: Level }>;
}

export type FieldLine = Line<SwitchedRule>;
export type AssociationLine = Line<AssociationRule>;

/** What a rule gets that no level says more about. */
const RULE_DEFAULTS = { direction: 'push', owner: 'local', policy: 'owner', strength: 'onChange' } as const;

export const linesOf = <Rule>(rules: readonly Rule[], from: Level): Array<Line<Rule>> =>
	rules.map((rule) => ({ rule, from, replaced: [] }));

/**
 * Lays the field rules of one level over the lines below. A rule takes the place of all lines of the same local field
 * and inherits what it leaves out from the one to the same external field, else from the first. One with direction `none`
 * switches off what it names.
 * @returns the lines, and the first rule that cannot stand: without an external field, or switching nothing off
 */
export function layFields(
	below: FieldLine[],
	rules: readonly FieldRuleSettings[],
	from: Level,
): { lines: FieldLine[]; incomplete?: FieldRuleSettings; idle?: FieldRuleSettings } {
	const replacedBy = (line: FieldLine, rule: FieldRuleSettings): boolean =>
		rule.local === line.rule.local &&
		(rule.direction !== 'none' || rule.external === undefined || rule.external === line.rule.external);
	const lines = below.filter((line) => !rules.some((rule) => replacedBy(line, rule)));
	const left = new Set(below.filter((line) => !lines.includes(line)));
	let incomplete: FieldRuleSettings | undefined;
	let idle: FieldRuleSettings | undefined;

	for (const rule of rules) {
		const under = below.filter((line) => replacedBy(line, rule));
		if (rule.direction === 'none') {
			if (under.length === 0) idle ??= rule;
			for (const line of under) {
				lines.push({ rule: { ...line.rule, direction: 'none' }, from, replaced: history([line]) });
				left.delete(line);
			}
			continue;
		}
		const inherited = under.find((line) => line.rule.external === rule.external) ?? under[0];
		const complete = { ...RULE_DEFAULTS, ...inherited?.rule, ...rule };
		if (complete.external === undefined) {
			incomplete ??= rule;
			continue;
		}
		if (inherited !== undefined) left.delete(inherited);
		lines.push({
			rule: { ...complete, external: complete.external },
			from,
			replaced: inherited === undefined ? [] : history([inherited]),
		});
	}
	// Several rules below may have become fewer: the first that took their place tells of the rest.
	for (const line of left) {
		const heir = lines.find((one) => one.from === from && one.rule.local === line.rule.local);
		heir?.replaced.push(...history([line]));
	}
	return { lines, incomplete, idle };
}

/** Associations of one level over those below: one per local field. */
export function layAssociations(
	below: AssociationLine[],
	rules: readonly AssociationRule[],
	from: Level,
): AssociationLine[] {
	return [
		...below.filter(({ rule }) => !rules.some((other) => other.local === rule.local)),
		...rules.map((rule) => ({ rule, from, replaced: history(below.filter((line) => line.rule.local === rule.local)) })),
	];
}

function history<Rule>(lines: Array<Line<Rule>>): Line<Rule>['replaced'] {
	return lines.flatMap(({ rule, from, replaced }) => [{ rule, from }, ...replaced]);
}
