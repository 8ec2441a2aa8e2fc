import type { IExecuteFunctions, INodeProperties } from 'n8n-workflow';
import type { Session } from '../../../../lib/host/session';
import { byTarget, type Group } from '../by-target';
import type { ItemResult } from '../operation';
import { shownFor } from '../shown-for';
import { entityTargetAt, textAt } from '../target';
import { paired, skipped, skippedWhenDisabled } from './outcomes';

export const description: INodeProperties[] = shownFor({ record: ['confirm'] }, [
	{
		displayName: 'Receipt',
		name: 'receipt',
		type: 'string',
		default: '={{ $json.receipt }}',
		hint: 'After a node that replaced the item, reach back: {{ $("Pull").item.json.receipt }}',
		description: 'The receipt that Record: Pull Fields gave for this record. Empty means there was nothing to confirm.',
	},
]);

interface Confirmation {
	receipt: string;
}

/** Takes note that your system has written what a pull handed out. */
export async function execute(this: IExecuteFunctions, session: Session, indexes: number[]): Promise<ItemResult[]> {
	return await byTarget<Confirmation>(
		indexes,
		(index) => ({
			target: entityTargetAt(this, index),
			value: { receipt: textAt(this, 'receipt', index) },
		}),
		async (group) => {
			const empty = only(group, ({ receipt }) => receipt === '');
			const full = only(group, ({ receipt }) => receipt !== '');
			return [
				...skipped(empty, 'There is no receipt: the pull found nothing to write.'),
				...(full.items.length === 0 ? [] : await confirmAll(this, session, full)),
			];
		},
	);
}

async function confirmAll(
	context: IExecuteFunctions,
	session: Session,
	group: Group<Confirmation>,
): Promise<ItemResult[]> {
	const { confirm } = await import('../../../../lib/sync/confirm');
	return await skippedWhenDisabled(context, session, group, async (replication) => {
		const receipts = group.items.map(({ value }) => value.receipt);
		return paired(group, await confirm(replication, receipts));
	});
}

function only<T>(group: Group<T>, wanted: (value: T) => boolean): Group<T> {
	return { ...group, items: group.items.filter(({ value }) => wanted(value)) };
}
