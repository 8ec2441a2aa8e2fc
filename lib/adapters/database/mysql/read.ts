import type { EntityBinding, ExternalRecord } from '../../adapter';
import { ambiguous, findByPages, HITS_PER_VALUE } from '../find';
import { follow } from '../follow';
import { canHold } from '../read';
import { columnOf, columnsOf, type Column } from '../table';
import { literal, quoted } from './literal';
import type { MySqlReader } from './reader';
import { selection } from './rows';
import { loadTable } from './table';

/** Rows by id; ids that no row has, or that their column cannot hold, are left out. */
export async function read(
	reader: MySqlReader,
	binding: EntityBinding,
	externalIds: string[],
	fields: string[],
): Promise<ExternalRecord[]> {
	return await findByPages(externalIds, async (some) => await findSome(reader, binding, undefined, some, fields));
}

/**
 * Rows by the values of any column, several for one value included.
 * @throws CrosslinkError `rejected`, `match_ambiguous`, when the column is far from unique
 */
export async function match(
	reader: MySqlReader,
	binding: EntityBinding,
	keyField: string,
	values: string[],
	fields: string[],
): Promise<ExternalRecord[]> {
	return await findByPages(values, async (some) => await findSome(reader, binding, keyField, some, fields));
}

/**
 * A value as its column compares it. Whole numbers are written as such: of a text the server might make a floating one, in
 * which long ones are alike.
 */
export function compared(column: Column, value: string): string {
	return column.type.startsWith('int') ? value : literal(value);
}

async function findSome(
	reader: MySqlReader,
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
		const { list, toRecord } = selection(
			followed,
			columnsOf(table, fields.length === 0 || keyField === undefined ? fields : [...fields, keyField]),
		);
		const { rows } = await query(
			`SELECT ${list}, t.${quoted(key.name)} FROM ${table.sql} t ` +
				`WHERE t.${quoted(key.name)} IN (${possible.map((value) => compared(key, value)).join(', ')}) ` +
				`AND t.${quoted(followed.id.name)} IS NOT NULL LIMIT ${limit + 1}`,
		);
		if (rows.length > limit) throw ambiguous(table.shown, key.name);
		// Most collations take "a" for "A" and "a "; an id is only ever itself.
		const asked = new Set(possible);
		const records = rows.filter((row) => isNumber(key) || asked.has(row.at(-1) ?? '')).map(toRecord);
		return keyField === undefined ? records.map((one) => ({ ...one, requestedId: one.externalId })) : records;
	});
}

const isNumber = ({ type }: Column): boolean => /^(int|float|numeric)/.test(type);
