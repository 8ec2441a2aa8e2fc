import type { INodeProperties } from 'n8n-workflow';
import { connectionProperty, integrationProperty, tenantProperty } from '../Crosslink/actions/target';

/** Events in one execution unless set otherwise. */
export const DEFAULT_ITEMS_PER_POLL = 1_000;
/** The store gives no more at once. */
export const MAX_ITEMS_PER_POLL = 2_500;

export const properties: INodeProperties[] = [
	{
		displayName: 'What',
		name: 'what',
		type: 'options',
		options: [
			{
				name: 'Attention',
				value: 'attention',
				description:
					'Records that failed or are in conflict, commands and messages that failed or whose outcome is unknown, refused logins, and events of accounts no tenant has: each told once',
			},
			{
				name: 'Changes',
				value: 'changes',
				description: 'Records that changed in the external system, asked for there',
			},
			{
				name: 'Inbox',
				value: 'inbox',
				description:
					'Events that another workflow took in, by webhook or by polling; any number of workflows can follow them',
			},
		],
		default: 'changes',
		noDataExpression: true,
		description: 'What starts the workflow',
	},
	{
		...integrationProperty,
		typeOptions: { loadOptionsMethod: 'getPollIntegrations', loadOptionsDependsOn: ['what'] },
	},
	noticeProperty(
		'hubspotNotice',
		{ what: ['changes'], integration: ['hubspot'] },
		'HubSpot shows a change up to half a minute late, and never a record that was deleted or merged: those come by webhook, or are found by Record → Reconcile.',
	),
	noticeProperty(
		'databaseNotice',
		{ what: ['changes'], integration: ['database'] },
		'Say once with Integration → Configure which tables there are: for each entity its table, the column with the ID, and the column that tells when a row changed.',
	),
	noticeProperty(
		'inboxNotice',
		{ what: ['inbox'] },
		'Another workflow takes the events in: with the Crosslink Trigger, or with this node set to Changes. Here they are only followed: the external system is not asked, and no credential for it is needed.',
	),
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
		displayOptions: { show: { what: ['inbox'] } },
		description: 'Which events start the workflow',
	},
	startProperty(
		'changes',
		'now',
		'What changes after the workflow was published',
		'Every record there is, in each poll as many as Items per Poll says; then what changes',
	),
	startProperty(
		'inbox',
		'now',
		'Events that come after the workflow was published',
		'Every event the inbox still holds',
	),
	startProperty(
		'attention',
		'beginning',
		'What goes wrong after the workflow was published',
		'All that is wrong now, too',
	),
	tenantProperty,
	{ ...connectionProperty, displayOptions: { show: { what: ['changes'] } } },
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
				description:
					'Whether to add the event as it was kept, under "raw"; of a polled record that is its fields as the system has them',
				displayOptions: { hide: { '/what': ['attention'] } },
			},
			{
				displayName: 'Items per Poll',
				name: 'itemsPerPoll',
				type: 'number',
				typeOptions: { minValue: 1, maxValue: MAX_ITEMS_PER_POLL },
				default: DEFAULT_ITEMS_PER_POLL,
				description: 'How many events one execution gets at most; the rest waits for the next poll',
			},
		],
	},
];

function noticeProperty(name: string, show: Record<string, string[]>, text: string): INodeProperties {
	return { displayName: text, name, type: 'notice', default: '', displayOptions: { show } };
}

function startProperty(what: string, value: 'now' | 'beginning', now: string, beginning: string): INodeProperties {
	return {
		displayName: 'Start',
		name: 'start',
		type: 'options',
		options: [
			{ name: 'From Now', value: 'now', description: now },
			{ name: 'From the Beginning', value: 'beginning', description: beginning },
		],
		default: value,
		displayOptions: { show: { what: [what] } },
		description: 'Where the first poll begins; each later one goes on where the one before it ended',
	};
}
