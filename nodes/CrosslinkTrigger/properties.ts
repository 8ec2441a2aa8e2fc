import type { INodeProperties } from 'n8n-workflow';
import { connectionProperty, integrationProperty, tenantProperty } from '../Crosslink/actions/target';

export const properties: INodeProperties[] = [
	{
		...integrationProperty,
		typeOptions: { loadOptionsMethod: 'getWebhookIntegrations' },
		description:
			'The external system that sends the events. Choose from the list, or specify an ID using an <a href="https://docs.n8n.io/code/expressions/">expression</a>.',
	},
	{
		displayName:
			'HubSpot takes one webhook URL per app, and only by hand. In the settings of your app, under Webhooks, enter the production URL of this node as target URL and subscribe to created, changed, deleted, merged and restored for the objects you map (changed: for the properties you map). Put the client secret of the same app into the credential: events without its signature are refused. Use one trigger for each tenant: an event starts one workflow, once.',
		name: 'hubspotNotice',
		type: 'notice',
		default: '',
		displayOptions: { show: { integration: ['hubspot'] } },
	},
	{
		displayName: 'Events',
		name: 'events',
		type: 'multiOptions',
		options: [
			{ name: 'Created', value: 'created' },
			{ name: 'Deleted', value: 'deleted' },
			{ name: 'Merged', value: 'merged', description: 'Two records became one; the event names the one that remains' },
			{ name: 'Restored', value: 'restored' },
			{ name: 'Updated', value: 'updated' },
		],
		default: ['created', 'updated', 'deleted', 'merged', 'restored'],
		required: true,
		description: 'Which events start the workflow. The others are kept in the store and do nothing.',
	},
	{
		displayName: 'Entity Names or IDs',
		name: 'entities',
		type: 'multiOptions',
		typeOptions: { loadOptionsMethod: 'getEntities', loadOptionsDependsOn: ['integration', 'tenant', 'connection'] },
		default: [],
		description:
			'Which records start the workflow; none chosen means every mapped entity. Choose from the list, or specify IDs using an <a href="https://docs.n8n.io/code/expressions/">expression</a>.',
	},
	tenantProperty,
	connectionProperty,
	{
		displayName: 'Options',
		name: 'options',
		type: 'collection',
		placeholder: 'Add option',
		default: {},
		options: [
			{
				displayName: 'Include Raw Event',
				name: 'includeRaw',
				type: 'boolean',
				default: false,
				description: 'Whether to add the event as the external system sent it, under "raw"',
			},
			{
				displayName: 'Only From Account',
				name: 'accountId',
				type: 'string',
				default: '',
				description:
					'ID of the external account whose events belong to this tenant (HubSpot: the portal ID). Set it when the same app is installed in several accounts; events of the others are answered and dropped.',
			},
			{
				displayName: 'Public URL',
				name: 'publicUrl',
				type: 'string',
				default: '',
				placeholder: 'e.g. https://hooks.example.com/webhook/1234/webhook',
				description:
					'The URL exactly as the external system calls it, if that is not the URL n8n shows, for example behind a gateway. The signature covers it.',
			},
		],
	},
];
