import type { IExecuteFunctions, INodeProperties } from 'n8n-workflow';
import { CrosslinkError } from '../../../../lib/errors';
import type { Session } from '../../../../lib/host/session';
import type { LinkUpsertOutcome } from '../../../../lib/store/store';
import { byTarget, type EntityTarget } from '../by-target';
import { asJson, type ItemResult } from '../operation';
import { shownFor } from '../shown-for';
import { requiredIdAt } from '../target';
import { linkTargetAt } from './target';

export const description: INodeProperties[] = shownFor({ link: ['upsert'] }, [
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
		description: 'What names the same record in the external system. It is not checked there.',
	},
]);

/** Makes links by hand, or points them elsewhere; all of a group in one statement. */
export async function execute(this: IExecuteFunctions, session: Session, indexes: number[]): Promise<ItemResult[]> {
	return await byTarget(
		indexes,
		(index) => ({
			target: linkTargetAt(this, index),
			value: {
				localId: requiredIdAt(this, 'localId', 'Local ID', index),
				externalId: requiredIdAt(this, 'externalId', 'External ID', index),
			},
		}),
		async ({ target, items }) => {
			const table = session.links(target);
			const outcomes = await table.upsert(
				target.tenant,
				items.map(({ value }) => value),
			);
			const byLocalId = new Map(outcomes.map((outcome) => [outcome.localId, outcome]));
			return items.map(({ index, value }) => upserted(index, target, value, byLocalId.get(value.localId)));
		},
	);
}

function upserted(
	index: number,
	{ tenant, integration, entity }: EntityTarget,
	asked: { localId: string; externalId: string },
	outcome: LinkUpsertOutcome | undefined,
): ItemResult {
	const json = { tenant, integration, entity, ...asked };
	if (outcome?.outcome !== 'conflict') {
		// Of two items about one record the last one counts; the earlier one reports the link as it now is.
		return { index, json: asJson({ ...json, ...outcome }) };
	}
	const error = new CrosslinkError({
		class: 'conflict',
		code: 'external_id_taken',
		message: `${entity} "${asked.localId}" cannot be linked to "${asked.externalId}" in ${integration}: that record is linked to "${outcome.heldBy}".`,
		remedy: `Find out which of the two is right; then link "${outcome.heldBy}" to another record, or leave this one out.`,
	});
	return { index, json: asJson({ ...json, ...outcome, error: error.toPlain() }), error };
}
