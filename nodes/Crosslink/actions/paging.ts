import type { IExecuteFunctions, INodeProperties } from 'n8n-workflow';
import { flagFrom, wholeNumberFrom } from './parameter-values';

const DEFAULT_LIMIT = 50;

export const limitProperties: INodeProperties[] = [
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
];

/** How many results one item asks for; infinite for all. */
export function limitAt(context: IExecuteFunctions, index: number): number {
	const all = flagFrom(context.getNodeParameter('returnAll', index, false), 'Return All', index);
	if (all) return Number.POSITIVE_INFINITY;
	const limit = context.getNodeParameter('limit', index, DEFAULT_LIMIT);
	const bounds = { min: 1, max: Number.MAX_SAFE_INTEGER, byDefault: DEFAULT_LIMIT };
	return wholeNumberFrom(limit, 'Limit', index, bounds);
}

/** Reads page after page until there are `limit` rows or no more; `read` gets the last row of the page before. */
export async function upTo<T>(
	limit: number,
	pageSize: number,
	read: (size: number, last: T | undefined) => Promise<T[]>,
): Promise<T[]> {
	const rows: T[] = [];
	while (rows.length < limit) {
		const size = Math.min(pageSize, limit - rows.length);
		const page = await read(size, rows.at(-1));
		rows.push(...page);
		if (page.length < size) break;
	}
	return rows;
}
