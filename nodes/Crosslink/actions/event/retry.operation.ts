import type { IExecuteFunctions, INodeProperties } from 'n8n-workflow';
import type { Session } from '../../../../lib/host/session';
import type { Target } from '../../../../lib/host/target';
import { eachConnected } from '../each-connected';
import { asJson, type ItemResult } from '../operation';
import { wholeNumberFrom } from '../parameter-values';
import { shownFor } from '../shown-for';
import { targetAt } from '../target';
import { channelRun } from './channel';

/** Messages taken up in one run. */
const MAX_LIMIT = 1_000;
const DEFAULT_LIMIT = 50;

export const description: INodeProperties[] = shownFor({ event: ['retry'] }, [
	{
		displayName: 'Limit',
		name: 'limit',
		type: 'number',
		typeOptions: { minValue: 1, maxValue: MAX_LIMIT },
		default: 50,
		description: 'Max number of results to return',
	},
]);

/** Takes up messages that failed in passing and whose time has come. Outcomes are told, none of them stops the flow. */
export async function execute(this: IExecuteFunctions, session: Session, indexes: number[]): Promise<ItemResult[]> {
	const { retryNotifications } = await import('../../../../lib/notifications/retry');
	const run = { runId: this.getExecutionId(), signal: this.getExecutionCancelSignal?.() };
	return await eachConnected<{ target: Target; limit: number }>(
		session,
		indexes,
		(index) => ({
			target: targetAt(this, index),
			limit: wholeNumberFrom(this.getNodeParameter('limit', index, DEFAULT_LIMIT), 'Limit', index, {
				min: 1,
				max: MAX_LIMIT,
				byDefault: DEFAULT_LIMIT,
			}),
		}),
		async (connected, { target, limit }, index) => {
			const outcomes = await retryNotifications(await channelRun(session, connected, target, index, run), limit);
			return outcomes.map((outcome) => ({ index, json: asJson(outcome) }));
		},
	);
}
