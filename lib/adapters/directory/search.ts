import { CrosslinkError } from '../../errors';
import type { Reach } from './directory';
import type { Entry } from './entry';
import { MAX_EMPTY_PAGES, SEARCH_PAGE } from './limits';
import { CODES, ResultError } from './result';
import type { Search } from './session';

/**
 * All entries, page by page, as they come. A page without an entry is not the last one while it has a cookie: Active
 * Directory gives such pages when it has looked long and found nothing.
 */
export async function* searchAll({ session, profile }: Reach, search: Search): AsyncGenerator<Entry[]> {
	if (!profile.pages) {
		yield (await session.search(search)).entries;
		return;
	}
	let cookie: Buffer | undefined;
	for (let empty = 0; empty < MAX_EMPTY_PAGES;) {
		const page = await session.search({ ...search, page: { size: SEARCH_PAGE, ...(cookie && { cookie }) } });
		if (page.entries.length > 0) yield page.entries;
		empty = page.entries.length > 0 ? 0 : empty + 1;
		cookie = page.cookie;
		if (cookie === undefined) return;
	}
	throw new CrosslinkError({
		class: 'transient',
		code: 'timed_out',
		message: `The directory gave ${MAX_EMPTY_PAGES} empty pages in a row.`,
		remedy: 'Index the attributes that are searched by, or take a smaller Base DN.',
	});
}

/**
 * All entries in one list.
 * @throws CrosslinkError of `tooMany` when there are more than `most`
 */
export async function collect(
	reach: Reach,
	search: Search,
	most: number,
	tooMany: () => CrosslinkError,
): Promise<Entry[]> {
	const found: Entry[] = [];
	for await (const entries of searchAll(reach, search)) {
		found.push(...entries);
		if (found.length > most) throw tooMany();
	}
	return found;
}

/** The entry with this DN; undefined = there is none, or the bind user may not see it. */
export async function readEntry(
	{ session }: Pick<Reach, 'session'>,
	base: string,
	attributes: string[],
	more: Partial<Search> = {},
): Promise<Entry | undefined> {
	try {
		const { entries } = await session.search({
			base,
			scope: 'base',
			filter: { has: 'objectClass' },
			attributes,
			...more,
		});
		return entries[0];
	} catch (thrown) {
		if (thrown instanceof ResultError && thrown.code === CODES.noSuchObject) return undefined;
		throw thrown;
	}
}
