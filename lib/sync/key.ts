import type { EntityBinding, Fields } from '../adapters/adapter';
import { CrosslinkError } from '../errors';
import type { LinkRow } from '../store/store';
import { baseOf } from './base';
import { valueAt } from './fields';
import { toExternal } from './transform';

/**
 * The value that names this record on the other side: by default made of tenant and local id, so that two tenants
 * in one account never share a record; with `matchOn` the local field the tenant chose.
 * @throws CrosslinkError `rejected`, `key_missing`, when that field is empty
 */
export function keyOf(
	binding: EntityBinding,
	tenant: string,
	localId: string,
	fields: Fields,
): { field: string; value: string } {
	if (binding.matchOn === undefined) {
		const safeTenant = tenant.replaceAll('%', '%25').replaceAll(':', '%3A');
		return { field: binding.keyField, value: `${safeTenant}:${localId}` };
	}
	const rule = binding.fields.find((one) => one.local === binding.matchOn && one.direction !== 'pull');
	const given = valueAt(fields, binding.matchOn);
	// As a push would send it, so that key and field are one value.
	const value = rule === undefined || given === undefined ? given : toExternal(rule, given, fields);
	if ((typeof value === 'string' && value !== '') || typeof value === 'number') {
		return { field: binding.keyField, value: String(value) };
	}
	throw new CrosslinkError({
		class: 'rejected',
		code: 'key_missing',
		message: `${binding.displayName} "${localId}" has no value in "${binding.matchOn}", by which new records are matched.`,
		remedy: `Fill "${binding.matchOn}", or take "matchOn" out of the integration's settings.`,
	});
}

/** The key of a record that is written by its id; a flow that gives only some of the fields need not give it again. */
export function keyOfLinked(
	binding: EntityBinding,
	tenant: string,
	link: LinkRow,
	fields: Fields,
): { field: string; value: string } {
	const { matchOn, keyField } = binding;
	if (matchOn === undefined || valueAt(fields, matchOn) !== undefined) {
		return keyOf(binding, tenant, link.localId, fields);
	}
	const rule = binding.fields.find((one) => one.local === matchOn && one.direction !== 'pull');
	return { field: keyField, value: String((rule && baseOf(link.base, rule)?.external) ?? '') };
}
