import { createHash } from 'node:crypto';
import { CrosslinkError } from '../../errors';
import type { ChangePage, Cursor, EntityBinding, ExternalRecord } from '../adapter';
import { csnFeed } from './csn-feed';
import { comparePoints, readCursor, toCursor, type DirectoryCursor } from './cursor';
import { checkBound, type Directory, type Reach } from './directory';
import { textOf } from './entry';
import type { ChangeKey, Feed, Mark, Stretch } from './feed';
import { CHANGE_PAGE, DEFAULT_LOOKBACK_SECONDS, PAGES_PER_LISTING } from './limits';
import { readByIds, toRecords } from './read';
import { attributesFor } from './records';
import { generalizedToIso } from './times';
import { usnFeed } from './usn-feed';

/** Behind every id. */
const LAST_ID = '~';
type Window = DirectoryCursor & { to: NonNullable<DirectoryCursor['to']> };

/**
 * One page of changed entries, by (change, id), after the last one of the page before. The next window begins where
 * the server had got to when this one was opened. Nothing is ever taken for deleted because it is not seen: deletions are told by the server
 * or not at all, and a session that has become anonymous is an error.
 */
export async function changesSince(
	directory: Directory,
	binding: EntityBinding,
	cursor: Cursor | 'now' | 'beginning',
	fields: string[],
): Promise<ChangePage> {
	const given = typeof cursor === 'string' ? undefined : readCursor(cursor);
	return await directory.work(`find changed entries (${binding.object})`, async (reach) => {
		const who = await checkBound(reach);
		const feed = feedOf(reach, binding);
		const mark = named(await feed.mark(given?.since));
		if (cursor === 'now') return { records: [], cursor: toCursor(begin(mark, mark.points)), more: false };
		const window = windowOf(given, mark);
		const page = await readPage(reach, feed, window, binding.object, fields);
		if ((await checkBound(reach)) !== who) throw otherUser();
		return { ...page, cursor: toCursor(page.cursor) };
	});
}

function feedOf(reach: Reach, { object, source }: EntityBinding): Feed {
	if (reach.profile.kind === 'ad') return usnFeed(reach, object);
	return csnFeed(reach, object, source?.lookbackSeconds ?? DEFAULT_LOOKBACK_SECONDS);
}

/** A name may be long, and the cursor has to be small. */
function named(mark: Mark): Mark {
	return { ...mark, server: createHash('sha256').update(mark.server).digest('hex').slice(0, 16) };
}

const begin = ({ server, time }: Mark, since: DirectoryCursor['since']): DirectoryCursor => ({
	server,
	since,
	...(time !== undefined && { time }),
});

/** @param given where polling is; undefined = at the beginning */
function windowOf(given: DirectoryCursor | undefined, mark: Mark): Window {
	const fresh = { ...begin(mark, given?.since ?? {}), to: mark.points };
	if (given === undefined) return fresh;
	// Numbers of another server, or of this one before it was set back: all is read again.
	if (given.server !== mark.server || isBehind(mark.points, given.to ?? given.since)) {
		return { ...fresh, since: {}, ...(given.time !== undefined && { again: given.again ?? given.time }) };
	}
	return given.to === undefined ? fresh : { ...given, to: given.to };
}

function isBehind(points: DirectoryCursor['since'], known: DirectoryCursor['since']): boolean {
	return Object.entries(known).some(([sid, point]) => comparePoints(points[sid] ?? point, point) < 0);
}

async function readPage(
	reach: Reach,
	feed: Feed,
	window: Window,
	object: string,
	fields: string[],
): Promise<{ records: ExternalRecord[]; cursor: DirectoryCursor; more: boolean }> {
	const { server, to, time, cuts = [] } = window;
	const done: DirectoryCursor = { server, since: to, ...(time !== undefined && { time }) };
	const lowest = feed.lowest(window.since, to);
	if (lowest === undefined) return { records: [], cursor: done, more: false };

	const stretch: Stretch = {
		since: window.since,
		to,
		low: window.at ?? lowest.low,
		high: cuts[0] ?? feed.highest(to),
		deletions: deletionsOf(window),
	};
	const keys = await firstKeys(feed, stretch, window);
	const page = keys.slice(0, CHANGE_PAGE);
	const records = await readRecords(reach, page, object, fields);
	const last = page.at(-1);
	if (keys.length > CHANGE_PAGE && last !== undefined) {
		const next = cuts.length > 0 ? cuts : cutsOf(keys);
		return { records, cursor: { ...window, at: last.order, id: last.id, cuts: next }, more: true };
	}
	const [end, ...rest] = cuts;
	if (end === undefined) return { records, cursor: done, more: false };
	return { records, cursor: { ...window, at: end, id: LAST_ID, cuts: rest }, more: true };
}

function deletionsOf({ since, again }: Window): Stretch['deletions'] {
	if (again !== undefined) return { since: again };
	// Who begins knows of nobody who could be gone.
	return Object.keys(since).length === 0 ? 'none' : 'all';
}

/** Where the pages after this one will end: the stretches in between need no listing of all that follows. */
function cutsOf(keys: ChangeKey[]): string[] {
	const ends = Array.from({ length: PAGES_PER_LISTING - 1 }, (_, page) => keys[(page + 2) * CHANGE_PAGE - 1]?.order);
	return [...new Set(ends.filter((order) => order !== undefined))];
}

/** The first keys behind the position, in order; no more are held than some pages, however many there are. */
async function firstKeys(feed: Feed, stretch: Stretch, { at, id = '' }: Window): Promise<ChangeKey[]> {
	const most = CHANGE_PAGE * PAGES_PER_LISTING;
	let kept: ChangeKey[] = [];
	for await (const keys of feed.keys(stretch)) {
		kept.push(...keys.filter((key) => at === undefined || compareKeys(key, { order: at, id }) > 0));
		if (kept.length > 3 * most) kept = kept.sort(compareKeys).slice(0, most);
	}
	return kept.sort(compareKeys).slice(0, most);
}

function compareKeys(a: ChangeKey, b: ChangeKey): number {
	return comparePoints(a.order, b.order) || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
}

async function readRecords(
	reach: Reach,
	keys: ChangeKey[],
	object: string,
	fields: string[],
): Promise<ExternalRecord[]> {
	const ids = keys.flatMap(({ id, deletedBy }) => (deletedBy === undefined ? [id] : []));
	const entries = ids.length === 0 ? [] : await readByIds(reach, object, ids, attributesFor(reach.profile, fields));
	const found = new Map(toRecords(reach, entries, fields).map((record) => [record.externalId, record]));
	return keys.flatMap((key) => {
		if (key.deletedBy !== undefined) return [toDeletion(key, key.deletedBy)];
		// What has been deleted since the listing is told by the next window.
		const record = found.get(key.id);
		found.delete(key.id);
		return record === undefined ? [] : [record];
	});
}

function toDeletion({ id, order }: ChangeKey, by: ChangeKey['deletedBy'] & object): ExternalRecord {
	const at = generalizedToIso(textOf(by, 'whenChanged') ?? textOf(by, 'reqStart') ?? '');
	return {
		externalId: id,
		fields: {},
		version: order,
		modifiedAt: at === undefined ? null : new Date(at),
		aliases: [],
		deleted: true,
	};
}

function otherUser(): CrosslinkError {
	return new CrosslinkError({
		class: 'transient',
		code: 'bind_lost',
		message: 'The directory takes us for somebody else than before: what it has shown may be only a part.',
		remedy: 'It is tried again by itself.',
	});
}
