import type { IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';
import type { Session } from '../../../../lib/host/session';
import type { Target } from '../../../../lib/host/target';
import { eachConnected } from '../each-connected';
import { describedOf, valuesAt, valuesProperties, type GivenValues } from '../described-values';
import type { ItemResult } from '../operation';
import { flagFrom } from '../parameter-values';
import { shownFor } from '../shown-for';
import { idAt, requiredIdAt, requiredTextAt, targetAt } from '../target';
import { commandRunAt, itemOf } from './outcome-items';
import { tryAgainFrom, tryAgainOption, waitOption, waitSecondsFrom } from './wait-option';

export const description: INodeProperties[] = shownFor({ command: ['execute'] }, [
	{
		displayName: 'Command Name or ID',
		name: 'command',
		type: 'options',
		typeOptions: { loadOptionsMethod: 'getCommands', loadOptionsDependsOn: ['integration', 'tenant'] },
		default: '',
		required: true,
		description:
			'What is to be done. Choose from the list, or specify an ID using an <a href="https://docs.n8n.io/code/expressions/">expression</a>.',
	},
	...valuesProperties('payload', {
		displayName: 'Payload',
		method: 'getCommandParameters',
		dependsOn: 'command',
		description: 'What the command has to know. It is checked before anything is called.',
	}),
	{
		displayName: 'Idempotency Key',
		name: 'idempotencyKey',
		type: 'string',
		default: '',
		required: true,
		placeholder: 'e.g. {{ "order-approved-" + $json.orderNumber }}',
		description:
			'Names the business event, so that it happens once however often this runs. Make it of what never changes about the event, for example the step and the order number; not of the execution or the time, which differ when the flow is run again.',
	},
	{
		displayName: 'Options',
		name: 'options',
		type: 'collection',
		placeholder: 'Add option',
		default: {},
		options: [
			{
				displayName: 'Dry Run',
				name: 'dryRun',
				type: 'boolean',
				default: false,
				description:
					'Whether the external system only checks the command and does nothing, where it can do that. No key is used up.',
			},
			tryAgainOption,
			waitOption,
		],
	},
]);

interface Asked {
	target: Target;
	command: string;
	values: GivenValues;
	idempotencyKey: string;
	dryRun: boolean;
	tryAgain: boolean;
	waitSeconds: number;
}

/** One after the other, in input order: later commands often build on earlier ones. */
export async function execute(this: IExecuteFunctions, session: Session, indexes: number[]): Promise<ItemResult[]> {
	const { executeCommand, tryCommand } = await import('../../../../lib/commands/execute');
	const { findCommandDescription } = await import('../../../../lib/parameters/find-described');
	return await eachConnected<Asked>(
		session,
		indexes,
		(index) => askedAt(this, index),
		async (connected, { target, values, dryRun, ...asked }, index) => {
			const run = await commandRunAt(this, session, connected, target, index, true);
			const payload = describedOf(values, findCommandDescription(run.module, asked.command).parameters);
			const outcome = dryRun
				? await tryCommand(run, { command: asked.command, payload })
				: await executeCommand(run, { ...asked, payload });
			return itemOf(index, outcome);
		},
		({ command, idempotencyKey }) => ({ command, idempotencyKey: idempotencyKey || null }),
	);
}

function askedAt(context: IExecuteFunctions, index: number): Asked {
	const options = context.getNodeParameter('options', index, {}) as IDataObject;
	const dryRun = flagFrom(options['dryRun'], 'Dry Run', index);
	return {
		target: targetAt(context, index),
		command: requiredTextAt(context, 'command', 'Command', index),
		values: valuesAt(context, 'payload', index),
		idempotencyKey: dryRun
			? (idAt(context, 'idempotencyKey', 'Idempotency Key', index) ?? '')
			: requiredIdAt(context, 'idempotencyKey', 'Idempotency Key', index),
		dryRun,
		tryAgain: tryAgainFrom(options, index),
		waitSeconds: waitSecondsFrom(options, index),
	};
}
