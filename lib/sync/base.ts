import type { FieldRule } from '../adapters/adapter';
import type { Base } from '../store/store';
import type { FieldSides } from './merge';

/** Name of a field in the base: both ends of the rule, so that a re-mapped field starts without a base. */
export function baseKey(rule: Pick<FieldRule, 'local' | 'external'>): string {
	return `${rule.local}>${rule.external}`;
}

/** What the base holds for a rule; undefined = nothing was ever agreed. */
export function baseOf(base: Base | null | undefined, rule: FieldRule): FieldSides['base'] {
	const key = baseKey(rule);
	if (!base || !(Object.hasOwn(base.local, key) || Object.hasOwn(base.external, key))) return undefined;
	return { local: base.local[key], external: base.external[key] };
}
