import { createHash } from 'node:crypto';
import { CrosslinkError } from '../../errors';
import type { Adapter, AdapterContext, AdapterModule, ConnectionValues } from '../adapter';
import { NETWORK_FIELDS } from '../network-fields';
import { plainHttpCaveat } from '../plain-http';
import { associate } from './associate';
import { changesSince } from './changes';
import { HubSpotClient } from './client';
import { describe } from './describe';
import { ASSOCIATION_BATCH, INDEXING_DELAY_MS, LIMITS, OBJECT_BATCH } from './limits';
import { ENTITIES, KEY_PROPERTY } from './mapping';
import { match } from './match';
import { prepare } from './prepare';
import { read } from './read';
import { remove } from './remove';
import { StageDefaults } from './stage-defaults';
import { testConnection } from './test-connection';
import { upsert } from './upsert';
import { parseEvents } from './webhook-events';
import { verifySignature } from './webhook-signature';

const DEFAULT_BASE_URL = 'https://api.hubapi.com';

/** HubSpot's CRM: deals, companies and contacts over API version 2026-09. */
export const hubSpot: AdapterModule = {
	integration: 'hubspot',
	displayName: 'HubSpot',
	mode: 'cloud',
	entities: ENTITIES,
	keyField: KEY_PROPERTY,
	promises: {
		batchSize: { read: OBJECT_BATCH, upsert: OBJECT_BATCH, associate: ASSOCIATION_BATCH },
		upsertByKey: true,
		sortedCursor: true,
		timestampResolutionMs: 1,
		indexingDelayMs: INDEXING_DELAY_MS,
		normalisesValues: true,
		partialBatchFailure: true,
		merges: true,
		clearsFields: true,
	},
	connectionFields: [
		{ name: 'accessToken', displayName: 'Access Token', secret: true, required: true },
		{ name: 'baseUrl', displayName: 'Base URL', secret: false, required: false, default: DEFAULT_BASE_URL },
		{ name: 'appId', displayName: 'App ID', secret: false, required: false },
		{ name: 'clientSecret', displayName: 'Client Secret', secret: true, required: false },
		...NETWORK_FIELDS,
	],
	limits: LIMITS,
	accountKey,
	caveats: (connection) => plainHttpCaveat(baseUrlOf(connection)),
	create,
};

/** By token, because the portal id is known only after a call; only a short hash of it. */
function accountKey(connection: ConnectionValues): string {
	const hash = createHash('sha256')
		.update(connection['accessToken'] ?? '')
		.digest('hex');
	return `${new URL(baseUrlOf(connection)).host} ${hash.slice(0, 16)}`;
}

function create({ connection, transport, webhookSecret }: AdapterContext): Adapter {
	const token = connection['accessToken']?.trim();
	if (!token) throw missing('accessToken', 'Put the token of a HubSpot service key or app into the connection.');
	const client = new HubSpotClient(transport, baseUrlOf(connection), token);
	const stages = new StageDefaults(client);
	return {
		describe: (object) => describe(client, object),
		read: (binding, externalIds, fields) => read(client, binding, externalIds, fields),
		match: (binding, keyField, values, fields) => match(client, binding, keyField, values, fields),
		changesSince: (binding, cursor, fields) => changesSince(client, binding, cursor, fields, new Date()),
		upsert: (binding, records) => upsert(client, stages, binding, records),
		remove: (binding, records) => remove(client, binding, records),
		associate: (from, to, changes) => associate(client, from, to, changes),
		prepare: (bindings) => prepare(client, bindings),
		test: () => testConnection(client),
		verifyWebhook: (request) => verifySignature(request, webhookSecret?.() ?? connection['clientSecret']),
		parseWebhook: (request) => parseEvents(request),
	};
}

function baseUrlOf(connection: ConnectionValues): string {
	const url = (connection['baseUrl'] || DEFAULT_BASE_URL).trim().replace(/\/+$/, '');
	if (/^https?:\/\/[^\s/]+/i.test(url) && URL.canParse(url)) return url;
	throw missing('baseUrl', `Set it to ${DEFAULT_BASE_URL} or to the address of a gateway in front of it.`);
}

function missing(field: string, remedy: string): CrosslinkError {
	return new CrosslinkError({
		class: 'auth',
		code: 'connection_incomplete',
		message: `The HubSpot connection has no usable value for "${field}".`,
		remedy,
	});
}
