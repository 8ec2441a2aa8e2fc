import type { ChangePage, Cursor, EntityBinding, ExternalRecord } from '../adapter';
import { CrosslinkError } from '../../errors';
import type { HubSpotClient } from './client';
import { INDEXING_DELAY_MS, POLL_OVERLAP_MS, SEARCH_BODY_CHARACTERS, SEARCH_PAGE } from './limits';
import { modifiedProperty } from './objects';
import { read } from './read';
import { isRecordId, propertiesToRead, toRecord } from './record';

/**
 * Where polling is. Between windows only `since` is set; inside one, `to` is its frozen end and `after` the last
 * record id seen. `since` moves only when a window is read to its end, so a crash inside one loses nothing.
 */
export interface HubSpotCursor {
	/** Epoch milliseconds up to which everything has been seen. */
	since: number;
	to?: number;
	after?: string;
}

/** Before every record. */
const BEGINNING: HubSpotCursor = { since: 0 };

/**
 * One page of changed records. HubSpot's search is sorted by record id inside a time window and paged by "id greater
 * than the last": so neither equal timestamps nor the 10,000-row wall of its own paging can hide a record. The window
 * ends a lag before now, for what the index does not show yet, and starts an overlap before the last one's end, for
 * what came late; so a record may come again, and the caller drops what it knows by version. A first load from the
 * beginning is one long window. Records that were deleted or merged away are not in the index: only webhooks tell of them.
 */
export async function changesSince(
	client: HubSpotClient,
	binding: EntityBinding,
	cursor: Cursor | 'now' | 'beginning',
	fields: string[],
	now: Date,
): Promise<ChangePage> {
	if (cursor === 'now') return { records: [], cursor: { since: now.getTime() }, more: false };
	const at = cursor === 'beginning' ? BEGINNING : readCursor(cursor);
	const window = { since: at.since, to: at.to ?? now.getTime() - INDEXING_DELAY_MS };
	if (window.to <= window.since - POLL_OVERLAP_MS) return { records: [], cursor: { since: at.since }, more: false };

	const { records, last } = await searchPage(client, binding, window, at.after, fields);
	if (last === undefined) return { records, cursor: { since: Math.max(at.since, window.to) }, more: false };
	return { records, cursor: { ...window, after: last }, more: true };
}

async function searchPage(
	client: HubSpotClient,
	binding: EntityBinding,
	window: { since: number; to: number },
	after: string | undefined,
	fields: string[],
): Promise<{ records: ExternalRecord[]; last: string | undefined }> {
	const object = binding.object;
	const request = {
		filterGroups: [
			{
				filters: [
					{
						propertyName: modifiedProperty(object),
						operator: 'BETWEEN' as const,
						value: String(Math.max(0, window.since - POLL_OVERLAP_MS)),
						highValue: String(window.to),
					},
					{ propertyName: 'hs_object_id', operator: 'GT' as const, value: after ?? '0' },
				],
			},
		],
		sorts: ['hs_object_id'],
		limit: SEARCH_PAGE,
		properties: propertiesToRead(object, fields),
	};
	// Many mapped fields make the body too long for search: then it only finds, and a batch read fetches.
	const tooLong = JSON.stringify(request).length > SEARCH_BODY_CHARACTERS;
	if (tooLong) request.properties = propertiesToRead(object, []);

	const { search } = await client.objects({
		purpose: `find changed records of ${object}`,
		budget: 'search',
		readsOnce: true,
	});
	const answer = await search.doSearch(object, request as unknown as Parameters<typeof search.doSearch>[1]);
	const rows = answer.results ?? [];
	const ids = rows.map((row) => row.id);
	return {
		records: tooLong ? await read(client, binding, ids, fields) : rows.map((row) => toRecord(object, row, fields)),
		last: rows.length < SEARCH_PAGE ? undefined : ids.at(-1),
	};
}

function readCursor(cursor: Cursor): HubSpotCursor {
	const { since, to, after } = cursor;
	const valid =
		isTime(since) &&
		(to === undefined || isTime(to)) &&
		(after === undefined || (typeof after === 'string' && isRecordId(after)));
	if (!valid) {
		throw new CrosslinkError({
			class: 'rejected',
			code: 'cursor_unreadable',
			message: `The polling position is none of HubSpot's: ${JSON.stringify(cursor).slice(0, 200)}.`,
			remedy: 'Clear the stored position of this poll, then run a reconcile for what changed meanwhile.',
		});
	}
	return { since, to, after } as HubSpotCursor;
}

function isTime(value: unknown): value is number {
	return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}
