import { CrosslinkError } from '../../errors';
import type { ExternalRecord } from '../adapter';
import { PAGE_ROWS } from './limits';

/** Rows that one value of a key may have at most; a column with more of them is no key. */
export const HITS_PER_VALUE = 10;

/** Looks values up, each once, as many at a time as a page has rows. */
export async function findByPages(
	wanted: readonly string[],
	findSome: (some: string[]) => Promise<ExternalRecord[]>,
): Promise<ExternalRecord[]> {
	const records: ExternalRecord[] = [];
	const distinct = [...new Set(wanted)];
	for (let from = 0; from < distinct.length; from += PAGE_ROWS) {
		records.push(...(await findSome(distinct.slice(from, from + PAGE_ROWS))));
	}
	return records;
}

export function ambiguous(table: string, column: string): CrosslinkError {
	return new CrosslinkError({
		class: 'rejected',
		code: 'match_ambiguous',
		message: `The column "${column}" of ${table} holds the same value in more than ${HITS_PER_VALUE} rows.`,
		remedy: 'Match on a column with unique values.',
	});
}
