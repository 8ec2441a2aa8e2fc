import type { IExecuteFunctions, INodeProperties } from 'n8n-workflow';
import type { Session } from '../../../../lib/host/session';
import type { Conflict } from '../../../../lib/store/store';
import { eachItem, type EntityTarget } from '../by-target';
import type { ItemResult } from '../operation';
import { choiceFrom } from '../parameter-values';
import { limitAt, limitProperties, upTo } from '../paging';
import { shownFor } from '../shown-for';
import { idAt } from '../target';
import { conflictResult } from './conflict-view';
import { linkTargetAt } from './target';

/** Conflicts read in one statement. */
const PAGE_SIZE = 500;
const STATUSES = ['open', 'resolved', 'done', 'any'] as const;

export const description: INodeProperties[] = shownFor({ link: ['getConflicts'] }, [
	...limitProperties,
	{
		displayName: 'Local ID',
		name: 'localId',
		type: 'string',
		default: '',
		description: 'ID of a record in your own system, to see its conflicts only',
	},
	{
		displayName: 'Status',
		name: 'status',
		type: 'options',
		options: [
			{ name: 'Any', value: 'any' },
			{ name: 'Done', value: 'done', description: 'Carried out, or vanished by itself' },
			{ name: 'Open', value: 'open', description: 'A person has to decide' },
			{ name: 'Resolved', value: 'resolved', description: 'Decided; the next push or sync carries it out' },
		],
		default: 'open',
		description: 'Which conflicts to return',
	},
]);

interface Wanted {
	target: EntityTarget;
	localId?: string;
	status?: Conflict['status'];
	limit: number;
}

/** Lists disagreements, newest first, with what each side has and what they last agreed on. */
export async function execute(this: IExecuteFunctions, session: Session, indexes: number[]): Promise<ItemResult[]> {
	return await eachItem<Wanted>(
		indexes,
		(index) => {
			const status = choiceFrom(this.getNodeParameter('status', index, 'open'), STATUSES, 'Status', index);
			return {
				target: linkTargetAt(this, index),
				localId: idAt(this, 'localId', 'Local ID', index),
				status: status === 'any' ? undefined : status,
				limit: limitAt(this, index),
			};
		},
		async (wanted, index) =>
			(await conflictsOf(session, wanted, index)).map((conflict) => conflictResult(index, conflict)),
	);
}

async function conflictsOf(session: Session, wanted: Wanted, index: number): Promise<Conflict[]> {
	const { target, localId, status, limit } = wanted;
	// Refuses an integration or entity there is none of; the store alone would answer with an empty list.
	const { tenant, integration, binding } = await session.storeReplication(target, target.entity, index);
	const filter = { integration, entity: binding.entity, localId, status };
	return await upTo<Conflict>(
		limit,
		PAGE_SIZE,
		async (size, last) => await session.store.conflicts.page(tenant, filter, { afterId: last?.id, limit: size }),
	);
}
