import type { ChangePage, Cursor, EntityBinding } from '../adapter';
import { CrosslinkError } from '../../errors';
import type { ODataClient } from '../../odata/client';
import type { Literals } from '../../odata/literals';
import { INDEXING_DELAY_MS, PAGE_ROWS, POLL_OVERLAP_MS, WALL_CLOCK_OVERLAP_MS } from './limits';
import { objectOf, type SapObject } from './objects';
import { selectOf, toRecord } from './record';
import type { SapServices } from './services';
import { wallTime } from './wall-clock';

/**
 * Where polling is, in milliseconds of SAP's clock. Between windows only `since` is set; inside one, `to` is its frozen
 * end and `after` the last number seen. `since` moves only when a window is read to its end.
 */
interface SapCursor {
	since: number;
	to?: number;
	after?: string;
}

/**
 * One page of changed records: everything stamped since an overlap before the last window's end, sorted by number and
 * paged by "number greater than the last". So neither equal stamps nor digits that JSON drops (the stamp has 100 ns, its
 * JSON 1 ms) can hide a record, and no page drifts. A record may come again; the caller drops what it knows by version.
 * All times are SAP's own, taken from its answers: its clock and ours need not agree. Deletions are not reported by OData.
 */
export async function changesSince(
	sap: SapServices,
	binding: EntityBinding,
	cursor: Cursor | 'now' | 'beginning',
	fields: string[],
): Promise<ChangePage> {
	const object = objectOf(binding.object);
	const client = sap.service(object.service);
	const timeZone = binding.source?.timeZone ?? sap.connection.timeZone;
	if (cursor === 'now') {
		return { records: [], cursor: { since: await serverTime(client, object) }, more: false };
	}
	const at: SapCursor = cursor === 'beginning' ? { since: 0 } : readCursor(cursor);
	const to = at.to ?? (await serverTime(client, object)) - INDEXING_DELAY_MS;

	const overlap =
		POLL_OVERLAP_MS + (object.changed.kind === 'wallClock' && timeZone !== 'UTC' ? WALL_CLOCK_OVERLAP_MS : 0);
	const { literals } = client.protocol;
	const conditions = [
		at.since === 0 ? '' : changedSince(object, new Date(Math.max(0, at.since - overlap)), timeZone, literals),
		at.after === undefined ? '' : `${object.key} gt ${literals.text(at.after)}`,
	].filter((condition) => condition !== '');
	const filter = conditions.map((condition) => `(${condition})`).join(' and ');
	const { entities, next } = await client.page(
		object.object,
		[
			filter && `$filter=${encodeURIComponent(filter)}`,
			`$orderby=${object.key}`,
			`$top=${PAGE_ROWS}`,
			selectOf(object, fields),
		],
		`find changed records of ${object.object}`,
	);
	const records = entities.map((entity) => toRecord(object, entity, fields, timeZone));
	const last = records.at(-1)?.externalId;
	// A server that cuts pages shorter than asked says so by a link to the next; the number of the last row does as well.
	const more = next !== undefined || entities.length >= PAGE_ROWS;
	if (!more || last === undefined) return { records, cursor: { since: Math.max(at.since, to) }, more: false };
	return { records, cursor: { since: at.since, to, after: last }, more: true };
}

function changedSince({ changed }: SapObject, from: Date, timeZone: string, literals: Literals): string {
	if (changed.kind === 'instant') return `${changed.property} ge ${literals.instant(from)}`;
	const { date, time } = wallTime(from, timeZone);
	const since = (day: string, clock: string) =>
		`${day} gt ${literals.date(date)} or (${day} eq ${literals.date(date)} and ${clock} ge ${literals.timeOfDay(time)})`;
	// A record that was never changed has no time of change.
	return `${since(changed.date, changed.time)} or ${since(changed.createdDate, changed.createdTime)}`;
}

/** SAP's clock: known from any answer of this session, otherwise asked for. */
async function serverTime(client: ODataClient, object: SapObject): Promise<number> {
	if (!client.serverNow)
		await client.page(object.object, ['$top=1', `$select=${object.key}`], 'read the time of the system');
	return (client.serverNow ?? new Date()).getTime();
}

function readCursor(cursor: Cursor): SapCursor {
	const { since, to, after } = cursor;
	const valid = isTime(since) && (to === undefined || isTime(to)) && (after === undefined || isKey(after));
	if (!valid) {
		throw new CrosslinkError({
			class: 'rejected',
			code: 'cursor_unreadable',
			message: `The polling position is none of SAP's: ${JSON.stringify(cursor).slice(0, 200)}.`,
			remedy: 'Clear the stored position of this poll, then run a reconcile for what changed meanwhile.',
		});
	}
	return { since, to, after } as SapCursor;
}

const isTime = (value: unknown) => typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;

const isKey = (value: unknown) => typeof value === 'string' && value !== '' && value.length <= 40;
