import type { INodeProperties } from 'n8n-workflow';
import { entityProperty } from '../target';

const FROM_ACCOUNT = ['integration', 'entity', 'tenant', 'connection'];
const FORM = { show: { settingsInput: ['form'] } };

const rule: INodeProperties[] = [
	{
		displayName: 'Local Field',
		name: 'local',
		type: 'string',
		default: '',
		required: true,
		placeholder: 'e.g. custom_fields.po',
		description: 'Name of the field in your own system; dots lead into nested objects',
	},
	{
		displayName: 'External Field Name or ID',
		name: 'external',
		type: 'options',
		typeOptions: { loadOptionsMethod: 'getExternalFields', loadOptionsDependsOn: FROM_ACCOUNT },
		default: '',
		required: true,
		description:
			'Field in the external system. Choose from the list, or specify an ID using an <a href="https://docs.n8n.io/code/expressions/">expression</a>.',
	},
	{
		displayName: 'Direction',
		name: 'direction',
		type: 'options',
		options: [
			{ name: 'Both Ways', value: 'both' },
			{ name: 'Pull (Into Your System)', value: 'pull' },
			{ name: 'Push (Out of Your System)', value: 'push' },
		],
		default: 'both',
		description: 'Which way the field goes',
	},
	{
		displayName: 'Owner',
		name: 'owner',
		type: 'options',
		options: [
			{ name: 'External System', value: 'external' },
			{ name: 'Your System', value: 'local' },
		],
		default: 'local',
		description: 'Which side wins when both changed the field and the policy is "owner wins"',
	},
	{
		displayName: 'Policy',
		name: 'policy',
		type: 'options',
		options: [
			{ name: 'Newer Change Wins', value: 'newer' },
			{ name: 'Only if Empty', value: 'onlyIfEmpty', description: 'A value that is there is never overwritten' },
			{ name: 'Owner Wins', value: 'owner' },
			{ name: 'Person Decides', value: 'manual', description: 'The link waits in conflict' },
		],
		default: 'owner',
		description: 'What happens when both sides changed the field since they last agreed',
	},
	{
		displayName: 'Strength',
		name: 'strength',
		type: 'options',
		options: [
			{ name: 'Enforced', value: 'enforced', description: 'Changes of the other side are undone' },
			{ name: 'Initial', value: 'initial', description: 'Only when the record is created' },
			{ name: 'On Change', value: 'onChange', description: 'When the source side changed it' },
		],
		default: 'onChange',
		description: 'How firmly the field is kept',
	},
	{
		displayName: 'Type in Your System',
		name: 'type',
		type: 'options',
		options: [
			{ name: 'As It Comes', value: '' },
			{ name: 'Date', value: 'date' },
			{ name: 'Date and Time', value: 'datetime' },
			{ name: 'Number', value: 'number' },
			{ name: 'Text', value: 'text' },
			{ name: 'Yes or No', value: 'boolean' },
		],
		default: '',
		description: 'What your system holds in this field; values of the external system are turned into it',
	},
];

/** Settings as a form, or the same as one JSON value. */
export const settingsParameters: INodeProperties[] = [
	{
		displayName: 'Settings',
		name: 'settingsInput',
		type: 'options',
		options: [
			{ name: 'Form', value: 'form', description: 'Changes what is filled in; everything else stays as it is' },
			{ name: 'JSON', value: 'json', description: 'Replaces all earlier settings of this integration and tenant' },
		],
		default: 'form',
		description: 'Whether to fill in a form or to give everything as one JSON value',
	},
	{
		displayName: 'Settings (JSON)',
		name: 'settings',
		type: 'json',
		default: '{}',
		displayOptions: { show: { settingsInput: ['json'] } },
		description:
			'For example { "entities": { "order": { "fields": [{ "local": "po", "external": "po_number", "direction": "push" }] } } }. Empty braces mean the defaults.',
	},
	{
		...entityProperty,
		required: false,
		typeOptions: { ...entityProperty.typeOptions, loadOptionsMethod: 'getEntitiesOrNone' },
		displayOptions: FORM,
		description:
			'Which records the field rules below are for. Choose from the list, or specify an ID using an <a href="https://docs.n8n.io/code/expressions/">expression</a>.',
	},
	{
		displayName: 'Field Rules',
		name: 'rules',
		type: 'fixedCollection',
		typeOptions: { multipleValues: true },
		placeholder: 'Add Rule',
		default: {},
		displayOptions: FORM,
		description:
			'Added to the rules that are there; a rule takes the place of the earlier one for the same local field',
		options: [{ displayName: 'Rule', name: 'rule', values: rule }],
	},
	{
		displayName: 'Match On',
		name: 'matchOn',
		type: 'string',
		default: '',
		placeholder: 'e.g. number',
		displayOptions: FORM,
		description:
			'Local field by which a new record finds one that exists already. It must be pushed to an external field with unique values. Empty: Crosslink uses a key of its own.',
	},
	{
		displayName: 'Pipeline for New Records Name or ID',
		name: 'pipeline',
		type: 'options',
		typeOptions: { loadOptionsMethod: 'getPipelines', loadOptionsDependsOn: FROM_ACCOUNT },
		default: '',
		displayOptions: FORM,
		description:
			'Where new records start, for entities that have pipelines. Choose from the list, or specify an ID using an <a href="https://docs.n8n.io/code/expressions/">expression</a>.',
	},
	{
		displayName: 'Stage for New Records Name or ID',
		name: 'stage',
		type: 'options',
		typeOptions: { loadOptionsMethod: 'getStages', loadOptionsDependsOn: [...FROM_ACCOUNT, 'pipeline'] },
		default: '',
		displayOptions: FORM,
		description:
			'Stage in which new records start. Choose from the list, or specify an ID using an <a href="https://docs.n8n.io/code/expressions/">expression</a>.',
	},
	{
		displayName: 'More Settings',
		name: 'more',
		type: 'collection',
		placeholder: 'Add setting',
		default: {},
		displayOptions: FORM,
		options: [
			{
				displayName: 'Brake on Changes',
				name: 'brakeChanges',
				type: 'number',
				typeOptions: { minValue: 0, maxValue: 1, numberPrecision: 2 },
				default: 0.2,
				description: 'Share of the links (0 to 1) above which a reconcile stops and asks instead of changing them',
			},
			{
				displayName: 'Brake on Deletions',
				name: 'brakeDeletes',
				type: 'number',
				typeOptions: { minValue: 0, maxValue: 1, numberPrecision: 2 },
				default: 0.05,
				description: 'Share of the links (0 to 1) above which a run with deletions stops and asks',
			},
			{
				displayName: 'Lease Seconds',
				name: 'leaseSeconds',
				type: 'number',
				typeOptions: { minValue: 10 },
				default: 120,
				description: 'How long a run may hold a record before another run takes it over',
			},
			{
				displayName: 'Retry Attempts',
				name: 'retryAttempts',
				type: 'number',
				typeOptions: { minValue: 0 },
				default: 3,
				description: 'How often a record that failed is tried in all before it waits for a person',
			},
			{
				displayName: 'Retry Delay Seconds',
				name: 'retryDelaySeconds',
				type: 'number',
				typeOptions: { minValue: 1 },
				default: 60,
				description: 'How long a record that failed waits before the next try',
			},
			{
				displayName: 'Sync Log',
				name: 'syncLog',
				type: 'options',
				options: [
					{ name: 'All', value: 'all' },
					{ name: 'Errors', value: 'errors' },
					{ name: 'Off', value: 'off' },
				],
				default: 'errors',
				description: 'What is written to the log table of the store',
			},
		],
	},
];
