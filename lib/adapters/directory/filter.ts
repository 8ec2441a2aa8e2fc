import type { Filter } from 'ldapts';
import { CrosslinkError } from '../../errors';
import type { Codec } from './codec';

/**
 * A search filter as data. It is never a text, so that no value can be read as part of one, and bytes stay bytes: in a text
 * filter the library turns those from 0x80 on into letters.
 */
export type Condition =
	| { and: Condition[] }
	| { or: Condition[] }
	| { not: Condition }
	| { is: string; value: string | Buffer }
	| { has: string }
	| { atLeast: string; value: string }
	| { atMost: string; value: string }
	/** By a matching rule, e.g. the one that follows groups within groups. */
	| { matches: string; rule: string; value: string };

/** An attribute's name, with options; or its number. */
const ATTRIBUTE = /^([A-Za-z][A-Za-z0-9-]*|\d+(\.\d+)+)(;[A-Za-z0-9-]+)*$/;

/** @throws CrosslinkError `rejected`, `attribute_invalid` */
export function checkAttribute(name: string): string {
	if (name.length <= 200 && ATTRIBUTE.test(name)) return name;
	throw new CrosslinkError({
		class: 'rejected',
		code: 'attribute_invalid',
		message: `"${name.slice(0, 100)}" is not the name of an attribute.`,
		remedy: 'Write it as the directory spells it: letters, digits and hyphens, e.g. employeeNumber.',
	});
}

export function toFilter(codec: Codec, condition: Condition): Filter {
	if ('and' in condition) return new codec.AndFilter({ filters: condition.and.map((one) => toFilter(codec, one)) });
	if ('or' in condition) return new codec.OrFilter({ filters: condition.or.map((one) => toFilter(codec, one)) });
	if ('not' in condition) return new codec.NotFilter({ filter: toFilter(codec, condition.not) });
	if ('has' in condition) return new codec.PresenceFilter({ attribute: checkAttribute(condition.has) });
	const { value } = condition;
	if ('is' in condition) return new codec.EqualityFilter({ attribute: checkAttribute(condition.is), value });
	if ('atLeast' in condition) {
		return new codec.GreaterThanEqualsFilter({ attribute: checkAttribute(condition.atLeast), value: condition.value });
	}
	if ('atMost' in condition) {
		return new codec.LessThanEqualsFilter({ attribute: checkAttribute(condition.atMost), value: condition.value });
	}
	const { matches, rule } = condition;
	return new codec.ExtensibleFilter({ matchType: checkAttribute(matches), rule, value: condition.value });
}
