import type { Adapter, AdapterContext, AdapterModule, ConnectionValues } from '../adapter';
import { changesSince } from './changes';
import { CONNECTION_FIELDS, readConnection } from './connection';
import { describe } from './describe';
import { Directory } from './directory';
import { ENTITIES, KEY_ATTRIBUTE } from './entities';
import { IDS_PER_SEARCH, LIMITS } from './limits';
import { QUERIES, query } from './queries';
import { match, read } from './read';
import { testConnection } from './test-connection';
import { tlsCaveats } from './tls';

/** Users and groups of Active Directory, OpenLDAP and other LDAP servers: asked, read and followed, never written. */
export const directory: AdapterModule = {
	integration: 'directory',
	displayName: 'LDAP / Active Directory',
	mode: 'onprem',
	entities: ENTITIES,
	keyField: KEY_ATTRIBUTE,
	promises: {
		batchSize: { read: IDS_PER_SEARCH, upsert: 1, associate: 1 },
		upsertByKey: false,
		sortedCursor: true,
		timestampResolutionMs: 1_000,
		indexingDelayMs: 0,
		normalisesValues: false,
		partialBatchFailure: false,
		merges: false,
		clearsFields: false,
	},
	connectionFields: CONNECTION_FIELDS,
	queries: QUERIES,
	limits: LIMITS,
	caveats: (connection: ConnectionValues) => tlsCaveats(readConnection(connection)),
	accountKey: (connection: ConnectionValues) => readConnection(connection).shown,
	create,
};

function create({ connection, signal, egress }: AdapterContext): Adapter {
	const reached = new Directory(readConnection(connection), signal, egress);
	return {
		describe: (object) => describe(reached, object),
		read: (binding, externalIds, fields) => read(reached, binding, externalIds, fields),
		match: (binding, keyField, values, fields) => match(reached, binding, keyField, values, fields),
		changesSince: (binding, cursor, fields) => changesSince(reached, binding, cursor, fields),
		query: (request) => query(reached, request),
		test: (bindings = []) => testConnection(reached, bindings),
	};
}
