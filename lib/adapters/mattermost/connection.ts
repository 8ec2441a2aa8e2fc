import { createHash } from 'node:crypto';
import type { ConnectionField, ConnectionValues } from '../adapter';
import { NETWORK_FIELDS } from '../network-fields';
import { readWebhookUrl } from '../webhook-url';

export const CONNECTION_FIELDS: ConnectionField[] = [
	{ name: 'webhookUrl', displayName: 'Webhook URL', secret: true, required: true },
	...NETWORK_FIELDS,
];

/** @throws CrosslinkError `auth` `connection_value_invalid` */
export function readConnection(values: ConnectionValues): URL {
	return readWebhookUrl(values['webhookUrl'], 'Mattermost');
}

export function accountKey(values: ConnectionValues): string {
	return `mattermost ${createHash('sha256')
		.update(values['webhookUrl']?.trim() ?? '')
		.digest('hex')
		.slice(0, 16)}`;
}
