import type { INodeProperties } from 'n8n-workflow';

/** How the values of one field are turned; each option is explained in docs/field-rules.md. */
export const transformParameters: INodeProperties = {
	displayName: 'Transform',
	name: 'transform',
	type: 'collection',
	placeholder: 'Add Option',
	default: {},
	description: 'Give the type as well: what is set here takes the place of all that is set for the field so far',
	options: [
		{
			displayName: 'Decimal Mark',
			name: 'decimalMark',
			type: 'options',
			options: [
				{ name: 'Comma (1.234,56)', value: ',' },
				{ name: 'Point (1,234.56)', value: '.' },
			],
			default: ',',
			description: 'How your system writes numbers that are text',
		},
		{
			displayName: 'Decimals',
			name: 'decimals',
			type: 'number',
			typeOptions: { minValue: 0, maxValue: 10 },
			default: 2,
			description: 'Decimal places of the external number',
		},
		{
			displayName: 'Default',
			name: 'default',
			type: 'string',
			default: '',
			description: 'Value of your system that is sent where the field is empty',
		},
		{
			displayName: 'Join Fields',
			name: 'join',
			type: 'string',
			default: '',
			placeholder: 'e.g. firstName, lastName',
			description:
				'Local fields whose values go out as one text; the local field above is then only a name. Push only.',
		},
		{
			displayName: 'Map',
			name: 'map',
			type: 'fixedCollection',
			typeOptions: { multipleValues: true, sortable: true },
			placeholder: 'Add Pair',
			default: {},
			description: 'Of several local values for one external value the first one is taken on the way back',
			options: [
				{
					displayName: 'Pair',
					name: 'pair',
					values: [
						{ displayName: 'Local Value', name: 'local', type: 'string', default: '' },
						{ displayName: 'External Value', name: 'external', type: 'string', default: '' },
					],
				},
			],
		},
		{
			displayName: 'Other Values',
			name: 'otherwise',
			type: 'options',
			options: [
				{ name: 'Pass', value: 'pass', description: 'They go through as they are' },
				{ name: 'Reject', value: 'reject', description: 'The record fails and names the value' },
			],
			default: 'reject',
			description: 'What happens to values that the map does not have',
		},
		{
			displayName: 'Scale',
			name: 'scale',
			type: 'number',
			typeOptions: { minValue: -9, maxValue: 9 },
			default: 2,
			description: 'Decimal places that your whole numbers imply: 2 when you hold cents and the other side euros',
		},
		{
			displayName: 'Separator',
			name: 'separator',
			type: 'string',
			default: ' ',
			description: 'Between joined values',
		},
		{
			displayName: 'Time Zone',
			name: 'timeZone',
			type: 'string',
			default: '',
			placeholder: 'e.g. Europe/Berlin',
			description: 'Where your dates and times are meant, when the external field is a point in time',
		},
		{
			displayName: 'Trim',
			name: 'trim',
			type: 'boolean',
			default: true,
			description: 'Whether to take away blanks around the text, both ways',
		},
	],
};
