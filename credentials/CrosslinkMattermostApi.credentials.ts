import type { ICredentialType, Icon, INodeProperties } from 'n8n-workflow';
import { NETWORK_PROPERTIES } from '../lib/host/network-properties';

export class CrosslinkMattermostApi implements ICredentialType {
	name = 'crosslinkMattermostApi';

	displayName = 'Crosslink Mattermost API';

	icon: Icon = { light: 'file:../nodes/Crosslink/crosslink.svg', dark: 'file:../nodes/Crosslink/crosslink.dark.svg' };

	documentationUrl = 'https://developers.mattermost.com/integrate/webhooks/incoming/';

	properties: INodeProperties[] = [
		{
			displayName: 'Webhook URL',
			name: 'webhookUrl',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			required: true,
			description:
				'Address of an incoming webhook, for example https://chat.example.com/hooks/abc. Whoever has it can post: it is kept like a password.',
		},
		...NETWORK_PROPERTIES,
	];
}
