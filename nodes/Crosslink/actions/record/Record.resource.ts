import type { INodeProperties } from 'n8n-workflow';
import { shownFor } from '../shown-for';
import { connectionProperty, entityProperty, integrationProperty, tenantProperty } from '../target';
import * as confirm from './confirm.operation';
import * as pull from './pull.operation';
import * as push from './push.operation';

export const operations = { push, pull, confirm };

export const description: INodeProperties[] = [
	{
		displayName: 'Operation',
		name: 'operation',
		type: 'options',
		noDataExpression: true,
		displayOptions: { show: { resource: ['record'] } },
		options: [
			{
				name: 'Confirm Pull',
				value: 'confirm',
				action: 'Confirm pulled fields',
				description: 'Take note that your system has written what a pull handed out',
			},
			{
				name: 'Pull Fields',
				value: 'pull',
				action: 'Pull fields of a record',
				description: 'Read a record from the other side and say which local fields should change',
			},
			{
				name: 'Push Fields',
				value: 'push',
				action: 'Push fields of a record',
				description: 'Create the record on the other side, or change there what differs',
			},
		],
		default: 'push',
	},
	...shownFor({ record: ['push', 'pull', 'confirm'] }, [integrationProperty, entityProperty]),
	...push.description,
	...pull.description,
	...confirm.description,
	...shownFor({ record: ['push', 'pull', 'confirm'] }, [tenantProperty, connectionProperty]),
];
