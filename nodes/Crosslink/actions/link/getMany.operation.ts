import type { IExecuteFunctions, INodeProperties } from 'n8n-workflow';
import type { Session } from '../../../../lib/host/session';
import type { LinkRow, SyncStatus } from '../../../../lib/store/store';
import { eachItem, type EntityTarget } from '../by-target';
import type { ItemResult } from '../operation';
import { limitAt, limitProperties, upTo } from '../paging';
import { choiceFrom } from '../parameter-values';
import { shownFor } from '../shown-for';
import { linkTargetAt } from './target';
import { linkResult } from './view';

/** Links read in one statement. */
const PAGE_SIZE = 1_000;
const STATUSES = ['any', 'conflict', 'deleted', 'failed', 'pending', 'synced'] as const;

export const description: INodeProperties[] = shownFor({ link: ['getMany'] }, [
	...limitProperties,
	{
		displayName: 'Status',
		name: 'status',
		type: 'options',
		options: [
			{ name: 'Any', value: 'any' },
			{ name: 'Conflict', value: 'conflict', description: 'A person has to decide; Get Conflicts shows what' },
			{ name: 'Deleted', value: 'deleted', description: 'Gone on the other side' },
			{ name: 'Failed', value: 'failed', description: 'Given up; the reason is in the link' },
			{ name: 'Pending', value: 'pending', description: 'Under way, or waiting for the next try' },
			{ name: 'Synced', value: 'synced', description: 'Both sides agreed when last looked at' },
		],
		default: 'any',
		description: 'Which links to return',
	},
]);

interface Wanted {
	target: EntityTarget;
	status?: SyncStatus;
	limit: number;
}

/** Lists links in the order of their local ids, read page by page. */
export async function execute(this: IExecuteFunctions, session: Session, indexes: number[]): Promise<ItemResult[]> {
	return await eachItem<Wanted>(
		indexes,
		(index) => {
			const status = choiceFrom(this.getNodeParameter('status', index, 'any'), STATUSES, 'Status', index);
			return {
				target: linkTargetAt(this, index),
				status: status === 'any' ? undefined : status,
				limit: limitAt(this, index),
			};
		},
		async ({ target, status, limit }, index) => {
			const table = session.links(target);
			const links = await upTo<LinkRow>(
				limit,
				PAGE_SIZE,
				async (size, last) => await table.page(target.tenant, { afterLocalId: last?.localId, status, limit: size }),
			);
			return links.map((link) => linkResult(index, target, {}, link));
		},
	);
}
