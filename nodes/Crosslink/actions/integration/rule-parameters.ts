import type { INodeProperties } from 'n8n-workflow';
import { transformParameters } from './transform-parameters';

const FROM_ACCOUNT = ['integration', 'entity', 'tenant', 'connection'];

/** One field rule in the form. What is left as it is comes from the rule that is there for the same field. */
export const ruleParameters: INodeProperties[] = [
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
			{ name: 'Leave as It Is', value: '' },
			{ name: 'Off', value: 'none', description: 'The rule that is there for this field is switched off' },
			{ name: 'Pull (Into Your System)', value: 'pull' },
			{ name: 'Push (Out of Your System)', value: 'push' },
		],
		default: '',
		description: 'Which way the field goes. A new rule is pushed unless this says otherwise.',
	},
	{
		displayName: 'Owner',
		name: 'owner',
		type: 'options',
		options: [
			{ name: 'External System', value: 'external' },
			{ name: 'Leave as It Is', value: '' },
			{ name: 'Your System', value: 'local' },
		],
		default: '',
		description:
			'Which side wins when both changed the field and the policy is "owner wins". For a new rule: your system.',
	},
	{
		displayName: 'Policy',
		name: 'policy',
		type: 'options',
		options: [
			{ name: 'Leave as It Is', value: '' },
			{ name: 'Newer Change Wins', value: 'newer' },
			{ name: 'Only if Empty', value: 'onlyIfEmpty', description: 'A value that is there is never overwritten' },
			{ name: 'Owner Wins', value: 'owner' },
			{ name: 'Person Decides', value: 'manual', description: 'The link waits in conflict' },
		],
		default: '',
		description: 'What happens when both sides changed the field since they last agreed. For a new rule: owner wins.',
	},
	{
		displayName: 'Strength',
		name: 'strength',
		type: 'options',
		options: [
			{ name: 'Enforced', value: 'enforced', description: 'Changes of the other side are undone' },
			{ name: 'Initial', value: 'initial', description: 'Only when the record is created' },
			{ name: 'Leave as It Is', value: '' },
			{ name: 'On Change', value: 'onChange', description: 'When the source side changed it' },
		],
		default: '',
		description: 'How firmly the field is kept. For a new rule: on change.',
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
	transformParameters,
];
