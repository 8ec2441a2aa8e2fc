import type { Adapter, AdapterContext, AdapterModule, ConnectionValues } from '../adapter';
import { changesSince } from './changes';
import { CONNECTION_FIELDS, readConnection } from './connection';
import { describe } from './describe';
import { LIMITS, MIN_LOOKBACK_SECONDS, PAGE_ROWS } from './limits';
import { match, read } from './read';
import { DatabaseReader } from './reader';
import { testConnection } from './test-connection';
import { tlsCaveats } from './tls';

/** Tables of your own system in PostgreSQL 13 or newer: read and followed, not yet written. */
export const database: AdapterModule = {
	integration: 'database',
	displayName: 'Your Own Database',
	mode: 'onprem',
	ownSystem: true,
	// Every database has its own tables: the settings name them.
	entities: [],
	keyField: 'id',
	promises: {
		batchSize: { read: PAGE_ROWS, upsert: 1, associate: 1 },
		upsertByKey: false,
		sortedCursor: true,
		timestampResolutionMs: 1,
		indexingDelayMs: MIN_LOOKBACK_SECONDS * 1_000,
		normalisesValues: false,
		partialBatchFailure: false,
		merges: false,
		clearsFields: false,
	},
	connectionFields: CONNECTION_FIELDS,
	limits: LIMITS,
	accountKey: (connection: ConnectionValues) => readConnection(connection).shown,
	caveats: (connection: ConnectionValues) => tlsCaveats(readConnection(connection)),
	create,
};

function create({ connection, signal, egress }: AdapterContext): Adapter {
	const reader = new DatabaseReader(readConnection(connection), signal, egress);
	return {
		describe: (object) => describe(reader, object),
		read: (binding, externalIds, fields) => read(reader, binding, externalIds, fields),
		match: (binding, keyField, values, fields) => match(reader, binding, keyField, values, fields),
		changesSince: (binding, cursor, fields) => changesSince(reader, binding, cursor, fields),
		test: (bindings = []) => testConnection(reader, bindings),
	};
}
