import type { Adapter, AdapterContext, AdapterModule } from '../../../../lib/adapters/adapter';
import { CrosslinkError } from '../../../../lib/errors';
import { changesSince } from './changes';
import { BATCH, PhonebookClient } from './client';
import { read } from './read';
import { remove } from './remove';
import { upsert } from './upsert';

/** Your system owns the value; what is changed in the phonebook comes back only where yours has not changed. */
const ours = { direction: 'both', owner: 'local', policy: 'owner', strength: 'onChange' } as const;

/** The phonebook: contacts over its REST interface. */
export const phonebook: AdapterModule = {
	integration: 'phonebook',
	displayName: 'Phonebook',
	mode: 'cloud',
	keyField: 'externalRef',
	entities: [
		{
			entity: 'contact',
			displayName: 'Contact',
			object: 'contacts',
			fields: [
				{ local: 'name', external: 'name', ...ours },
				{ local: 'phone', external: 'phone', ...ours },
				{
					local: 'note',
					external: 'note',
					direction: 'both',
					owner: 'external',
					policy: 'newer',
					strength: 'onChange',
				},
			],
			associations: [],
			linkColumns: [],
		},
	],
	promises: {
		batchSize: { read: BATCH, upsert: BATCH, associate: BATCH },
		upsertByKey: true,
		sortedCursor: true,
		timestampResolutionMs: 1,
		indexingDelayMs: 0,
		normalisesValues: true,
		partialBatchFailure: true,
		merges: false,
		clearsFields: true,
	},
	connectionFields: [
		{ name: 'token', displayName: 'Token', secret: true, required: true },
		{ name: 'baseUrl', displayName: 'Base URL', secret: false, required: true },
	],
	// Ten calls a second, as its documentation says.
	limits: { general: { intervalMs: 100, burst: 10 } },
	accountKey: ({ baseUrl = '' }) => `phonebook ${baseUrl}`,
	create,
};

function create({ connection, transport }: AdapterContext): Adapter {
	const { token = '', baseUrl = '' } = connection;
	if (token === '' || !URL.canParse(baseUrl)) {
		throw new CrosslinkError({
			class: 'auth',
			code: 'connection_incomplete',
			message: 'The phonebook connection has no token, or no usable base URL.',
			remedy: 'Fill in both; the base URL begins with https://.',
		});
	}
	const client = new PhonebookClient(transport, baseUrl.replace(/\/+$/, ''), token);
	return {
		read: (_binding, externalIds, fields) => read(client, 'id', externalIds, fields),
		match: (_binding, keyField, values, fields) => read(client, 'externalRef', values, [...fields, keyField]),
		upsert: (_binding, records) => upsert(client, records),
		remove: (_binding, records) => remove(client, records),
		changesSince: (_binding, cursor, fields) => changesSince(client, cursor, fields),
		async test() {
			const { account } = await client.ask<{ account: string }>({
				method: 'GET',
				path: '/account',
				purpose: 'read the account',
				idempotent: true,
			});
			return { accountId: account, message: `Connected to the phonebook of ${account}.` };
		},
	};
}
