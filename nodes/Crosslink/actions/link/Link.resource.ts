import type { INodeProperties } from 'n8n-workflow';
import { shownFor } from '../shown-for';
import { connectionProperty, entityProperty, integrationProperty, tenantProperty } from '../target';
import * as get from './get.operation';
import * as getConflicts from './getConflicts.operation';
import * as getMany from './getMany.operation';
import * as importLinks from './import.operation';
import * as resolve from './resolve.operation';
import * as unlink from './unlink.operation';
import * as upsert from './upsert.operation';

export const operations = { upsert, get, getConflicts, getMany, import: importLinks, resolve, unlink };

const ALL = Object.keys(operations);

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
				name: 'Get Conflicts',
				value: 'getConflicts',
				action: 'Get conflicts',
				description: 'List what a person has to decide: what each side has, and what both last agreed on',
			},
			{
				name: 'Get Many',
				value: 'getMany',
				action: 'Get many links',
				description: 'List links, for example those that failed',
			},
			{
				name: 'Import',
				value: 'import',
				action: 'Import links',
				description: 'Adopt IDs that your system has kept so far, after looking them up on the other side',
			},
			{
				name: 'Resolve Conflict',
				value: 'resolve',
				action: 'Resolve a conflict',
				description: 'Say which value is right; the next push or sync carries it out',
			},
			{
				name: 'Unlink',
				value: 'unlink',
				action: 'Unlink a record',
				description: 'End a link; both records stay as they are, and neither follows the other any more',
			},
		],
		default: 'get',
	},
	...shownFor({ link: ALL }, [integrationProperty, entityProperty]),
	...upsert.description,
	...get.description,
	...getConflicts.description,
	...getMany.description,
	...importLinks.description,
	...resolve.description,
	...unlink.description,
	...shownFor({ link: ALL }, [tenantProperty]),
	...shownFor({ link: ['import'] }, [connectionProperty]),
];
