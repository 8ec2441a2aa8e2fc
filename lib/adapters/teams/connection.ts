import { createHash } from 'node:crypto';
import { CrosslinkError } from '../../errors';
import type { ConnectionField, ConnectionValues } from '../adapter';
import { NETWORK_FIELDS } from '../network-fields';
import { readWebhookUrl } from '../webhook-url';

export const CONNECTION_FIELDS: ConnectionField[] = [
	{ name: 'webhookUrl', displayName: 'Webhook URL', secret: true, required: true },
	...NETWORK_FIELDS,
];

/** Of the Office 365 connectors, which Microsoft has switched off. */
const RETIRED = /(^|\.)(webhook\.office\.com|outlook\.office\.com|outlook\.office365\.com)$/i;

/** @throws CrosslinkError `auth` `connection_value_invalid`, `rejected` `webhook_retired` */
export function readConnection(values: ConnectionValues): URL {
	const url = readWebhookUrl(values['webhookUrl'], 'Teams');
	if (!RETIRED.test(url.hostname)) return url;
	throw new CrosslinkError({
		class: 'rejected',
		code: 'webhook_retired',
		message: `The webhook URL of Teams is one of an Office 365 connector (${url.hostname}), which Microsoft has retired: messages to it no longer arrive.`,
		remedy:
			'In Teams, add the workflow "Post to a channel when a webhook request is received" to the channel, and store its address.',
	});
}

export function accountKey(values: ConnectionValues): string {
	return `teams ${createHash('sha256')
		.update(values['webhookUrl']?.trim() ?? '')
		.digest('hex')
		.slice(0, 16)}`;
}
