import type { ExternalField, ExternalSchema } from '../adapter';
import type { DatabaseReader } from './reader';
import { loadTable, type Column } from './table';

/** Columns of a table or view, as the catalogue has them; those that may not be read, or hold bytes, are left out. */
export async function describe(reader: DatabaseReader, object: string): Promise<ExternalSchema> {
	return await reader.reading(`list the columns of ${object}`, async (query) => {
		const { columns } = await loadTable(query, object, reader);
		const shown = columns.filter((column) => column.readable && column.type !== 'bytea');
		return { object, fields: shown.map(toField), pipelines: [] };
	});
}

const TYPES: Readonly<Record<string, ExternalField['type']>> = {
	bool: 'boolean',
	bit1: 'boolean',
	bit: 'number',
	int2: 'number',
	int4: 'number',
	int8: 'number',
	float4: 'number',
	float8: 'number',
	numeric: 'number',
	date: 'date',
	timestamp: 'datetime',
	timestamptz: 'datetime',
};

/** A column as a field, whichever system it is of. */
export function toField({ name, type, isArray, readOnly, unique, labels }: Column): ExternalField {
	return {
		name,
		label: name,
		type: isArray ? 'string' : labels === null ? (TYPES[type] ?? 'string') : 'enumeration',
		readOnly,
		unique,
		...(labels !== null && { choices: labels.map((label) => ({ value: label, label })) }),
	};
}
