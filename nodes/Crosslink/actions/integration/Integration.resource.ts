import type { INodeProperties } from 'n8n-workflow';
import { ownDatabaseMark } from '../record/own-side';
import { shownFor } from '../shown-for';
import { connectionProperty, integrationProperty, tenantProperty } from '../target';
import * as configure from './configure.operation';
import * as disable from './disable.operation';
import * as enable from './enable.operation';
import * as get from './get.operation';
import * as getMany from './getMany.operation';
import * as prepare from './prepare.operation';
import * as rotateKey from './rotateKey.operation';
import * as test from './test.operation';

export const operations = { configure, enable, disable, get, getMany, prepare, rotateKey, test };

const ALL = Object.keys(operations);
/** These may be for all tenants and have a tenant of their own. */
const FOR_ALL = ['configure', 'rotateKey'];
const OF_ONE = ALL.filter((name) => name !== 'getMany' && name !== 'rotateKey');

export const description: INodeProperties[] = [
	{
		displayName: 'Operation',
		name: 'operation',
		type: 'options',
		noDataExpression: true,
		displayOptions: { show: { resource: ['integration'] } },
		options: [
			{
				name: 'Configure',
				value: 'configure',
				action: 'Configure an integration',
				description: 'Set mode, field rules and, if wanted, the connection of one tenant, or field rules for all',
			},
			{
				name: 'Disable',
				value: 'disable',
				action: 'Disable an integration',
				description: 'Switch it off for one tenant; its records are then skipped',
			},
			{
				name: 'Enable',
				value: 'enable',
				action: 'Enable an integration',
				description: 'Make its link tables and switch it on for one tenant',
			},
			{
				name: 'Get',
				value: 'get',
				action: 'Get an integration',
				description: 'Show what is in force, without any secret',
			},
			{
				name: 'Get Many',
				value: 'getMany',
				action: 'Get many integrations',
				description: 'Show every integration of one tenant',
			},
			{
				name: 'Prepare',
				value: 'prepare',
				action: 'Prepare an integration',
				description: 'Create in the external account what the field rules need. Safe to repeat.',
			},
			{
				name: 'Rotate Key',
				value: 'rotateKey',
				action: 'Rotate the encryption key',
				description: 'Let stored secrets carry the new encryption key, so that the old one can be taken out',
			},
			{
				name: 'Test',
				value: 'test',
				action: 'Test an integration',
				description: 'Call the external system once and say which account answered',
			},
		],
		default: 'get',
	},
	...shownFor({ integration: OF_ONE }, [integrationProperty, ownDatabaseMark]),
	...configure.description,
	...rotateKey.description,
	...shownFor({ integration: ALL.filter((name) => !FOR_ALL.includes(name)) }, [tenantProperty]),
	...shownFor({ integration: OF_ONE }, [connectionProperty]),
];
