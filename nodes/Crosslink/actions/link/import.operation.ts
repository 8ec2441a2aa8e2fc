import type { IExecuteFunctions, INodeProperties } from 'n8n-workflow';
import { CrosslinkError } from '../../../../lib/errors';
import type { Session } from '../../../../lib/host/session';
import type { ImportItem, SyncOutcome } from '../../../../lib/sync/replication';
import { byTarget } from '../by-target';
import { asJson, type ItemResult } from '../operation';
import { skippedWhenDisabled } from '../record/outcomes';
import { shownFor } from '../shown-for';
import { entityTargetAt, requiredIdAt } from '../target';

export const description: INodeProperties[] = shownFor({ link: ['import'] }, [
	{
		displayName: 'Local ID',
		name: 'localId',
		type: 'string',
		default: '={{ $json.id }}',
		required: true,
		description: 'What names this record in your own system',
	},
	{
		displayName: 'External ID',
		name: 'externalId',
		type: 'string',
		default: '={{ $json.externalId }}',
		required: true,
		placeholder: '={{ $json.hubspot_deal_id }}',
		description: 'The ID in the external system, as your system has kept it so far',
	},
]);

/** Adopts ids that exist on both sides already, a whole table in pages; safe to repeat and to go on with. */
export async function execute(this: IExecuteFunctions, session: Session, indexes: number[]): Promise<ItemResult[]> {
	const { importLinks } = await import('../../../../lib/sync/import-links');
	return await byTarget<ImportItem>(
		indexes,
		(index) => ({
			target: entityTargetAt(this, index),
			value: {
				localId: requiredIdAt(this, 'localId', 'Local ID', index),
				externalId: requiredIdAt(this, 'externalId', 'External ID', index),
			},
		}),
		async (group) =>
			await skippedWhenDisabled(this, session, group, async (replication) => {
				const items = group.items.map(({ value }) => value);
				const outcomes = await importLinks(replication, items);
				return group.items.map(({ index }, position) => imported(index, outcomes[position] as SyncOutcome));
			}),
	);
}

const ADOPTED: ReadonlySet<string> = new Set(['created', 'updated', 'unchanged']);

/** Whatever could not be adopted is an error of its item, so that the error output is the list of rows to look at. */
function imported(index: number, outcome: SyncOutcome): ItemResult {
	const json = asJson(outcome);
	if (ADOPTED.has(outcome.outcome)) return { index, json };
	const error = new CrosslinkError(
		outcome.error ?? {
			class: outcome.outcome === 'conflict' ? 'conflict' : 'rejected',
			code: 'not_adopted',
			message:
				outcome.reason ?? `${outcome.entity} "${outcome.localId}" could not be linked to "${outcome.externalId}".`,
			remedy: 'Correct the row, or leave it out and let a push create the record anew.',
		},
	);
	return { index, json, error };
}
