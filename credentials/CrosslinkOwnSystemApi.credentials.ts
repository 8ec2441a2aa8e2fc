import type { ICredentialType, Icon, INodeProperties } from 'n8n-workflow';

const HMAC = { show: { signature: ['hmac'] } };

/** Tried out by the pack itself: there is nobody to call, but a secret can be no secret. */
export class CrosslinkOwnSystemApi implements ICredentialType {
	name = 'crosslinkOwnSystemApi';

	displayName = 'Crosslink Own System API';

	icon: Icon = { light: 'file:../nodes/Crosslink/crosslink.svg', dark: 'file:../nodes/Crosslink/crosslink.dark.svg' };

	documentationUrl = 'https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md';

	properties: INodeProperties[] = [
		{
			displayName:
				'How your own system signs what it tells the Crosslink Trigger. Events look like { "type": "order.updated", "timestamp": "2026-11-23T10:00:00Z", "data": { "id": "1001" } }, alone or up to 100 in a list.',
			name: 'notice',
			type: 'notice',
			default: '',
		},
		{
			displayName: 'Signing Secret',
			name: 'signingSecret',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			required: true,
			description:
				'The secret that your system signs with. Standard Webhooks: "whsec_" and the key in base64. While you change it: old and new, with a blank between.',
			hint: 'Make one with: echo "whsec_$(openssl rand -base64 32)"',
		},
		{
			displayName: 'Signature',
			name: 'signature',
			type: 'options',
			options: [
				{
					name: 'Standard Webhooks',
					value: 'standard',
					description:
						'Headers webhook-ID, webhook-timestamp and webhook-signature; there are libraries for most languages',
				},
				{ name: 'HMAC in a Header', value: 'hmac', description: 'For systems that sign in a way of their own' },
			],
			default: 'standard',
		},
		{
			displayName: 'Signature Header',
			name: 'signatureHeader',
			type: 'string',
			default: 'x-signature',
			displayOptions: HMAC,
		},
		{
			displayName: 'Algorithm',
			name: 'algorithm',
			type: 'options',
			options: [
				{ name: 'SHA-256', value: 'sha256' },
				{ name: 'SHA-512', value: 'sha512' },
			],
			default: 'sha256',
			displayOptions: HMAC,
		},
		{
			displayName: 'Encoding',
			name: 'encoding',
			type: 'options',
			options: [
				{ name: 'Base64', value: 'base64' },
				{ name: 'Hexadecimal', value: 'hex' },
			],
			default: 'hex',
			displayOptions: HMAC,
		},
		{
			displayName: 'Prefix',
			name: 'prefix',
			type: 'string',
			default: '',
			placeholder: 'e.g. sha256=',
			displayOptions: HMAC,
			description: 'What stands in the header before the signature',
		},
		{
			displayName: 'Timestamp Header',
			name: 'timestampHeader',
			type: 'string',
			default: '',
			placeholder: 'e.g. x-timestamp',
			displayOptions: HMAC,
			description:
				'Header with the time of signing, in seconds or milliseconds since 1970. Then "timestamp.body" is what is signed, and requests older than five minutes are refused. Empty: the body alone is signed, and a recorded request can be sent again.',
		},
		{
			displayName: 'Path of Type',
			name: 'typePath',
			type: 'string',
			default: 'type',
			description: 'Where an event says what happened, for example "order.updated"; parts joined by dots',
		},
		{
			displayName: 'Path of ID',
			name: 'idPath',
			type: 'string',
			default: 'data.id',
			description: 'Where an event names the record',
		},
		{
			displayName: 'Path of Time',
			name: 'timePath',
			type: 'string',
			default: 'timestamp',
			description: 'Where an event says when it happened. If there is nothing, the time of arrival counts.',
		},
		{
			displayName: 'Path of Account',
			name: 'accountPath',
			type: 'string',
			default: '',
			placeholder: 'e.g. data.customer',
			description:
				'Where an event says whose data it is, if one URL serves several tenants: the Account ID that Integration → Configure gives to a tenant',
		},
	];
}
