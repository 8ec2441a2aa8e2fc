import type { INodeProperties } from 'n8n-workflow';
import { shownFor } from '../shown-for';
import { integrationProperty, tenantProperty } from '../target';
import * as replay from './replay.operation';

export const operations = { replay };

const ALL = Object.keys(operations);

export const description: INodeProperties[] = [
	{
		displayName: 'Operation',
		name: 'operation',
		type: 'options',
		noDataExpression: true,
		displayOptions: { show: { resource: ['event'] } },
		options: [
			{
				name: 'Replay',
				value: 'replay',
				action: 'Replay an event',
				description: 'Let an event start its workflows once more, for example after an execution that failed',
			},
		],
		default: 'replay',
	},
	...shownFor({ event: ALL }, [integrationProperty]),
	...replay.description,
	...shownFor({ event: ALL }, [tenantProperty]),
];
