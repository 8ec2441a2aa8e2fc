import type { EntityBinding, Fields } from '../adapters/adapter';
import type { Base, LinkRow } from '../store/store';
import { baseOf } from './base';
import { isEmpty, sameValue, valueAt, withValueAt } from './fields';
import { planAssociations } from './plan-associations';
import { localFieldsOf, localValueOf } from './transform/join';

/** The part of a record that the rules speak of: what a retry needs, and no more. */
export function mappedFields(binding: EntityBinding, fields: Fields): Fields {
	return pick(fields, mappedPaths(binding));
}

/**
 * What an earlier run could not bring over and this one has nothing newer for: it stays with the link, or a flow that
 * gives only some of a record's fields would make it forgotten.
 * @param given your side's fields as this run has them
 * @param base what is agreed on after this run
 */
export function stillUnsent(binding: EntityBinding, link: LinkRow, given: Fields, base: Base | null): Fields | null {
	const { unsent } = link;
	if (!unsent) return null;
	const rules = binding.fields.filter((rule) => {
		if (rule.direction === 'pull' || localFieldsOf(rule).some((path) => valueAt(given, path) !== undefined))
			return false;
		const agreed = baseOf(base, rule);
		if (agreed && rule.strength === 'initial') return false;
		const value = localValueOf(rule, unsent);
		// Where nothing was agreed on, an empty value would not be sent either.
		if (agreed === undefined && isEmpty(value) && rule.transform?.default === undefined) return false;
		return !sameValue(value, agreed?.local);
	});
	const moved = new Set(planAssociations(binding, unsent, { ...link, base, sent: null }).map(({ field }) => field));
	const references = [...moved].filter((path) => valueAt(given, path) === undefined);
	return orNull(pick(unsent, [...rules.flatMap(localFieldsOf), ...references]));
}

/** What an earlier run could not bring over, under what this one could not either. */
export function unsentWith(binding: EntityBinding, link: LinkRow, given: Fields): Fields {
	let fields = stillUnsent(binding, link, given, link.base) ?? {};
	for (const path of mappedPaths(binding)) {
		const value = valueAt(given, path);
		if (value !== undefined) fields = withValueAt(fields, path, value);
	}
	return fields;
}

/** Without fields that your system has overwritten since by what the other side had. */
export function unsentWithout(binding: EntityBinding, link: LinkRow, paths: ReadonlySet<string>): Fields | null {
	if (!link.unsent) return null;
	return orNull(
		pick(
			link.unsent,
			mappedPaths(binding).filter((path) => !paths.has(path)),
		),
	);
}

function mappedPaths(binding: EntityBinding): string[] {
	return [...binding.fields.flatMap(localFieldsOf), ...binding.associations.map((rule) => rule.local)];
}

function pick(fields: Fields, paths: string[]): Fields {
	let picked: Fields = {};
	for (const path of paths) {
		const value = valueAt(fields, path);
		if (value !== undefined) picked = withValueAt(picked, path, value);
	}
	return picked;
}

function orNull(fields: Fields): Fields | null {
	return Object.keys(fields).length === 0 ? null : fields;
}
