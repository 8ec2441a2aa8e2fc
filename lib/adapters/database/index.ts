import type { Adapter, AdapterContext, AdapterModule, ConnectionValues } from '../adapter';
import { changesSince } from './changes';
import { CONNECTION_FIELDS, readConnection } from './connection';
import { describe } from './describe';
import { LIMITS, MIN_LOOKBACK_SECONDS, PAGE_ROWS, WRITE_ROWS } from './limits';
import { createMySql } from './mysql';
import { MySqlReader } from './mysql/reader';
import { match, read } from './read';
import { DatabaseReader } from './reader';
import { testConnection } from './test-connection';
import { tlsCaveats } from './tls';
import { upsert } from './upsert';

/** Tables of your own system: read, followed and written. */
export const database: AdapterModule = {
	integration: 'database',
	displayName: 'Your Own Database',
	mode: 'onprem',
	ownSystem: true,
	// Every database has its own tables: the settings name them.
	entities: [],
	keyField: 'id',
	promises: {
		batchSize: { read: PAGE_ROWS, upsert: WRITE_ROWS, associate: 1 },
		upsertByKey: true,
		sortedCursor: true,
		timestampResolutionMs: 1,
		indexingDelayMs: MIN_LOOKBACK_SECONDS * 1_000,
		normalisesValues: true,
		partialBatchFailure: true,
		merges: false,
		// null does; an empty text is a value of its own in a table.
		clearsFields: false,
		conditionalWrites: true,
	},
	connectionFields: CONNECTION_FIELDS,
	limits: LIMITS,
	accountKey: (connection: ConnectionValues) => readConnection(connection).shown,
	caveats: (connection: ConnectionValues) => tlsCaveats(readConnection(connection)),
	create,
};

function create({ connection: values, signal, egress }: AdapterContext): Adapter {
	const connection = readConnection(values);
	if (connection.type === 'mysql') return createMySql(new MySqlReader(connection, signal, egress));
	return createPostgres(new DatabaseReader(connection, signal, egress));
}

function createPostgres(reader: DatabaseReader): Adapter {
	return {
		describe: (object) => describe(reader, object),
		read: (binding, externalIds, fields) => read(reader, binding, externalIds, fields),
		match: (binding, keyField, values, fields) => match(reader, binding, keyField, values, fields),
		changesSince: (binding, cursor, fields) => changesSince(reader, binding, cursor, fields),
		upsert: (binding, records) => upsert(reader, binding, records),
		test: (bindings = []) => testConnection(reader, bindings),
	};
}
