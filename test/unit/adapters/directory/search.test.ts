import { collect, searchAll } from '../../../../lib/adapters/directory/search';
import type { Reach } from '../../../../lib/adapters/directory/directory';
import type { Entry } from '../../../../lib/adapters/directory/entry';
import type { Search, SearchResult } from '../../../../lib/adapters/directory/session';
import { MAX_EMPTY_PAGES } from '../../../../lib/adapters/directory/limits';
import { CrosslinkError } from '../../../../lib/errors';
import { csnFeed } from '../../../../lib/adapters/directory/csn-feed';
import { valuesInRanges } from '../../../../lib/adapters/directory/queries/ranges';

const entry = (dn: string, attributes: Record<string, string[]> = {}): Entry => ({
	dn,
	attributes: new Map(
		Object.entries(attributes).map(([name, values]) => [
			name.toLowerCase(),
			{ name, values: values.map((value) => Buffer.from(value)) },
		]),
	),
});

/** A session that answers in a way that neither OpenLDAP nor Samba can be made to. */
function scripted(answer: (search: Search, call: number) => Partial<SearchResult>, profile: object = {}): Reach {
	let calls = 0;
	const session = {
		search: (search: Search) => Promise.resolve({ entries: [], complete: true, ...answer(search, ++calls) }),
	};
	return { session, profile: { pages: true, kind: 'openldap', ...profile } } as unknown as Reach;
}
const search: Search = { base: '', scope: 'sub', filter: { has: 'cn' }, attributes: [] };
const tooMany = () => new CrosslinkError({ class: 'rejected', code: 'many', message: '', remedy: '' });

describe('pages as Active Directory on Windows gives them', () => {
	it('do not end with an empty one that has a cookie', async () => {
		const pages: Array<Partial<SearchResult>> = [
			{ entries: [entry('a')], cookie: Buffer.from('1') },
			{ cookie: Buffer.from('2') },
			{ cookie: Buffer.from('3') },
			{ entries: [entry('b')] },
		];
		const cookies: Array<string | undefined> = [];
		const reach = scripted(({ page }, call) => {
			cookies.push(page?.cookie?.toString());
			return pages[call - 1] ?? {};
		});
		const found = await collect(reach, search, 10, tooMany);
		expect(found.map(({ dn }) => dn)).toEqual(['a', 'b']);
		expect(cookies).toEqual([undefined, '1', '2', '3']);
	});

	it('end in an error where they are empty for ever', async () => {
		const reach = scripted(() => ({ cookie: Buffer.from('on and on') }));
		await expect(collect(reach, search, 10, tooMany)).rejects.toMatchObject({ code: 'timed_out' });
		expect(MAX_EMPTY_PAGES).toBeLessThan(10_000);
	});

	it('are held up to the limit only', async () => {
		const reach = scripted(() => ({ entries: [entry('a'), entry('b')], cookie: Buffer.from('x') }));
		await expect(collect(reach, search, 5, tooMany)).rejects.toMatchObject({ code: 'many' });
	});

	it('are not asked for where the server has none', async () => {
		const reach = scripted(({ page }) => ({ entries: [entry(page === undefined ? 'whole' : 'paged')] }), {
			pages: false,
		});
		for await (const entries of searchAll(reach, search)) expect(entries.map(({ dn }) => dn)).toEqual(['whole']);
	});
});

describe('values in blocks, as Windows gives them', () => {
	const members = Array.from({ length: 3_700 }, (_, n) => `m${n}`);

	it('are read up to the block that says it is the last, and not past it', async () => {
		const asked: string[] = [];
		const reach = scripted(({ attributes: [name = ''] }) => {
			asked.push(name);
			const from = Number(/=(\d+)-/.exec(name)?.[1]);
			if (from >= members.length) throw new Error('Windows answers with an error here');
			const block = members.slice(from, from + 1_500);
			const end = from + block.length >= members.length ? '*' : String(from + block.length - 1);
			return { entries: [entry('g', { [`member;range=${from}-${end}`]: block })] };
		});
		expect(await valuesInRanges(reach, 'g', 'member', 10_000, tooMany)).toEqual(members);
		expect(asked).toEqual(['member;range=0-1499', 'member;range=1500-2999', 'member;range=3000-4499']);
		await expect(valuesInRanges(reach, 'g', 'member', 3_000, tooMany)).rejects.toMatchObject({ code: 'many' });
	});

	it('are all there where they come without a block, and none where there is none', async () => {
		const all = scripted(() => ({ entries: [entry('g', { Member: ['a', 'b'] })] }));
		expect(await valuesInRanges(all, 'g', 'member', 10, tooMany)).toEqual(['a', 'b']);
		expect(
			await valuesInRanges(
				scripted(() => ({ entries: [entry('g')] })),
				'g',
				'member',
				10,
				tooMany,
			),
		).toEqual([]);
	});
});

describe('the stamps of several OpenLDAP servers that write', () => {
	const csn = (time: string, sid: string) => `${time}.000000Z#000000#${sid}#000000`;
	const [t1, t2, t3, t4] = ['20260101000000', '20260201000000', '20260301000000', '20260401000000'] as const;
	const root = entry('', { namingContexts: ['dc=x'] });
	const profile = { root, baseDn: 'dc=x', versionAttribute: 'entryCSN', idAttribute: 'entryUUID' };

	it('are followed one by one: what came late from one is not lost, what another has told is not told again', async () => {
		const entries = [
			['late', csn(t1, '002')],
			['old', csn(t2, '001')],
			['new', csn(t3, '001')],
			['beyond', csn(t4, '001')],
		].map(([id = '', stamp = '']) => entry(id, { entryUUID: [id], entryCSN: [stamp] }));
		const reach = scripted(
			({ attributes }) =>
				attributes.includes('contextCSN')
					? { entries: [entry('dc=x', { contextCSN: [csn(t3, '001'), csn(t1, '002'), csn(t2, '003')] })] }
					: { entries },
			profile,
		);
		const feed = csnFeed(reach, 'user', 60);
		const { points: to } = await feed.mark();
		// Of server 3 nothing is new, and of server 2 nothing has been seen for long: it sets the edge.
		const since = { '001': csn(t2, '001'), '002': csn('20250101000000', '002'), '003': csn(t2, '003') };
		expect(feed.lowest(since, to)).toEqual({ low: csn('20250101000000', '002') });
		const found: string[] = [];
		for await (const keys of feed.keys({ since, to, low: '', high: '', deletions: 'none' })) {
			found.push(...keys.map(({ id }) => id));
		}
		// What is beyond is told now, and again when it is sure that nothing before it is missing.
		expect(found).toEqual(['late', 'new', 'beyond']);
		expect(feed.highest(to)).toBeUndefined();
		expect(feed.lowest(to, to)).toBeUndefined();
		expect(feed.lowest({ ...to, '001': csn(t2, '001') }, to)).toEqual({ low: csn(t2, '001') });
		expect(feed.lowest({}, to)).toEqual({ low: undefined });
	});
});
