import type { IExecuteFunctions, INodeProperties } from 'n8n-workflow';
import type { Session } from '../../../../lib/host/session';
import { byTarget } from '../by-target';
import type { ItemResult } from '../operation';
import { paired } from '../record/outcomes';
import { shownFor } from '../shown-for';
import { requiredIdAt } from '../target';
import { localIdProperty } from './local-id';
import { linkTargetAt } from './target';

export const description: INodeProperties[] = shownFor({ link: ['unlink'] }, [localIdProperty]);

/** Ends links: both records stay as they are, and neither follows the other any more. */
export async function execute(this: IExecuteFunctions, session: Session, indexes: number[]): Promise<ItemResult[]> {
	const { unlink } = await import('../../../../lib/sync/unlink');
	return await byTarget(
		indexes,
		(index) => ({ target: linkTargetAt(this, index), value: requiredIdAt(this, 'localId', 'Local ID', index) }),
		async (group) => {
			const { target, items } = group;
			const replication = await session.storeReplication(target, target.entity, items[0]?.index ?? 0);
			const localIds = items.map(({ value }) => value);
			return paired(group, await unlink(replication, localIds));
		},
	);
}
