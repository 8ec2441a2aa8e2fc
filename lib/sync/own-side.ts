import type { EntityBinding, FieldRule, Fields } from '../adapters/adapter';
import type { LinkRow } from '../store/store';
import { valueAt, withValueAt } from './fields';
import { baseKey } from './base';
import { localFieldsOf } from './transform/join';

/**
 * What a run takes for your side of a record.
 * - `item`: what the flow gave
 * - `unsent`: what an earlier push could not bring over, as the link holds it when the record's turn comes
 * - `lastAgreed`: your side by our last knowledge; only the other side is looked at
 */
export type OwnSide = 'item' | 'unsent' | 'lastAgreed';

/** Your side's fields; those kept with the link are read from the leased row, so that nothing newer is set back. */
export function ownFields(binding: EntityBinding, side: OwnSide, given: Fields, link: LinkRow | undefined): Fields {
	switch (side) {
		case 'item':
			return given;
		case 'unsent':
			return link?.unsent ?? {};
		case 'lastAgreed':
			return lastAgreed(binding, link);
	}
}

function lastAgreed(binding: EntityBinding, link: LinkRow | undefined): Fields {
	let fields: Fields = {};
	for (const rule of binding.fields) {
		const value = link?.base?.local[baseKey(rule)];
		if (value !== undefined) fields = withValueAt(fields, rule.local, value);
	}
	return withUnsent(binding, fields, link);
}

/** True when the run takes the field for what was last agreed, without having heard of it since. */
export function isAssumed(rule: FieldRule, side: OwnSide | undefined, link: LinkRow | undefined): boolean {
	if (side !== 'lastAgreed') return false;
	const unsent = link && link.errorCode !== null ? link.unsent : null;
	return !unsent || localFieldsOf(rule).every((local) => valueAt(unsent, local) === undefined);
}

/** What failed to get over is newer than what was agreed; a repair must not take it for done. */
function withUnsent({ fields: rules, associations }: EntityBinding, agreed: Fields, link: LinkRow | undefined): Fields {
	if (!link?.unsent || link.errorCode === null) return agreed;
	let fields = agreed;
	for (const local of [...rules.flatMap(localFieldsOf), ...associations.map((rule) => rule.local)]) {
		const value = valueAt(link.unsent, local);
		if (value !== undefined) fields = withValueAt(fields, local, value);
	}
	return fields;
}
