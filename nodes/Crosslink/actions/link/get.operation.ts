import type { IExecuteFunctions, INodeProperties } from 'n8n-workflow';
import { CrosslinkError } from '../../../../lib/errors';
import type { Session } from '../../../../lib/host/session';
import { byTarget } from '../by-target';
import type { ItemResult } from '../operation';
import { shownFor } from '../shown-for';
import { idAt } from '../target';
import { linkTargetAt } from './target';
import { linkResult } from './view';

export const description: INodeProperties[] = shownFor({ link: ['get'] }, [
	{
		displayName: 'Local ID',
		name: 'localId',
		type: 'string',
		default: '={{ $json.localId }}',
		description: 'ID of the record in your own system. It wins when both IDs are given.',
	},
	{
		displayName: 'External ID',
		name: 'externalId',
		type: 'string',
		default: '={{ $json.externalId }}',
		description: 'ID of the record in the external system, if that is what you have',
	},
]);

interface Asked {
	localId?: string;
	externalId?: string;
}

/** Looks links up by either id, all of a group in two statements. Not linked is an answer, not an error. */
export async function execute(this: IExecuteFunctions, session: Session, indexes: number[]): Promise<ItemResult[]> {
	return await byTarget<Asked>(
		indexes,
		(index) => ({ target: linkTargetAt(this, index), value: askedAt(this, index) }),
		async ({ target, items }) => {
			const table = session.links(target);
			const localIds = items.flatMap(({ value }) => value.localId ?? []);
			const externalIds = items.flatMap(({ value }) => (value.localId === undefined ? (value.externalId ?? []) : []));
			const byLocal = localIds.length === 0 ? [] : await table.findByLocalIds(target.tenant, localIds);
			const links = new Map(byLocal.map((link) => [link.localId, link]));
			const byExternal =
				externalIds.length === 0 ? new Map() : await table.findByExternalIds(target.tenant, externalIds);
			return items.map(({ index, value }) =>
				linkResult(
					index,
					target,
					value,
					value.localId === undefined ? byExternal.get(value.externalId) : links.get(value.localId),
				),
			);
		},
	);
}

function askedAt(context: IExecuteFunctions, index: number): Asked {
	const localId = idAt(context, 'localId', 'Local ID', index);
	const externalId = idAt(context, 'externalId', 'External ID', index);
	if (localId !== undefined || externalId !== undefined) return { localId, externalId };
	throw new CrosslinkError({
		class: 'rejected',
		code: 'record_not_named',
		message: `Item ${index} names no record: both "Local ID" and "External ID" are empty.`,
		remedy: 'Fill one of them; if it is an expression, check that it finds a value in this item.',
	});
}
