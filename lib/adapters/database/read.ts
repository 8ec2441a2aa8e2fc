import type { EntityBinding, ExternalRecord } from '../adapter';
import { ambiguous, findByPages, HITS_PER_VALUE } from './find';
import { follow } from './follow';
import type { DatabaseReader } from './reader';
import { parameters, selection } from './rows';
import { columnOf, columnsOf, loadTable, type Column } from './table';
import { quoted } from './table-name';

/** Rows by id; ids that no row has, or that their column cannot hold, are left out. */
export async function read(
	reader: DatabaseReader,
	binding: EntityBinding,
	externalIds: string[],
	fields: string[],
): Promise<ExternalRecord[]> {
	return await findByPages(externalIds, async (some) => await findSome(reader, binding, undefined, some, fields));
}

/**
 * Rows by the values of any column, several for one value included. Values that the column cannot hold find nothing.
 * @throws CrosslinkError `rejected`, `match_ambiguous`, when the column is far from unique
 */
export async function match(
	reader: DatabaseReader,
	binding: EntityBinding,
	keyField: string,
	values: string[],
	fields: string[],
): Promise<ExternalRecord[]> {
	return await findByPages(values, async (some) => await findSome(reader, binding, keyField, some, fields));
}

async function findSome(
	reader: DatabaseReader,
	binding: EntityBinding,
	keyField: string | undefined,
	wanted: string[],
	fields: string[],
): Promise<ExternalRecord[]> {
	return await reader.reading(`read rows of ${binding.object}`, async (query) => {
		const table = await loadTable(query, binding.object, reader);
		const followed = follow(table, binding);
		const key = keyField === undefined ? followed.id : columnOf(table, keyField);
		const possible = wanted.filter((value) => canHold(key, value));
		if (possible.length === 0) return [];

		const limit = possible.length * HITS_PER_VALUE;
		const { values, bind } = parameters();
		const { list, toRecord } = selection(
			followed,
			columnsOf(table, fields.length === 0 || keyField === undefined ? fields : [...fields, keyField]),
			bind,
		);
		const { rows } = await query(
			`SELECT ${list} FROM ${table.sql} t WHERE t.${quoted(key.name)} = ANY(${bind(possible)}::text[]::${key.sqlType}[]) ` +
				`AND t.${quoted(followed.id.name)} IS NOT NULL LIMIT ${limit + 1}`,
			values,
		);
		if (rows.length > limit) throw ambiguous(table.shown, key.name);
		const records = rows.map(toRecord);
		return keyField === undefined ? records.map((one) => ({ ...one, requestedId: one.externalId })) : records;
	});
}

const UUID = /^[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}$/i;
const INTEGER_BITS: Readonly<Record<string, number>> = { int2: 16, int4: 32, int8: 64 };

/** One value that its column refuses would fail the whole statement. */
export function canHold({ type }: Column, value: string): boolean {
	const bits = INTEGER_BITS[type];
	if (bits !== undefined)
		return /^(0|-?[1-9]\d{0,18})$/.test(value) && BigInt.asIntN(bits, BigInt(value)) === BigInt(value);
	if (type === 'uuid') return UUID.test(value);
	if (type === 'numeric') return /^-?\d{1,100}(\.\d{1,100})?$/.test(value);
	return !value.includes('\0');
}
