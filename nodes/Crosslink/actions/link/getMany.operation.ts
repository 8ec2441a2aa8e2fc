import type { IExecuteFunctions, INodeProperties } from 'n8n-workflow';
import type { Session } from '../../../../lib/host/session';
import type { SyncStatus } from '../../../../lib/store/store';
import { eachItem, type EntityTarget } from '../by-target';
import type { ItemResult } from '../operation';
import { shownFor } from '../shown-for';
import { linkTargetAt } from './target';
import { linkResult } from './view';

/** Links read in one statement. */
const PAGE_SIZE = 1_000;

export const description: INodeProperties[] = shownFor({ link: ['getMany'] }, [
	{
		displayName: 'Return All',
		name: 'returnAll',
		type: 'boolean',
		default: false,
		description: 'Whether to return all results or only up to a given limit',
	},
	{
		displayName: 'Limit',
		name: 'limit',
		type: 'number',
		typeOptions: { minValue: 1 },
		default: 50,
		displayOptions: { show: { returnAll: [false] } },
		description: 'Max number of results to return',
	},
	{
		displayName: 'Status',
		name: 'status',
		type: 'options',
		options: [
			{ name: 'Any', value: 'any' },
			{ name: 'Conflict', value: 'conflict', description: 'A person has to decide' },
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
			const status = this.getNodeParameter('status', index, 'any') as SyncStatus | 'any';
			const all = this.getNodeParameter('returnAll', index, false) as boolean;
			return {
				target: linkTargetAt(this, index),
				status: status === 'any' ? undefined : status,
				limit: all ? Number.POSITIVE_INFINITY : (this.getNodeParameter('limit', index, 50) as number),
			};
		},
		async (wanted, index) => await linksOf(session, wanted, index),
	);
}

async function linksOf(session: Session, { target, status, limit }: Wanted, index: number): Promise<ItemResult[]> {
	const table = session.links(target);
	const results: ItemResult[] = [];
	let afterLocalId: string | undefined;
	while (results.length < limit) {
		const size = Math.min(PAGE_SIZE, limit - results.length);
		const page = await table.page(target.tenant, { afterLocalId, status, limit: size });
		for (const link of page) results.push(linkResult(index, target, {}, link));
		afterLocalId = page.at(-1)?.localId;
		if (page.length < size) break;
	}
	return results;
}
