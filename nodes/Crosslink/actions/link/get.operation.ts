import type { IExecuteFunctions, INodeProperties } from 'n8n-workflow';
import { CrosslinkError } from '../../../../lib/errors';
import type { Session } from '../../../../lib/host/session';
import type { LinkRow } from '../../../../lib/store/store';
import { byTarget, type EntityTarget } from '../by-target';
import { asJson, type ItemResult } from '../operation';
import { flagFrom, wholeNumberFrom } from '../parameter-values';
import { shownFor } from '../shown-for';
import { idAt, textAt } from '../target';
import { linkTargetAt } from './target';
import { linkResult } from './view';

/** Entries of one record's history in one item. */
const MAX_HISTORY = 1_000;

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
	{
		displayName: 'Include History',
		name: 'includeHistory',
		type: 'boolean',
		default: false,
		description:
			'Whether to add what was changed when, in which direction, by which rule and run: why a value is what it is. How much is kept is a setting (Sync Log).',
	},
	{
		displayName: 'History of Field',
		name: 'historyField',
		type: 'string',
		default: '',
		displayOptions: { show: { includeHistory: [true] } },
		description: 'Field of your system to see the history of; empty for all fields',
	},
	{
		displayName: 'Limit',
		name: 'limit',
		type: 'number',
		typeOptions: { minValue: 1, maxValue: MAX_HISTORY },
		default: 50,
		displayOptions: { show: { includeHistory: [true] } },
		description: 'Max number of results to return',
	},
]);

interface Asked {
	localId?: string;
	externalId?: string;
	/** Left out = no history is asked for. */
	history?: { field?: string; limit: number };
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
				externalIds.length === 0
					? new Map<string, LinkRow>()
					: await table.findByExternalIds(target.tenant, externalIds);
			const results: ItemResult[] = [];
			for (const { index, value } of items) {
				const link = value.localId === undefined ? byExternal.get(value.externalId ?? '') : links.get(value.localId);
				const result = linkResult(index, target, value, link);
				results.push(value.history ? await withHistory(session, target, result, value.history) : result);
			}
			return results;
		},
	);
}

/** Also of a record that is not linked any more: the log outlives the link. */
async function withHistory(
	session: Session,
	{ tenant, integration, entity }: EntityTarget,
	result: ItemResult,
	query: NonNullable<Asked['history']>,
): Promise<ItemResult> {
	const { localId } = result.json;
	const history =
		typeof localId === 'string' ? await session.store.log.history(tenant, integration, entity, localId, query) : [];
	return { ...result, json: { ...result.json, ...asJson({ history }) } };
}

function askedAt(context: IExecuteFunctions, index: number): Asked {
	const localId = idAt(context, 'localId', 'Local ID', index);
	const externalId = idAt(context, 'externalId', 'External ID', index);
	if (localId !== undefined || externalId !== undefined)
		return { localId, externalId, history: historyAt(context, index) };
	throw new CrosslinkError({
		class: 'rejected',
		code: 'record_not_named',
		message: `Item ${index} names no record: both "Local ID" and "External ID" are empty.`,
		remedy: 'Fill one of them; if it is an expression, check that it finds a value in this item.',
	});
}

function historyAt(context: IExecuteFunctions, index: number): Asked['history'] {
	if (!flagFrom(context.getNodeParameter('includeHistory', index, false), 'Include History', index)) return undefined;
	const field = textAt(context, 'historyField', index);
	const bounds = { min: 1, max: MAX_HISTORY, byDefault: 50 };
	const limit = wholeNumberFrom(context.getNodeParameter('limit', index, 50), 'Limit', index, bounds);
	return { ...(field === '' ? {} : { field }), limit };
}
