import type {
	ICredentialDataDecryptedObject,
	ICredentialTestRequest,
	ICredentialType,
	Icon,
	IHttpRequestOptions,
	INodeProperties,
} from 'n8n-workflow';
import { NETWORK_PROPERTIES, overNetwork } from '../lib/host/network-properties';

export class CrosslinkSlackApi implements ICredentialType {
	name = 'crosslinkSlackApi';

	displayName = 'Crosslink Slack API';

	icon: Icon = { light: 'file:../nodes/Crosslink/crosslink.svg', dark: 'file:../nodes/Crosslink/crosslink.dark.svg' };

	documentationUrl = 'https://docs.slack.dev/authentication/tokens';

	properties: INodeProperties[] = [
		{
			displayName: 'Bot Token',
			name: 'botToken',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			description:
				'Bot User OAuth Token of a Slack app. It starts with "xoxb-". The app needs the scope chat:write, and channels:history to look messages up after a lost answer.',
		},
		{
			displayName: 'Webhook URL',
			name: 'webhookUrl',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			description:
				'Address of an incoming webhook, instead of a token: it posts to one channel only, and what came of a message cannot be looked up. Not used beside a token.',
		},
		{
			displayName: 'Base URL',
			name: 'baseUrl',
			type: 'string',
			default: 'https://slack.com/api',
			description: 'Where the API answers. Change it only to use a sandbox system or a gateway of your own.',
		},
		...NETWORK_PROPERTIES,
	];

	async authenticate(
		credentials: ICredentialDataDecryptedObject,
		request: IHttpRequestOptions,
	): Promise<IHttpRequestOptions> {
		const token = typeof credentials.botToken === 'string' ? credentials.botToken.trim() : '';
		const headers = { ...request.headers, ...(token !== '' && { Authorization: `Bearer ${token}` }) };
		return await overNetwork(this.displayName, credentials, { ...request, headers });
	}

	/** Without a token only Slack is asked whether it is there: a webhook can be tried by nothing but posting. */
	test: ICredentialTestRequest = {
		request: {
			method: 'POST',
			baseURL: '={{$credentials.baseUrl || "https://slack.com/api"}}',
			url: '={{$credentials.botToken ? "/auth.test" : "/api.test"}}',
		},
		rules: [
			{
				type: 'responseSuccessBody',
				properties: {
					key: 'ok',
					value: false,
					message: 'Slack does not take this token. Install the app again and copy its Bot User OAuth Token.',
				},
			},
		],
	};
}
