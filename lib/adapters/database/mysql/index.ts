import type { Adapter } from '../../adapter';
import { toField } from '../describe';
import { changesSince } from './changes';
import { match, read } from './read';
import type { MySqlReader } from './reader';
import { loadTable } from './table';
import { testConnection } from './test-connection';
import { upsert } from './upsert';

/** Tables in MySQL 8 or newer, or in MariaDB. */
export function createMySql(reader: MySqlReader): Adapter {
	return {
		describe: async (object) =>
			await reader.reading(`list the columns of ${object}`, async (query) => {
				const { columns } = await loadTable(query, object, reader);
				const shown = columns.filter((column) => column.readable && column.type !== 'bytea');
				return { object, fields: shown.map(toField), pipelines: [] };
			}),
		read: (binding, externalIds, fields) => read(reader, binding, externalIds, fields),
		match: (binding, keyField, values, fields) => match(reader, binding, keyField, values, fields),
		changesSince: (binding, cursor, fields) => changesSince(reader, binding, cursor, fields),
		upsert: (binding, records) => upsert(reader, binding, records),
		test: (bindings = []) => testConnection(reader, bindings),
	};
}
