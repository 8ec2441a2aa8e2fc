import type { IExecuteFunctions, INodeProperties } from 'n8n-workflow';
import type { CommandName } from '../../../../lib/commands/find-command';
import { choiceFrom } from '../parameter-values';
import { requiredIdAt, requiredTextAt } from '../target';

const WAYS = ['key', 'reference'] as const;

/** Which command an operation is about. */
export const commandNameProperties: INodeProperties[] = [
	{
		displayName: 'Find By',
		name: 'findBy',
		type: 'options',
		options: [
			{ name: 'Idempotency Key', value: 'key', description: 'As the flow gave it to Execute' },
			{ name: 'Reference', value: 'reference', description: 'As it stands in the external system, for example CL-…' },
		],
		default: 'key',
		description: 'What the command is known by',
	},
	{
		displayName: 'Idempotency Key',
		name: 'idempotencyKey',
		type: 'string',
		default: '={{ $json.idempotencyKey }}',
		required: true,
		displayOptions: { show: { findBy: ['key'] } },
		description: 'The key the command was executed with. Execute, Retry and the attention trigger give it out.',
	},
	{
		displayName: 'Reference',
		name: 'reference',
		type: 'string',
		default: '={{ $json.reference }}',
		required: true,
		displayOptions: { show: { findBy: ['reference'] } },
		description: 'The reference that the external system was given with the command',
	},
];

export function commandNameAt(context: IExecuteFunctions, index: number): CommandName {
	const way = choiceFrom(context.getNodeParameter('findBy', index, 'key'), WAYS, 'Find By', index);
	return way === 'key'
		? { idempotencyKey: requiredIdAt(context, 'idempotencyKey', 'Idempotency Key', index) }
		: { reference: requiredTextAt(context, 'reference', 'Reference', index) };
}
