import type { IExecuteFunctions, INodeProperties } from 'n8n-workflow';
import { CrosslinkError } from '../../../../lib/errors';
import type { Session } from '../../../../lib/host/session';
import type { PullItem } from '../../../../lib/sync/replication';
import { byTarget } from '../by-target';
import type { ItemResult } from '../operation';
import { shownFor } from '../shown-for';
import { entityTargetAt, idAt } from '../target';
import { NO_PATCH, paired, skippedWhenDisabled } from './outcomes';
import { ownRecordsFor, ownSideProperty, readsOwnDatabase } from './own-side';

export const description: INodeProperties[] = shownFor({ record: ['pull'] }, [
	ownSideProperty,
	{
		displayName: 'External ID',
		name: 'externalId',
		type: 'string',
		default: '={{ $json.externalId }}',
		description: 'ID of the record in the external system. It wins when both IDs are given.',
	},
	{
		displayName: 'Local ID',
		name: 'localId',
		type: 'string',
		default: '',
		description: 'ID of the record in your own system, if that is what you have',
	},
]);

/**
 * Reads records from the other side and says which local fields should change, or writes them into your own database. Writes
 * nothing there.
 */
export async function execute(this: IExecuteFunctions, session: Session, indexes: number[]): Promise<ItemResult[]> {
	const { pull } = await import('../../../../lib/sync/pull');
	const inDatabase = readsOwnDatabase(this, indexes[0] ?? 0);
	return await byTarget(
		indexes,
		(index) => ({
			target: entityTargetAt(this, index),
			value: recordAt(this, index),
		}),
		async (group) =>
			await skippedWhenDisabled(
				this,
				session,
				group,
				async (replication) => {
					const records = group.items.map(({ value }) => value);
					if (inDatabase) {
						const { pullOwn } = await import('../../../../lib/sync/own-run');
						return paired(group, await pullOwn(replication, await ownRecordsFor(this, session, group), records));
					}
					return paired(group, await pull(replication, records));
				},
				NO_PATCH,
			),
	);
}

function recordAt(context: IExecuteFunctions, index: number): PullItem {
	const externalId = idAt(context, 'externalId', 'External ID', index);
	const localId = idAt(context, 'localId', 'Local ID', index);
	if (externalId !== undefined || localId !== undefined) return { externalId, localId };
	throw new CrosslinkError({
		class: 'rejected',
		code: 'record_not_named',
		message: `Item ${index} names no record: both "External ID" and "Local ID" are empty.`,
		remedy: 'Fill one of them; if it is an expression, check that it finds a value in this item.',
	});
}
