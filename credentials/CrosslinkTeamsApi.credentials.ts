import type { ICredentialType, Icon, INodeProperties } from 'n8n-workflow';
import { NETWORK_PROPERTIES } from '../lib/host/network-properties';

export class CrosslinkTeamsApi implements ICredentialType {
	name = 'crosslinkTeamsApi';

	displayName = 'Crosslink Microsoft Teams API';

	icon: Icon = { light: 'file:../nodes/Crosslink/crosslink.svg', dark: 'file:../nodes/Crosslink/crosslink.dark.svg' };

	documentationUrl =
		'https://support.microsoft.com/en-us/office/create-incoming-webhooks-with-workflows-for-microsoft-teams-8ae491c7-0394-4861-ba59-055e33f75498';

	properties: INodeProperties[] = [
		{
			displayName: 'Webhook URL',
			name: 'webhookUrl',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			required: true,
			description:
				'Address of the workflow "Post to a channel when a webhook request is received". Addresses of the old connectors (webhook.office.com) no longer work. Whoever has it can post: it is kept like a password.',
		},
		...NETWORK_PROPERTIES,
	];
}
