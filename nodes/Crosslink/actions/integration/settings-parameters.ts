import type { INodeProperties } from 'n8n-workflow';
import { entityProperty } from '../target';
import { ruleParameters } from './rule-parameters';

const FROM_ACCOUNT = ['integration', 'entity', 'tenant', 'connection'];
const FORM = { show: { settingsInput: ['form'] } };

/** Settings as a form, or the same as one JSON value. */
export const settingsParameters: INodeProperties[] = [
	{
		displayName: 'Settings',
		name: 'settingsInput',
		type: 'options',
		options: [
			{ name: 'Form', value: 'form', description: 'Changes what is filled in; everything else stays as it is' },
			{ name: 'JSON', value: 'json', description: 'Replaces all earlier settings at this place' },
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
		options: [{ displayName: 'Rule', name: 'rule', values: ruleParameters }],
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
		displayName: 'When Deleted',
		name: 'onDelete',
		type: 'options',
		options: [
			{ name: 'Archive', value: 'archive', description: 'The record of the other side is archived, too' },
			{ name: 'Ignore', value: 'ignore', description: 'Nothing is done on the other side' },
			{ name: 'Leave as It Is', value: '' },
			{ name: 'Unlink', value: 'unlink', description: 'The records are no longer linked; the other one stays' },
		],
		default: '',
		displayOptions: FORM,
		description: 'What a deletion on one side means for the record on the other. Unless set: ignore.',
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
				displayName: 'Allow Commands as AI Tool',
				name: 'aiTool',
				type: 'boolean',
				default: false,
				description:
					'Whether AI agents may carry out commands of an integration whose vendor restricts that (SAP). Look into your contract first.',
			},
			{
				displayName: 'Brake on Changes',
				name: 'brakeChanges',
				type: 'number',
				typeOptions: { minValue: 0, maxValue: 1, numberPrecision: 2 },
				default: 0.2,
				description: 'Share of the links (0 to 1) above which a run stops and asks, if the count is passed as well',
			},
			{
				displayName: 'Brake on Changes, Count',
				name: 'brakeChangesCount',
				type: 'number',
				typeOptions: { minValue: 0 },
				default: 100,
				description: 'So many changed records never stop a run, whatever their share',
			},
			{
				displayName: 'Brake on Deletions',
				name: 'brakeDeletes',
				type: 'number',
				typeOptions: { minValue: 0, maxValue: 1, numberPrecision: 2 },
				default: 0.05,
				description: 'Share of the links (0 to 1) above which a run stops and asks, if the count is passed as well',
			},
			{
				displayName: 'Brake on Deletions, Count',
				name: 'brakeDeletesCount',
				type: 'number',
				typeOptions: { minValue: 0 },
				default: 10,
				description: 'So many deletions never stop a run, whatever their share',
			},
			{
				displayName: 'Command Log Days',
				name: 'commandLogDays',
				type: 'number',
				typeOptions: { minValue: 7 },
				default: 400,
				description:
					'How long commands with a known outcome are kept. Until then the same key never does the same thing twice.',
			},
			{
				displayName: 'Freeze After Flips',
				name: 'freezeFlips',
				type: 'number',
				typeOptions: { minValue: 2, maxValue: 10 },
				default: 4,
				description: 'How often a field may go to and fro before it waits for a person',
			},
			{
				displayName: 'Freeze Within Minutes',
				name: 'freezeMinutes',
				type: 'number',
				typeOptions: { minValue: 1 },
				default: 10,
				description: 'The time in which the flips are counted',
			},
			{
				displayName: 'Inbox Days',
				name: 'inboxDays',
				type: 'number',
				typeOptions: { minValue: 2 },
				default: 30,
				description: 'How long webhook events and polled changes are kept',
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
			{
				displayName: 'Sync Log Days',
				name: 'syncLogDays',
				type: 'number',
				typeOptions: { minValue: 1 },
				default: 90,
				description: 'How long entries of the sync log are kept',
			},
		],
	},
];
