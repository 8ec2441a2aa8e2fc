import type { ICredentialType, Icon, INodeProperties } from 'n8n-workflow';
import { TLS_PROPERTIES } from '../lib/host/network-properties';

export class CrosslinkEmailApi implements ICredentialType {
	name = 'crosslinkEmailApi';

	displayName = 'Crosslink Email (SMTP) API';

	icon: Icon = { light: 'file:../nodes/Crosslink/crosslink.svg', dark: 'file:../nodes/Crosslink/crosslink.dark.svg' };

	documentationUrl = 'https://nodemailer.com/smtp/';

	properties: INodeProperties[] = [
		{
			displayName: 'Host',
			name: 'host',
			type: 'string',
			default: '',
			required: true,
			placeholder: 'e.g. smtp.example.com',
			description: 'Name of the mail server',
		},
		{
			displayName: 'Port',
			name: 'port',
			type: 'string',
			default: '587',
			description: '587 for STARTTLS, 465 for TLS from the first byte, 25 for most relays',
		},
		{
			displayName: 'Security',
			name: 'security',
			type: 'options',
			options: [
				{ name: 'STARTTLS', value: 'starttls' },
				{ name: 'TLS', value: 'tls' },
				{ name: 'None', value: 'none' },
			],
			default: 'starttls',
			description:
				'How the connection is encrypted. The certificate is always checked. None is for relays in your own network (mode onprem), without a login.',
		},
		{
			displayName: 'From',
			name: 'from',
			type: 'string',
			default: '',
			required: true,
			placeholder: 'e.g. crosslink@example.com',
			description: 'Address that mails come from',
		},
		{
			displayName: 'Authentication',
			name: 'authentication',
			type: 'options',
			options: [
				{ name: 'Password', value: 'password' },
				{ name: 'OAuth2', value: 'oauth2' },
				{ name: 'None', value: 'none' },
			],
			default: 'password',
			description: 'How the mail server knows who sends. None is for relays in your own network (mode onprem).',
		},
		{
			displayName: 'User',
			name: 'user',
			type: 'string',
			default: '',
			description: 'User name, for OAuth2 the mailbox that sends',
		},
		{
			displayName: 'Password',
			name: 'password',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			description: 'Password, or app password, of the user',
		},
		{
			displayName: 'Token URL',
			name: 'tokenUrl',
			type: 'string',
			default: '',
			placeholder: 'e.g. https://login.microsoftonline.com/<tenant>/oauth2/v2.0/token',
			description: 'Where OAuth2 tokens are fetched',
		},
		{
			displayName: 'Client ID',
			name: 'clientId',
			type: 'string',
			default: '',
			description: 'Of the app registered with the identity provider, for OAuth2',
		},
		{
			displayName: 'Client Secret',
			name: 'clientSecret',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			description: 'Of the same app',
		},
		{
			displayName: 'Refresh Token',
			name: 'refreshToken',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			description:
				'For OAuth2 in the name of a person. Empty means in the name of the app itself (client credentials).',
		},
		{
			displayName: 'Scope',
			name: 'scope',
			type: 'string',
			default: '',
			placeholder: 'e.g. https://outlook.office365.com/.default',
			description: 'What the OAuth2 token is for',
		},
		...TLS_PROPERTIES,
	];
}
