import type {
	ICredentialDataDecryptedObject,
	ICredentialTestRequest,
	ICredentialType,
	Icon,
	IHttpRequestOptions,
	INodeProperties,
} from 'n8n-workflow';
import { NETWORK_PROPERTIES, overNetwork } from '../lib/host/network-properties';

export class CrosslinkHubSpotApi implements ICredentialType {
	name = 'crosslinkHubSpotApi';

	displayName = 'Crosslink HubSpot API';

	icon: Icon = { light: 'file:../nodes/Crosslink/crosslink.svg', dark: 'file:../nodes/Crosslink/crosslink.dark.svg' };

	documentationUrl = 'https://developers.hubspot.com/docs/apps/developer-platform/build-apps/authentication/overview';

	properties: INodeProperties[] = [
		{
			displayName: 'Access Token',
			name: 'accessToken',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			required: true,
			description:
				'Token of a service key, of a project app with a static token, or of an older private app. It starts with "pat-".',
		},
		{
			displayName: 'Client Secret',
			name: 'clientSecret',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			description:
				'Secret of the HubSpot app that sends the webhooks. Only the Crosslink Trigger needs it, to check their signatures. Service keys have no webhooks and no secret.',
		},
		{
			displayName: 'App ID',
			name: 'appId',
			type: 'string',
			default: '',
			description: 'ID of the same app. Crosslink recognises its own writes by it when they come back as events.',
		},
		{
			displayName: 'Base URL',
			name: 'baseUrl',
			type: 'string',
			default: 'https://api.hubapi.com',
			description: 'Where the API answers. Change it only to use a sandbox system or a gateway of your own.',
		},
		...NETWORK_PROPERTIES,
	];

	async authenticate(
		credentials: ICredentialDataDecryptedObject,
		request: IHttpRequestOptions,
	): Promise<IHttpRequestOptions> {
		const headers = { ...request.headers, Authorization: `Bearer ${String(credentials.accessToken)}` };
		return await overNetwork(this.displayName, credentials, { ...request, headers });
	}

	test: ICredentialTestRequest = {
		request: {
			baseURL: '={{$credentials.baseUrl || "https://api.hubapi.com"}}',
			url: '/account-info/2026-09/details',
		},
	};
}
