import type { EntityBinding, ExternalRecord, Fields } from '../adapters/adapter';

/**
 * A row of your own system in your words: a rule there names a column (`external`) by another word (`local`); columns without
 * a rule keep their names.
 */
export function fieldsOfRow({ fields: rules }: EntityBinding, row: Fields): Fields {
	const words = new Map(rules.map((rule) => [rule.external, rule.local]));
	return Object.fromEntries(Object.entries(row).map(([column, value]) => [words.get(column) ?? column, value]));
}

/** The other way: your words as the columns that hold them. */
export function rowOfFields({ fields: rules }: EntityBinding, fields: Fields): Fields {
	const columns = new Map(rules.map((rule) => [rule.local, rule.external]));
	return Object.fromEntries(Object.entries(fields).map(([word, value]) => [columns.get(word) ?? word, value]));
}

/** What a row is told by when it is to be written as it was read. */
export function addressedRow({ version, fields }: ExternalRecord): Pick<ExternalRecord, 'version' | 'fields'> {
	return { version, fields };
}
