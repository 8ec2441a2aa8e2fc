import type { IExecuteFunctions, INodeProperties } from 'n8n-workflow';
import { CrosslinkError, type ErrorClass } from '../../../../lib/errors';
import type { Session } from '../../../../lib/host/session';
import type { ImportItem, SyncOutcome } from '../../../../lib/sync/replication';
import { byTarget, type Group } from '../by-target';
import { asJson, type ItemResult } from '../operation';
import { choiceFrom } from '../parameter-values';
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
	{
		displayName: 'Output',
		name: 'output',
		type: 'options',
		options: [
			{ name: 'Each Row', value: 'records', description: 'One item per row' },
			{
				name: 'Summary and Rows Not Adopted',
				value: 'summary',
				description: 'Rows that could not be adopted as errors, and one item with "summary": for long tables',
			},
		],
		default: 'records',
		description: 'What to give out',
	},
]);

const OUTPUTS = ['records', 'summary'] as const;

interface Row extends ImportItem {
	output: (typeof OUTPUTS)[number];
}

/** Adopts ids that exist on both sides already, a whole table in pages; safe to repeat and to go on with. */
export async function execute(this: IExecuteFunctions, session: Session, indexes: number[]): Promise<ItemResult[]> {
	const { importLinks } = await import('../../../../lib/sync/import-links');
	return await byTarget<Row>(
		indexes,
		(index) => ({
			target: entityTargetAt(this, index),
			value: {
				localId: requiredIdAt(this, 'localId', 'Local ID', index),
				externalId: requiredIdAt(this, 'externalId', 'External ID', index),
				output: choiceFrom(this.getNodeParameter('output', index, 'records'), OUTPUTS, 'Output', index),
			},
		}),
		async (group) =>
			await skippedWhenDisabled(this, session, group, async (replication) => {
				const items = group.items.map(({ value: { localId, externalId } }) => ({ localId, externalId }));
				const outcomes = await importLinks(replication, items);
				const results = group.items.map(({ index }, at) => imported(index, outcomes[at] as SyncOutcome));
				if (group.items[0]?.value.output !== 'summary') return results;
				return [...results.filter(({ error }) => error !== undefined), summaryOf(group, results)];
			}),
	);
}

const ADOPTED: ReadonlySet<unknown> = new Set(['created', 'updated', 'unchanged']);
/** The other side could not be asked: nothing is known of the row, and asking again will do. */
const INTERRUPTED: ReadonlySet<ErrorClass> = new Set(['auth', 'throttled', 'transient', 'unknown']);

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

/** Belongs to the group's last item; `lastLocalId` is where the next page begins. */
function summaryOf({ target, items }: Group<Row>, results: ItemResult[]): ItemResult {
	const { tenant, integration, entity } = target;
	const failed = results.filter(({ error }) => error !== undefined);
	const unchanged = results.filter(({ json }) => json['outcome'] === 'unchanged').length;
	const last = items.at(-1);
	const summary = {
		rows: results.length,
		adopted: results.length - failed.length - unchanged,
		unchanged,
		notAdopted: failed.length,
		interrupted: failed.filter(({ error }) => error !== undefined && INTERRUPTED.has(error.class)).length,
		lastLocalId: last?.value.localId ?? null,
	};
	return { index: last?.index ?? 0, json: asJson({ tenant, integration, entity, summary }) };
}
