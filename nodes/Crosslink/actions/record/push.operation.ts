import type { IExecuteFunctions, INodeProperties } from 'n8n-workflow';
import type { Session } from '../../../../lib/host/session';
import { despiteBrakesOption } from '../brakes';
import { byTarget } from '../by-target';
import type { ItemResult } from '../operation';
import { shownFor } from '../shown-for';
import { entityTargetAt } from '../target';
import { paired, skippedWhenDisabled } from './outcomes';
import { ownRecordsFor, readsOwnDatabase } from './own-side';
import { deletedOption, lastChangedOption, pushedRecordProperties, pushItemAt } from './pushed-record';

export const description: INodeProperties[] = shownFor({ record: ['push'] }, [
	...pushedRecordProperties,
	{
		displayName: 'Options',
		name: 'options',
		type: 'collection',
		placeholder: 'Add option',
		default: {},
		options: [deletedOption, despiteBrakesOption, lastChangedOption],
	},
]);

/** Brings records of your system to the other side: created when new, changed where they differ. */
export async function execute(this: IExecuteFunctions, session: Session, indexes: number[]): Promise<ItemResult[]> {
	const { push } = await import('../../../../lib/sync/push');
	const inDatabase = readsOwnDatabase(this, indexes[0] ?? 0);
	return await byTarget(
		indexes,
		(index) => ({ target: entityTargetAt(this, index), value: pushItemAt(this, index, inDatabase) }),
		async (group) =>
			await skippedWhenDisabled(this, session, group, async (replication) => {
				const records = group.items.map(({ value }) => value);
				if (inDatabase) {
					const { pushOwn } = await import('../../../../lib/sync/own-run');
					return paired(group, await pushOwn(replication, await ownRecordsFor(this, session, group), records));
				}
				return paired(group, await push(replication, records));
			}),
	);
}
