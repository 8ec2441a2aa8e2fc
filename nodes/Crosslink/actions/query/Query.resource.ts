import type { INodeProperties } from 'n8n-workflow';
import { shownFor } from '../shown-for';
import { connectionProperty, integrationProperty, tenantProperty } from '../target';
import * as run from './run.operation';

export const operations = { run };

const ALL = Object.keys(operations);

export const description: INodeProperties[] = [
	{
		displayName: 'Operation',
		name: 'operation',
		type: 'options',
		noDataExpression: true,
		displayOptions: { show: { resource: ['query'] } },
		options: [
			{
				name: 'Run',
				value: 'run',
				action: 'Run a query',
				description: 'Ask the external system something; nothing changes there',
			},
		],
		default: 'run',
	},
	...shownFor({ query: ALL }, [{ ...integrationProperty, typeOptions: { loadOptionsMethod: 'getQueryIntegrations' } }]),
	...run.description,
	...shownFor({ query: ALL }, [tenantProperty, connectionProperty]),
];
