import type { INodeProperties } from 'n8n-workflow';
import { shownFor } from '../shown-for';
import { connectionProperty, integrationProperty, tenantProperty } from '../target';
import * as compensate from './compensate.operation';
import * as execute from './execute.operation';
import * as get from './get.operation';
import * as resolve from './resolve.operation';
import * as retry from './retry.operation';

export const operations = { execute, get, compensate, retry, resolve };

const ALL = Object.keys(operations);

export const description: INodeProperties[] = [
	{
		displayName: 'Operation',
		name: 'operation',
		type: 'options',
		noDataExpression: true,
		displayOptions: { show: { resource: ['command'] } },
		options: [
			{
				name: 'Compensate',
				value: 'compensate',
				action: 'Undo a command',
				description: 'Undo once what a command has done, for example cancel the order it created',
			},
			{
				name: 'Execute',
				value: 'execute',
				action: 'Execute a command',
				description: 'Let the external system do something once, and say what is known of it',
			},
			{
				name: 'Get',
				value: 'get',
				action: 'Get the outcome of a command',
				description: 'Say what is known of a command; one of unknown outcome is looked up, nothing is repeated',
			},
			{
				name: 'Resolve',
				value: 'resolve',
				action: 'Resolve a command of unknown outcome',
				description: 'Say what a person has found out about a command that cannot be looked up',
			},
			{
				name: 'Retry',
				value: 'retry',
				action: 'Retry commands that are due',
				description: 'Take up commands that failed in passing, and look up those of unknown outcome',
			},
		],
		default: 'execute',
	},
	...shownFor({ command: ALL }, [
		{ ...integrationProperty, typeOptions: { loadOptionsMethod: 'getCommandIntegrations' } },
	]),
	...execute.description,
	...get.description,
	...compensate.description,
	...retry.description,
	...resolve.description,
	...shownFor({ command: ALL }, [tenantProperty]),
	...shownFor({ command: ['execute', 'get', 'compensate', 'retry'] }, [connectionProperty]),
];
