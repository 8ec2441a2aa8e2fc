import type { Adapter, AdapterContext, AdapterModule } from '../adapter';
import { NOTHING_REPLICATED } from '../nothing-replicated';
import { plainHttpCaveat } from '../plain-http';
import { accountKey, CONNECTION_FIELDS, readConnection } from './connection';
import { LIMITS, TEXT_CHARACTERS } from './limits';
import { notify } from './notify';

/** Microsoft Teams by the webhook of a workflow. */
export const teams: AdapterModule = {
	integration: 'teams',
	displayName: 'Microsoft Teams',
	mode: 'cloud',
	entities: [],
	keyField: 'id',
	promises: NOTHING_REPLICATED,
	connectionFields: CONNECTION_FIELDS,
	limits: LIMITS,
	accountKey,
	caveats: ({ webhookUrl = '' }) => plainHttpCaveat(webhookUrl),
	notification: {
		to: {
			displayName: 'Place',
			description: 'Leave it empty: the workflow knows its channel.',
			required: false,
			most: 0,
		},
		markup: 'markdown',
		maxLength: TEXT_CHARACTERS,
		parameters: [
			{
				name: 'url',
				displayName: 'Link',
				description: 'Address that a button "Open" under the message leads to.',
				type: 'text',
				required: false,
				maxLength: 2_000,
			},
			{
				name: 'card',
				displayName: 'Card',
				description: 'An adaptive card instead of the one made of subject and text; nothing in it is escaped.',
				type: 'object',
				required: false,
			},
		],
	},
	create,
};

function create({ connection, transport }: AdapterContext): Adapter {
	return {
		notify: async (message) => await notify(readConnection(connection), transport, message),
		async test() {
			const { hostname } = readConnection(connection);
			return await Promise.resolve({
				accountId: '',
				message: `The webhook URL (${hostname}) has the right form. A workflow can only be tried by posting: look into the channel after the first message.`,
			});
		},
	};
}
