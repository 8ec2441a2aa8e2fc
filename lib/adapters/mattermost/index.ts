import type { Adapter, AdapterContext, AdapterModule } from '../adapter';
import { NOTHING_REPLICATED } from '../nothing-replicated';
import { plainHttpCaveat } from '../plain-http';
import { accountKey, CONNECTION_FIELDS, readConnection } from './connection';
import { LIMITS, POST_CHARACTERS } from './limits';
import { notify } from './notify';

/** Mattermost by an incoming webhook: chat for networks without internet. */
export const mattermost: AdapterModule = {
	integration: 'mattermost',
	displayName: 'Mattermost',
	mode: 'onprem',
	entities: [],
	keyField: 'id',
	promises: NOTHING_REPLICATED,
	connectionFields: CONNECTION_FIELDS,
	limits: LIMITS,
	accountKey,
	caveats: ({ webhookUrl = '' }) => plainHttpCaveat(webhookUrl),
	notification: {
		to: {
			displayName: 'Channel',
			description: 'Name of a channel as in its address, or @user; empty = the channel that the webhook was made for.',
			required: false,
			most: 1,
		},
		markup: 'markdown',
		maxLength: POST_CHARACTERS,
		parameters: [],
	},
	create,
};

function create({ connection, transport }: AdapterContext): Adapter {
	return {
		notify: async (message) => await notify(readConnection(connection), transport, message),
		async test() {
			const { host } = readConnection(connection);
			return await Promise.resolve({
				accountId: '',
				message: `The webhook URL (${host}) has the right form. Whether Mattermost takes it shows with the first message.`,
			});
		},
	};
}
