import type { Adapter, AdapterContext, AdapterModule } from '../adapter';
import { NOTHING_REPLICATED } from '../nothing-replicated';
import { plainHttpCaveat } from '../plain-http';
import { accountKey, CONNECTION_FIELDS, readConnection } from './connection';
import { findNotification } from './find-notification';
import { LIMITS, MAX_BLOCKS, SECTION_CHARACTERS, TEXT_CHARACTERS } from './limits';
import { notify } from './notify';
import { testConnection } from './test-connection';

/** Slack by its Web API, or by an incoming webhook. */
export const slack: AdapterModule = {
	integration: 'slack',
	displayName: 'Slack',
	mode: 'cloud',
	entities: [],
	keyField: 'id',
	promises: NOTHING_REPLICATED,
	connectionFields: CONNECTION_FIELDS,
	limits: LIMITS,
	accountKey,
	caveats: ({ botToken = '', baseUrl = '', webhookUrl = '' }) =>
		plainHttpCaveat(botToken === '' ? webhookUrl : baseUrl),
	notification: {
		to: {
			displayName: 'Channel',
			description:
				'ID of the channel (C...) or its name with #. Only an ID can be looked up after a lost answer. Leave it empty for an incoming webhook.',
			required: false,
			most: 1,
		},
		markup: 'slack',
		maxLength: Math.min(TEXT_CHARACTERS, (MAX_BLOCKS - 1) * SECTION_CHARACTERS),
		parameters: [
			{
				name: 'threadTs',
				displayName: 'Thread',
				description: 'Post as an answer in a thread: "messageId" of the message that began it.',
				type: 'text',
				required: false,
				maxLength: 32,
			},
			{
				name: 'blocks',
				displayName: 'Blocks',
				description:
					'A list of Block Kit blocks instead of those made of subject and text; nothing in them is escaped.',
				type: 'list',
				required: false,
			},
		],
	},
	create,
};

/** Connection values that cannot work are told with the first call, not here. */
function create({ connection, transport }: AdapterContext): Adapter {
	return {
		notify: async (message) => await notify(readConnection(connection), transport, message),
		findNotification: async (message, sentAt) =>
			await findNotification(readConnection(connection), transport, message, sentAt),
		test: async () => await testConnection(readConnection(connection), transport),
	};
}
