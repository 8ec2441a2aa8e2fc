import type { IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';
import type { Session } from '../../../../lib/host/session';
import { eachConnected } from '../each-connected';
import type { ItemResult } from '../operation';
import { shownFor } from '../shown-for';
import { targetAt } from '../target';
import { commandNameAt, commandNameProperties } from './command-name';
import { commandRunAt, itemOf } from './outcome-items';
import { tryAgainFrom, tryAgainOption, waitOption, waitSecondsFrom } from './wait-option';

export const description: INodeProperties[] = shownFor({ command: ['compensate'] }, [
	...commandNameProperties,
	{
		displayName: 'Options',
		name: 'options',
		type: 'collection',
		placeholder: 'Add option',
		default: {},
		options: [tryAgainOption, waitOption],
	},
]);

/** Undoes once what a command has done. */
export async function execute(this: IExecuteFunctions, session: Session, indexes: number[]): Promise<ItemResult[]> {
	const { compensateCommand } = await import('../../../../lib/commands/compensate');
	return await eachConnected(
		session,
		indexes,
		(index) => {
			const options = this.getNodeParameter('options', index, {}) as IDataObject;
			return {
				target: targetAt(this, index),
				name: commandNameAt(this, index),
				how: { tryAgain: tryAgainFrom(options, index), waitSeconds: waitSecondsFrom(options, index) },
			};
		},
		async (connected, { target, name, how }, index) => {
			const run = await commandRunAt(this, session, connected, target, index, true);
			return itemOf(index, await compensateCommand(run, name, how));
		},
		({ name }) => ({ ...name }),
	);
}
