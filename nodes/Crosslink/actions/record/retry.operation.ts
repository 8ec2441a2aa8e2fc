import type { IExecuteFunctions, INodeProperties } from 'n8n-workflow';
import { CrosslinkError } from '../../../../lib/errors';
import type { Session } from '../../../../lib/host/session';
import type { SyncOutcome } from '../../../../lib/sync/replication';
import type { RetryOptions } from '../../../../lib/sync/retry';
import { despiteBrakesOption } from '../brakes';
import { byTarget } from '../by-target';
import { asJson, type ItemResult } from '../operation';
import { wholeNumberFrom } from '../parameter-values';
import { shownFor } from '../shown-for';
import { entityTargetAt } from '../target';
import { skippedWhenDisabled } from './outcomes';

/** Links taken up in one run. */
const MAX_LIMIT = 10_000;

export const description: INodeProperties[] = shownFor({ record: ['retry'] }, [
	{
		displayName: 'Limit',
		name: 'limit',
		type: 'number',
		typeOptions: { minValue: 1, maxValue: MAX_LIMIT },
		default: 50,
		description: 'Max number of results to return',
	},
	{
		displayName: 'Options',
		name: 'options',
		type: 'collection',
		placeholder: 'Add option',
		default: {},
		options: [
			despiteBrakesOption,
			{
				displayName: 'Include Those Given Up',
				name: 'givenUp',
				type: 'boolean',
				default: false,
				description:
					'Whether to take up failed records as well, which wait for a person: use it when what kept them from going through is mended',
			},
		],
	},
]);

/**
 * Takes up pushes that failed and whose time has come, longest waiting first: once per tenant, integration and entity,
 * however many items come in. What comes out belongs to the first of them.
 */
export async function execute(this: IExecuteFunctions, session: Session, indexes: number[]): Promise<ItemResult[]> {
	const { retry } = await import('../../../../lib/sync/retry');
	return await byTarget<RetryOptions>(
		indexes,
		(index) => ({
			target: entityTargetAt(this, index),
			value: {
				limit: wholeNumberFrom(this.getNodeParameter('limit', index, 50), 'Limit', index, {
					min: 1,
					max: MAX_LIMIT,
					byDefault: 50,
				}),
				givenUp: this.getNodeParameter('options.givenUp', index, false) === true,
			},
		}),
		async (group) =>
			await skippedWhenDisabled(this, session, group, async (replication) => {
				const index = group.items[0]?.index ?? 0;
				const options = group.items[0]?.value ?? { limit: 1 };
				return (await retry(replication, options)).map((outcome) => retried(index, outcome));
			}),
	);
}

/** A record that is tried again by itself is on its way; one that is given up on, or a connection refused, is an error. */
function retried(index: number, outcome: SyncOutcome): ItemResult {
	const underWay = outcome.error?.class !== 'auth' && typeof outcome.link?.nextAttemptAt === 'string';
	const reason = outcome.outcome === 'failed' && !underWay ? outcome.error : undefined;
	return { index, json: asJson(outcome), error: reason && new CrosslinkError(reason) };
}
