import { createHash } from 'node:crypto';
import { CrosslinkError } from '../../errors';
import type { ConnectionField, ConnectionValues } from '../adapter';
import { NETWORK_FIELDS } from '../network-fields';
import { readWebhookUrl } from '../webhook-url';

export const CONNECTION_FIELDS: ConnectionField[] = [
	{ name: 'botToken', displayName: 'Bot Token', secret: true, required: false },
	{ name: 'webhookUrl', displayName: 'Webhook URL', secret: true, required: false },
	{ name: 'baseUrl', displayName: 'Base URL', secret: false, required: false, default: 'https://slack.com/api' },
	...NETWORK_FIELDS,
];

/** By a token the app posts to any channel it is in; by a webhook to the one it was made for. */
export type SlackConnection = { by: 'token'; token: string; baseUrl: string } | { by: 'webhook'; url: URL };

/** @throws CrosslinkError `auth`: `connection_incomplete`, `connection_value_invalid` */
export function readConnection(values: ConnectionValues): SlackConnection {
	const token = values['botToken']?.trim() ?? '';
	if (token !== '') {
		const baseUrl = (values['baseUrl']?.trim() || 'https://slack.com/api').replace(/\/+$/, '');
		if (URL.canParse(baseUrl) && /^https?:$/.test(new URL(baseUrl).protocol)) return { by: 'token', token, baseUrl };
		throw new CrosslinkError({
			class: 'auth',
			code: 'connection_value_invalid',
			message: 'The base URL of Slack is no http or https address.',
			remedy: 'Leave it at https://slack.com/api.',
		});
	}
	if ((values['webhookUrl']?.trim() ?? '') !== '')
		return { by: 'webhook', url: readWebhookUrl(values['webhookUrl'], 'Slack') };
	throw new CrosslinkError({
		class: 'auth',
		code: 'connection_incomplete',
		message: 'The Slack connection has neither a bot token nor a webhook URL.',
		remedy:
			'Give one of them: the token (xoxb-...) of an app with the scope chat:write, or the address of an incoming webhook.',
	});
}

/** Workspace and app are known to Slack alone; a hash of the secret stands for them. */
export function accountKey(values: ConnectionValues): string {
	const secret = values['botToken']?.trim() || values['webhookUrl']?.trim() || '';
	return `slack ${createHash('sha256').update(secret).digest('hex').slice(0, 16)}`;
}
