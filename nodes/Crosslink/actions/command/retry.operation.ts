import type { IExecuteFunctions, INodeProperties } from 'n8n-workflow';
import type { CommandOutcome } from '../../../../lib/commands/outcome';
import type { Session } from '../../../../lib/host/session';
import { eachConnected } from '../each-connected';
import type { ItemResult } from '../operation';
import { wholeNumberFrom } from '../parameter-values';
import { shownFor } from '../shown-for';
import { targetAt } from '../target';
import { commandRunAt, itemOf } from './outcome-items';

/** Commands taken up in one run: each is a call or two. */
const MAX_LIMIT = 1_000;

export const description: INodeProperties[] = shownFor({ command: ['retry'] }, [
	{
		displayName: 'Limit',
		name: 'limit',
		type: 'number',
		typeOptions: { minValue: 1, maxValue: MAX_LIMIT },
		default: 50,
		description: 'Max number of results to return',
	},
]);

/** Takes up what is due, once per tenant and integration, however many items come in. */
export async function execute(this: IExecuteFunctions, session: Session, indexes: number[]): Promise<ItemResult[]> {
	const { retryCommands } = await import('../../../../lib/commands/retry-commands');
	const done = new Set<string>();
	return await eachConnected(
		session,
		indexes,
		(index) => ({
			target: targetAt(this, index),
			limit: wholeNumberFrom(this.getNodeParameter('limit', index, 50), 'Limit', index, {
				min: 1,
				max: MAX_LIMIT,
				byDefault: 50,
			}),
		}),
		async (connected, { target, limit }, index) => {
			const place = JSON.stringify([target.tenant, target.integration]);
			if (done.has(place)) return [];
			done.add(place);
			const run = await commandRunAt(this, session, connected, target, index, true);
			return (await retryCommands(run, limit)).map((outcome) => taken(index, outcome));
		},
	);
}

/** One that comes up again by itself is on its way; one that is given up, or waits for a person, is an error. */
function taken(index: number, outcome: CommandOutcome): ItemResult {
	const { error, ...item } = itemOf(index, outcome);
	return outcome.nextAttemptAt === null && error !== undefined ? { ...item, error } : item;
}
