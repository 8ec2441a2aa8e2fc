import type { FieldRule, Scalar, Transform } from '../../adapters/adapter';
import { CrosslinkError } from '../../errors';
import { shortened } from './not-of-type';

type Pair = NonNullable<Transform['map']>[number];
type Side = 'local' | 'external';

const SHOWN_VALUES = 12;

/**
 * The value that stands for this one on the other side.
 * @throws CrosslinkError `rejected`, `value_not_mapped`, naming the value and those the map has
 */
export function mapped(rule: FieldRule, pairs: readonly Pair[], value: Scalar, to: Side): Scalar {
	const from: Side = to === 'external' ? 'local' : 'external';
	const pair = pairs.find((one) => keyOf(one[from]) === keyOf(value));
	if (pair !== undefined) return pair[to];
	// An empty field that the map does not speak of stays empty.
	if (keyOf(value) === null) return null;
	const otherwise = rule.transform?.otherwise;
	if (otherwise === 'pass') return value;
	const instead = typeof otherwise === 'object' ? otherwise[to] : undefined;
	if (instead !== undefined) return instead;
	throw notMapped(rule, pairs, value, from);
}

/** Vendors answer numbers and booleans as text, and empty as null or '': they are the same choice. */
export function keyOf(value: Scalar): string | null {
	return value === null || value === '' ? null : String(value);
}

function notMapped(rule: FieldRule, pairs: readonly Pair[], value: Scalar, side: Side): CrosslinkError {
	const allowed = [...new Set(pairs.map((pair) => shortened(pair[side])))];
	const more = allowed.length > SHOWN_VALUES ? ` and ${allowed.length - SHOWN_VALUES} more` : '';
	return new CrosslinkError({
		class: 'rejected',
		code: 'value_not_mapped',
		message:
			`Field "${rule[side]}" holds ${shortened(value)}, which the map of its field rule does not have; ` +
			`it has ${allowed.slice(0, SHOWN_VALUES).join(', ')}${more}.`,
		remedy: 'Add the value to the map, or set "otherwise" in the field rule.',
	});
}
