import type { INodeProperties } from 'n8n-workflow';
import * as health from './health.operation';

export const operations = { health };

export const description: INodeProperties[] = [
	{
		displayName: 'Operation',
		name: 'operation',
		type: 'options',
		noDataExpression: true,
		displayOptions: { show: { resource: ['report'] } },
		options: [
			{
				name: 'Health',
				value: 'health',
				action: 'Report health',
				description: 'How links, events, conflicts and calls stand, and what needs somebody: as JSON or as a page',
			},
		],
		default: 'health',
	},
	...health.description,
];
