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
			'HubSpot takes one webhook URL per app, and only by hand. In the settings of your app, under Webhooks, enter the production URL of this node as target URL and subscribe to created, changed, deleted, merged and restored for the objects you map (changed: for the properties you map). Put the client secret of the same app into the credential: events without its signature are refused.',
		name: 'hubspotNotice',
		type: 'notice',
		default: '',
		displayOptions: { show: { integration: ['hubspot'] } },
	},
	{
		displayName:
			'Enter the production URL of this node in your system, which signs its events with the secret of the credential: events without its signature are refused. The ID of a record in an event is its local ID.',
		name: 'ownNotice',
		type: 'notice',
		default: '',
		displayOptions: { show: { integration: ['own'] } },
	},
	{
		displayName:
			'One URL takes the events in, for as many workflows as you like: others take the same events with the Crosslink Poll Trigger → Inbox.',
		name: 'fanOutNotice',
		type: 'notice',
		default: '',
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
		description:
			'Which events start the workflow. The others are kept in the store and do nothing, as are changes that Crosslink made itself.',
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
	{
		displayName: 'Events Belong To',
		name: 'eventsBelongTo',
		type: 'options',
		options: [
			{
				name: 'One Tenant',
				value: 'tenant',
				description:
					'All events belong to the tenant below. Once its account is known, those of any other account are only kept.',
			},
			{
				name: 'Tenant of the Account',
				value: 'account',
				description: 'Each event belongs to the tenant whose configuration names the account it came from',
			},
		],
		default: 'tenant',
		description: 'Whose data the events are about',
	},
	{
		displayName:
			'Signatures are checked with the secret of the tenant below. The account of a tenant (HubSpot: the portal ID) is set with Integration → Configure, or found by Integration → Test. Events of an account that no tenant has are kept, start nothing, and are shown by the Crosslink Poll Trigger → Attention with the tenant below.',
		name: 'accountNotice',
		type: 'notice',
		default: '',
		displayOptions: { show: { eventsBelongTo: ['account'] } },
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
				displayName: 'Fold Events of One Record',
				name: 'foldEvents',
				type: 'boolean',
				default: true,
				description:
					'Whether several events of one record that arrive together become one item, because a look at the record answers them all. The IDs of all of them are in "eventIds".',
			},
			{
				displayName: 'Gather Deliveries',
				name: 'gatherDeliveries',
				type: 'boolean',
				default: true,
				description:
					'Whether deliveries that arrive within a quarter of a second start the workflow together, in one execution, which keeps n8n answering when many come at once. Switch it off to have an execution for each delivery.',
			},
			{
				displayName: 'Include Raw Event',
				name: 'includeRaw',
				type: 'boolean',
				default: false,
				description:
					'Whether to add the event as the external system sent it, under "raw"; of folded events the latest',
			},
			{
				displayName: 'Only From Account',
				name: 'accountId',
				type: 'string',
				default: '',
				displayOptions: { show: { '/eventsBelongTo': ['tenant'] } },
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
