import type { IExecuteFunctions, INodeProperties } from 'n8n-workflow';
import type { Session } from '../../../../lib/host/session';
import { eachConnected } from '../each-connected';
import type { ItemResult } from '../operation';
import { shownFor } from '../shown-for';
import { targetAt } from '../target';
import { commandNameAt, commandNameProperties } from './command-name';
import { commandRunAt, itemOf } from './outcome-items';

export const description: INodeProperties[] = shownFor({ command: ['get'] }, commandNameProperties);

/** What is known of a command. That it failed is what was asked for, no failure of this node; unknown stays an item, too. */
export async function execute(this: IExecuteFunctions, session: Session, indexes: number[]): Promise<ItemResult[]> {
	const { getCommand } = await import('../../../../lib/commands/get-command');
	return await eachConnected(
		session,
		indexes,
		(index) => ({ target: targetAt(this, index), name: commandNameAt(this, index) }),
		async (connected, { target, name }, index) => {
			const run = await commandRunAt(this, session, connected, target, index, false);
			const { error: _told, ...item } = itemOf(index, await getCommand(run, name));
			return item;
		},
		({ name }) => ({ ...name }),
	);
}
