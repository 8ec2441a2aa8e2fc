import type { FieldRule, Fields, FieldValue } from '../../adapters/adapter';
import { CrosslinkError } from '../../errors';
import { isEmpty, valueAt } from '../fields';

/**
 * What a record holds for a rule: the value at `local`, or its joined fields as one text. undefined = absent.
 * A join with one of its fields absent is absent, for the rest alone would be a wrong text; empty fields are skipped.
 * @throws CrosslinkError `rejected`, `value_not_joinable`, for lists and objects
 */
export function localValueOf(rule: FieldRule, record: Fields): FieldValue | undefined {
	const { join, separator = ' ' } = rule.transform ?? {};
	if (join === undefined) return valueAt(record, rule.local);
	const parts: string[] = [];
	for (const path of join) {
		const value = valueAt(record, path);
		if (value === undefined) return undefined;
		const text = partOf(rule, path, value);
		if (text !== '') parts.push(text);
	}
	return parts.length === 0 ? null : parts.join(separator);
}

/** Local paths whose values the rule sends. */
export function localFieldsOf(rule: FieldRule): string[] {
	return rule.transform?.join ?? [rule.local];
}

function partOf(rule: FieldRule, path: string, value: FieldValue): string {
	if (isEmpty(value)) return '';
	if (typeof value !== 'object') return rule.transform?.trim ? String(value).trim() : String(value);
	throw new CrosslinkError({
		class: 'rejected',
		code: 'value_not_joinable',
		message: `Field "${path}" holds ${Array.isArray(value) ? 'a list' : 'an object'}, which cannot be joined into "${rule.external}".`,
		remedy: 'Join fields with plain values, for example by dotted paths into the object.',
	});
}
