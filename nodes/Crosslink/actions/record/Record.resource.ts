import type { INodeProperties } from 'n8n-workflow';
import { shownFor } from '../shown-for';
import { connectionProperty, entityProperty, integrationProperty, tenantProperty } from '../target';
import * as confirm from './confirm.operation';
import * as preview from './preview.operation';
import * as pull from './pull.operation';
import * as push from './push.operation';
import * as reconcile from './reconcile.operation';
import * as retry from './retry.operation';
import * as sync from './sync.operation';

export const operations = { push, pull, confirm, sync, preview, reconcile, retry };

const ALL = Object.keys(operations);

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
				name: 'Preview',
				value: 'preview',
				action: 'Preview what a push or sync would do',
				description: 'Show what would be created, changed or left alone, and what it costs; write nothing',
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
			{
				name: 'Reconcile',
				value: 'reconcile',
				action: 'Reconcile all links',
				description: 'Compare all linked records with the other side, and report or repair what differs',
			},
			{
				name: 'Retry',
				value: 'retry',
				action: 'Retry records that failed',
				description: 'Take up pushes that failed and whose time for another try has come',
			},
			{
				name: 'Sync Both Ways',
				value: 'sync',
				action: 'Sync a record both ways',
				description: 'Write over there what changed here, and say what is to be written here',
			},
		],
		default: 'push',
	},
	...shownFor({ record: ALL }, [integrationProperty, entityProperty]),
	...push.description,
	...pull.description,
	...confirm.description,
	...sync.description,
	...preview.description,
	...reconcile.description,
	...retry.description,
	...shownFor({ record: ALL }, [tenantProperty, connectionProperty]),
];
