import type { INodeProperties } from 'n8n-workflow';
import { shownFor } from '../shown-for';
import { entityProperty, integrationProperty, tenantProperty } from '../target';
import * as get from './get.operation';
import * as getMany from './getMany.operation';
import * as upsert from './upsert.operation';

export const operations = { upsert, get, getMany };

export const description: INodeProperties[] = [
	{
		displayName: 'Operation',
		name: 'operation',
		type: 'options',
		noDataExpression: true,
		displayOptions: { show: { resource: ['link'] } },
		options: [
			{
				name: 'Create or Update',
				value: 'upsert',
				action: 'Create or update a link',
				description: 'Create a new record, or update the current one if it already exists (upsert)',
			},
			{
				name: 'Get',
				value: 'get',
				action: 'Get a link',
				description: 'Look up which record of the other side belongs to a record of yours, or the other way round',
			},
			{
				name: 'Get Many',
				value: 'getMany',
				action: 'Get many links',
				description: 'List links, for example those that failed',
			},
		],
		default: 'get',
	},
	...shownFor({ link: ['upsert', 'get', 'getMany'] }, [integrationProperty, entityProperty]),
	...upsert.description,
	...get.description,
	...getMany.description,
	...shownFor({ link: ['upsert', 'get', 'getMany'] }, [tenantProperty]),
];
