import type { IExecuteFunctions, INodeProperties } from 'n8n-workflow';
import { CrosslinkError } from '../../../lib/errors';
import type { ConnectionChoice, Target } from '../../../lib/host/target';
import { checkId } from '../../../lib/store/ids';
import type { EntityTarget } from './by-target';

export const integrationProperty: INodeProperties = {
	displayName: 'Integration Name or ID',
	name: 'integration',
	type: 'options',
	typeOptions: { loadOptionsMethod: 'getIntegrations', loadOptionsDependsOn: ['resource', 'operation'] },
	default: '',
	required: true,
	description:
		'The external system. Choose from the list, or specify an ID using an <a href="https://docs.n8n.io/code/expressions/">expression</a>.',
};

export const entityProperty: INodeProperties = {
	displayName: 'Entity Name or ID',
	name: 'entity',
	type: 'options',
	typeOptions: { loadOptionsMethod: 'getEntities', loadOptionsDependsOn: ['integration', 'tenant', 'connection'] },
	default: '',
	required: true,
	description:
		'What kind of record this is, in the words of your own system. Choose from the list, or specify an ID using an <a href="https://docs.n8n.io/code/expressions/">expression</a>.',
};

export const tenantProperty: INodeProperties = {
	displayName: 'Tenant',
	name: 'tenant',
	type: 'string',
	default: 'default',
	required: true,
	description:
		'Whose data this is. Links, settings and secrets of different tenants never meet. Leave "default" if you serve only yourself.',
};

export const connectionProperty: INodeProperties = {
	displayName: 'Connection',
	name: 'connection',
	type: 'options',
	options: [
		{
			name: 'Automatic',
			value: 'auto',
			description: 'Environment variables if there are any, then what the tenant has stored, then the credential',
		},
		{ name: 'Credential', value: 'credential', description: 'The credential chosen in this node' },
		{
			name: 'Environment',
			value: 'environment',
			description: 'Environment variables of the n8n server, for example CROSSLINK_HUBSPOT_ACCESS_TOKEN',
		},
		{
			name: 'Tenant',
			value: 'tenant',
			description: 'What Integration: Configure has stored for this tenant, sealed with the encryption key',
		},
	],
	default: 'auto',
	description: 'Where address and secrets of the integration come from',
};

type ContextWithItems = Pick<IExecuteFunctions, 'getNodeParameter'>;

/** A text parameter of one item, trimmed; numbers are taken as text, because ids often are numbers. */
export function textAt(context: ContextWithItems, name: string, index: number): string {
	const value = context.getNodeParameter(name, index, '') as unknown;
	return typeof value === 'string' || typeof value === 'number' ? String(value).trim() : '';
}

/** A text parameter that must not be empty. */
export function requiredTextAt(context: ContextWithItems, name: string, displayName: string, index: number): string {
	const text = textAt(context, name, index);
	if (text !== '') return text;
	throw new CrosslinkError({
		class: 'rejected',
		code: 'parameter_missing',
		message: `Item ${index} has no "${displayName}".`,
		remedy: `Fill the parameter "${displayName}"; if it is an expression, check that it finds a value in this item.`,
	});
}

/**
 * An id of a record, or undefined when it is empty. Checked here, one by one, so that an id which cannot be stored fails
 * its item and not the whole batch.
 */
export function idAt(context: ContextWithItems, name: string, displayName: string, index: number): string | undefined {
	const id = textAt(context, name, index);
	if (id === '') return undefined;
	const error = checkId(displayName, id);
	if (error !== undefined) throw error;
	return id;
}

/** An id that must not be empty. */
export function requiredIdAt(context: ContextWithItems, name: string, displayName: string, index: number): string {
	return idAt(context, name, displayName, index) ?? requiredTextAt(context, name, displayName, index);
}

/** Tenant, integration and connection of one item. */
export function targetAt(context: ContextWithItems, index: number): Target {
	return {
		tenant: requiredTextAt(context, 'tenant', 'Tenant', index),
		integration: requiredTextAt(context, 'integration', 'Integration', index),
		connection: connectionAt(context, index),
	};
}

/** The same with the entity. */
export function entityTargetAt(context: ContextWithItems, index: number): EntityTarget {
	return { ...targetAt(context, index), entity: requiredTextAt(context, 'entity', 'Entity', index) };
}

const CONNECTIONS: readonly ConnectionChoice[] = ['auto', 'credential', 'tenant', 'environment'];

function connectionAt(context: ContextWithItems, index: number): ConnectionChoice {
	const value = context.getNodeParameter('connection', index, 'auto') as string;
	const choice = CONNECTIONS.find((known) => known === value);
	if (choice !== undefined) return choice;
	throw new CrosslinkError({
		class: 'rejected',
		code: 'connection_unknown',
		message: `Item ${index} asks for the connection "${value}", which does not exist.`,
		remedy: `Use one of: ${CONNECTIONS.join(', ')}.`,
	});
}
