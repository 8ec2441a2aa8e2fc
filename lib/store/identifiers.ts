import { CrosslinkError } from '../errors';

/** Names that become SQL identifiers: nothing in them ever needs quoting or escaping. */
const NAME = /^[a-z][a-z0-9_]{0,40}$/;

/** PostgreSQL cuts identifiers at 63 bytes without an error; 6 are kept for the suffixes of our indexes. */
const MAX_TABLE_NAME_LENGTH = 57;

/** Columns every link table has; an integration's own columns must be called something else. */
export const COMMON_LINK_COLUMNS = [
	'tenant',
	'local_id',
	'external_id',
	'sync_status',
	'last_synced_at',
	'last_error',
	'error_code',
	'attempts',
	'next_attempt_at',
	'base',
	'base_hash',
	'mapping_version',
	'external_version',
	'pushed_version',
	'lease_owner',
	'lease_until',
	'created_at',
	'updated_at',
	'unsent',
	'flips',
	'sent',
	'in_doubt',
	'handed',
	// Only where the link table refers to the application's own table.
	'local_row',
] as const;

/** @throws CrosslinkError `rejected` when `name` cannot be (part of) a table or column name */
export function assertName(what: string, name: string): void {
	if (NAME.test(name)) return;
	throw new CrosslinkError({
		class: 'rejected',
		code: 'name_invalid',
		message: `The ${what} name ${JSON.stringify(String(name).slice(0, 60))} cannot be used in the store.`,
		remedy: 'Use 1 to 41 lower-case letters, digits and underscores, starting with a letter.',
	});
}

/** `hubspot` + `order` -> `hubspot_order_link`. */
export function linkTableName(integration: string, entity: string): string {
	assertName('integration', integration);
	assertName('entity', entity);
	const name = `${integration}_${entity}_link`;
	if (name.length > MAX_TABLE_NAME_LENGTH) {
		throw new CrosslinkError({
			class: 'rejected',
			code: 'name_too_long',
			message: `The link table name "${name}" is longer than ${MAX_TABLE_NAME_LENGTH} characters.`,
			remedy: 'Give the integration or the entity a shorter name.',
		});
	}
	return name;
}

/** @throws CrosslinkError `rejected` when an integration's own column cannot be added to a link table */
export function assertOwnColumn(column: string): void {
	assertName('link column', column);
	if (!(COMMON_LINK_COLUMNS as readonly string[]).includes(column)) return;
	throw new CrosslinkError({
		class: 'rejected',
		code: 'column_reserved',
		message: `The link column "${column}" is one that every link table has already.`,
		remedy: 'Give the column of the integration another name.',
	});
}
