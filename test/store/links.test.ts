import { Client } from 'pg';
import type { LinkChange, LinkRow, LinkTable } from '../../lib/store/store';
import { describeOnBothStores, failureOf, siteOf } from './both-stores';

const LEASE = { owner: 'run-1', seconds: 60 };

async function claimed(links: LinkTable, ...localIds: string[]): Promise<void> {
	await links.claim('t', localIds, LEASE);
}

async function settledOne(links: LinkTable, change: LinkChange): Promise<void> {
	await claimed(links, change.localId);
	expect((await links.settle('t', LEASE.owner, [change])).settled).toEqual([change.localId]);
}

describeOnBothStores('links', (site) => {
	describe('claim', () => {
		it('creates missing links pending and hands them out once', async () => {
			const links = await site.newLinks(['stage']);
			const first = await links.claim('t', ['b', 'a', 'b'], LEASE);
			expect(first.busy).toEqual([]);
			expect(first.claimed.map((link) => link.localId).sort()).toEqual(['a', 'b']);
			const [link] = first.claimed;
			expect(link).toMatchObject({
				tenant: 't',
				externalId: null,
				syncStatus: 'pending',
				attempts: 0,
				base: null,
				baseHash: null,
				leaseOwner: 'run-1',
				columns: { stage: null },
			});
			expect((link?.leaseUntil?.getTime() ?? 0) - Date.now()).toBeGreaterThan(50_000);
			const second = await links.claim('t', ['a', 'b', 'c'], { owner: 'run-2', seconds: 60 });
			expect(second.busy).toEqual(['a', 'b']);
			expect(second.claimed.map((one) => one.localId)).toEqual(['c']);
		});

		it('renews a lease of the same owner, and gives a released link to the next', async () => {
			const links = await site.newLinks();
			await claimed(links, 'a', 'b');
			expect((await links.claim('t', ['a'], { owner: 'run-1', seconds: 600 })).busy).toEqual([]);
			await links.release('t', 'somebody else', ['a']);
			expect((await links.claim('t', ['a'], { owner: 'run-2', seconds: 60 })).busy).toEqual(['a']);
			await links.release('t', 'run-1', ['a']);
			const next = await links.claim('t', ['a', 'b'], { owner: 'run-2', seconds: 60 });
			expect(next.claimed.map((link) => link.localId)).toEqual(['a']);
			expect(next.busy).toEqual(['b']);
		});

		it('takes a link over when its lease has run out; the late settle is lost', async () => {
			const links = await site.newLinks();
			await links.claim('t', ['a'], { owner: 'slow', seconds: 0 });
			const takenOver = await links.claim('t', ['a'], { owner: 'quick', seconds: 60 });
			expect(takenOver.claimed).toHaveLength(1);
			const late = await links.settle('t', 'slow', [{ localId: 'a', externalId: '1', syncStatus: 'synced' }]);
			expect(late).toEqual({ settled: [], lost: ['a'], taken: [] });
			expect((await links.findByLocalIds('t', ['a']))[0]).toMatchObject({ externalId: null, leaseOwner: 'quick' });
		});

		it('puts a link in doubt whose last run did not give its lease back, until a settle says otherwise', async () => {
			const links = await site.newLinks();
			const inDoubt = async () => (await links.findByLocalIds('t', ['a', 'b'])).map((link) => link.inDoubt);
			await links.claim('t', ['a', 'b'], { owner: 'dead', seconds: 0 });
			// The same run again has not died.
			const again = await links.claim('t', ['a', 'b'], { owner: 'dead', seconds: 0 });
			expect(again.claimed.map((link) => link.inDoubt)).toEqual([false, false]);
			const next = await links.claim('t', ['a', 'b'], LEASE);
			expect(next.claimed.map((link) => link.inDoubt)).toEqual([true, true]);
			await links.release('t', LEASE.owner, ['a', 'b']);
			expect(await inDoubt()).toEqual([true, true]);
			// What settles something else says nothing about it.
			await claimed(links, 'a', 'b');
			await links.settle('t', LEASE.owner, [{ localId: 'a', attempts: 1 }]);
			await links.settle('t', LEASE.owner, [{ localId: 'b', inDoubt: false }]);
			const [a, b] = await links
				.findByLocalIds('t', ['a', 'b'])
				.then((rows) => ['a', 'b'].map((id) => rows.find((row) => row.localId === id)));
			expect([a?.inDoubt, b?.inDoubt]).toEqual([true, false]);
			const clean = await links.claim('t', ['b'], { owner: 'run-3', seconds: 60 });
			expect(clean.claimed.map((link) => link.inDoubt)).toEqual([false]);
		});

		it('puts links in doubt whoever holds them, so that the holder settles nothing', async () => {
			const links = await site.newLinks();
			await claimed(links, 'a', 'b');
			await links.doubt('other tenant', ['a', 'b']);
			await links.doubt('t', ['a', 'no such link']);
			const late = await links.settle('t', LEASE.owner, [
				{ localId: 'a', externalId: '1' },
				{ localId: 'b', externalId: '2' },
			]);
			expect(late).toMatchObject({ settled: ['b'], lost: ['a'] });
			const rows = await links.findByLocalIds('t', ['a', 'b', 'no such link']);
			expect(rows.map((row) => [row.localId, row.inDoubt, row.leaseOwner]).sort()).toEqual([
				['a', true, null],
				['b', false, null],
			]);
		});

		it('keeps what was handed out, and starts over with another record', async () => {
			const links = await site.newLinks();
			const handed = { 'a>b': [{ local: { x: '\u0000' }, external: null, at: 1_700_000_000_000 }] };
			await settledOne(links, { localId: 'a', externalId: '1', handed, inDoubt: true });
			await settledOne(links, { localId: 'a', attempts: 2 });
			expect((await links.findByLocalIds('t', ['a']))[0]).toMatchObject({ handed, inDoubt: true });
			await links.upsert('t', [{ localId: 'a', externalId: '2' }]);
			expect((await links.findByLocalIds('t', ['a']))[0]).toMatchObject({ handed: null, inDoubt: false });
			await settledOne(links, { localId: 'a', handed });
			await settledOne(links, { localId: 'a', handed: null });
			expect((await links.findByLocalIds('t', ['a']))[0]).toMatchObject({ handed: null });
		});

		it('settles after the lease has run out when nobody took the link', async () => {
			const links = await site.newLinks();
			await links.claim('t', ['a'], { owner: 'slow', seconds: 0 });
			expect((await links.settle('t', 'slow', [{ localId: 'a', externalId: '1' }])).settled).toEqual(['a']);
		});

		it('refuses an id that cannot be stored, naming it', async () => {
			const links = await site.newLinks();
			for (const bad of ['', 'a\u0000b', '\ud800', 'x'.repeat(513)]) {
				expect(await failureOf(links.claim('t', ['fine', bad], LEASE))).toMatchObject({
					class: 'rejected',
					code: 'id_invalid',
				});
			}
			expect(await links.findByLocalIds('t', ['fine'])).toEqual([]);
		});
	});

	describe('settle', () => {
		it('writes what is given, keeps what is left out, and gives the lease back', async () => {
			const links = await site.newLinks(['pipeline', 'stage']);
			const at = new Date('2026-03-04T05:06:07.089Z');
			await settledOne(links, {
				localId: 'a',
				externalId: '900',
				syncStatus: 'synced',
				lastSyncedAt: at,
				base: { local: { b: 1, a: 'ü\u0000\ud800' }, external: { z: null } },
				mappingVersion: 'm1',
				externalVersion: 'v1',
				pushedVersion: 'v1',
				columns: { stage: 'won' },
			});
			await settledOne(links, {
				localId: 'a',
				syncStatus: 'failed',
				lastError: 'no\u0000',
				errorCode: 'e',
				attempts: 2,
			});
			const [link] = await links.findByLocalIds('t', ['a']);
			expect(link).toMatchObject({
				externalId: '900',
				syncStatus: 'failed',
				lastSyncedAt: at,
				lastError: 'no\ufffd',
				errorCode: 'e',
				attempts: 2,
				base: { local: { a: 'ü\u0000\ud800', b: 1 }, external: { z: null } },
				mappingVersion: 'm1',
				externalVersion: 'v1',
				pushedVersion: 'v1',
				leaseOwner: null,
				leaseUntil: null,
				columns: { pipeline: null, stage: 'won' },
			});
		});

		it('hashes the base whatever the order of its keys, and clears both together', async () => {
			const links = await site.newLinks();
			await settledOne(links, { localId: 'a', base: { local: { x: 1, y: { p: 1, q: 2 } }, external: {} } });
			await settledOne(links, { localId: 'b', base: { external: {}, local: { y: { q: 2, p: 1 }, x: 1 } } });
			await settledOne(links, { localId: 'c', base: { local: { x: 2, y: { p: 1, q: 2 } }, external: {} } });
			const [a, b, c] = (await links.page('t', { limit: 10 })).map((link) => link.baseHash);
			expect(a).toMatch(/^[0-9a-f]{64}$/);
			expect(b).toBe(a);
			expect(c).not.toBe(a);
			await settledOne(links, { localId: 'a', base: null });
			expect((await links.findByLocalIds('t', ['a']))[0]).toMatchObject({ base: null, baseHash: null });
		});

		it('reports external ids that another live link has, and writes the others', async () => {
			const links = await site.newLinks();
			await settledOne(links, { localId: 'holder', externalId: '1' });
			await claimed(links, 'a', 'b', 'c', 'd');
			const result = await links.settle('t', LEASE.owner, [
				{ localId: 'a', externalId: '1', syncStatus: 'synced' },
				{ localId: 'b', externalId: '2', syncStatus: 'synced' },
				{ localId: 'c', externalId: '2', syncStatus: 'synced' },
				{ localId: 'd', syncStatus: 'failed' },
				{ localId: 'never claimed', syncStatus: 'failed' },
			]);
			expect(result).toEqual({
				settled: ['b', 'd'],
				lost: ['never claimed'],
				taken: [
					{ localId: 'a', externalId: '1', heldBy: 'holder' },
					{ localId: 'c', externalId: '2', heldBy: 'b' },
				],
			});
			const [a] = await links.findByLocalIds('t', ['a']);
			expect(a).toMatchObject({ externalId: null, syncStatus: 'pending', leaseOwner: 'run-1' });
		});

		it('lets a live link take the external id of one that is deleted, also in the same settle', async () => {
			const links = await site.newLinks();
			await settledOne(links, { localId: 'old', externalId: '1', syncStatus: 'synced' });
			await claimed(links, 'old', 'new');
			const result = await links.settle('t', LEASE.owner, [
				{ localId: 'new', externalId: '1', syncStatus: 'synced' },
				{ localId: 'old', syncStatus: 'deleted' },
			]);
			expect(result.settled.sort()).toEqual(['new', 'old']);
			await claimed(links, 'old');
			const back = await links.settle('t', LEASE.owner, [{ localId: 'old', syncStatus: 'synced' }]);
			expect(back.taken).toEqual([{ localId: 'old', externalId: '1', heldBy: 'new' }]);
		});

		it('finds the other when two runs settle one external id at once', async () => {
			const links = await site.newLinks();
			const owners = Array.from({ length: 8 }, (_, index) => `run-${index}`);
			for (const owner of owners) await links.claim('t', [`of ${owner}`], { owner, seconds: 60 });
			const results = await Promise.all(
				owners.map((owner) => links.settle('t', owner, [{ localId: `of ${owner}`, externalId: 'same' }])),
			);
			const winners = results.flatMap((result) => result.settled);
			expect(winners).toHaveLength(1);
			expect(results.flatMap((result) => result.taken.map((taken) => taken.heldBy))).toEqual(
				Array.from({ length: 7 }, () => winners[0]),
			);
		});
	});

	describe('aliases', () => {
		it('lead to the survivor, also over several merges, and never over a live link of that id', async () => {
			const links = await site.newLinks();
			await settledOne(links, { localId: 'a', externalId: '2', aliases: ['1'] });
			await settledOne(links, { localId: 'a', externalId: '3', aliases: ['2'] });
			await settledOne(links, { localId: 'own', externalId: '9' });
			await settledOne(links, { localId: 'a', aliases: ['9'] });
			const found = await links.findByExternalIds('t', ['1', '2', '3', '4', '9']);
			expect([...found].map(([asked, link]) => [asked, link.localId]).sort()).toEqual([
				['1', 'a'],
				['2', 'a'],
				['3', 'a'],
				['9', 'own'],
			]);
			expect(found.get('1')?.externalId).toBe('3');
			// Another tenant's merges say nothing about a record of the same id.
			await links.upsert('other', [{ localId: 'x', externalId: '3' }]);
			expect((await links.findByExternalIds('other', ['1'])).size).toBe(0);
		});

		it('do not lead in a circle when a merge is undone the other way round', async () => {
			const links = await site.newLinks();
			await settledOne(links, { localId: 'a', externalId: '2', aliases: ['1'] });
			await settledOne(links, { localId: 'a', externalId: '1', aliases: ['2'] });
			const found = await links.findByExternalIds('t', ['1', '2']);
			expect([...found.values()].map((link) => link.externalId)).toEqual(['1', '1']);
		});
	});

	describe('findByExternalIds', () => {
		it('prefers a live link, and finds a deleted one when there is no other', async () => {
			const links = await site.newLinks();
			await settledOne(links, { localId: 'gone', externalId: '1', syncStatus: 'deleted' });
			expect((await links.findByExternalIds('t', ['1'])).get('1')?.localId).toBe('gone');
			await settledOne(links, { localId: 'live', externalId: '1', syncStatus: 'synced' });
			expect((await links.findByExternalIds('t', ['1'])).get('1')?.localId).toBe('live');
		});
	});

	describe('upsert', () => {
		it('says for each link what it did, and the last duplicate counts', async () => {
			const links = await site.newLinks();
			await settledOne(links, { localId: 'same', externalId: '1', syncStatus: 'synced', mappingVersion: 'm' });
			await settledOne(links, { localId: 'moves', externalId: '2', syncStatus: 'synced', mappingVersion: 'm' });
			await settledOne(links, { localId: 'gone', externalId: '3', syncStatus: 'deleted' });
			await claimed(links, 'empty', 'moves');
			const outcomes = await links.upsert('t', [
				{ localId: 'same', externalId: '1' },
				{ localId: 'moves', externalId: 'first' },
				{ localId: 'gone', externalId: '3' },
				{ localId: 'empty', externalId: '4' },
				{ localId: 'new', externalId: '5' },
				{ localId: 'thief', externalId: '1' },
				{ localId: 'twin', externalId: '5' },
				{ localId: 'moves', externalId: '20' },
			]);
			expect(outcomes).toEqual([
				{ localId: 'same', externalId: '1', outcome: 'unchanged' },
				{ localId: 'moves', externalId: '20', outcome: 'updated' },
				{ localId: 'gone', externalId: '3', outcome: 'updated' },
				{ localId: 'empty', externalId: '4', outcome: 'updated' },
				{ localId: 'new', externalId: '5', outcome: 'created' },
				{ localId: 'thief', externalId: '1', outcome: 'conflict', heldBy: 'same' },
				{ localId: 'twin', externalId: '5', outcome: 'conflict', heldBy: 'new' },
			]);
			const [same, moves] = await links
				.findByLocalIds('t', ['same', 'moves'])
				.then((rows) => [rows.find((row) => row.localId === 'same'), rows.find((row) => row.localId === 'moves')]);
			expect(same).toMatchObject({ syncStatus: 'synced', mappingVersion: 'm' });
			expect(moves).toMatchObject({ syncStatus: 'pending', mappingVersion: null, base: null, leaseOwner: null });
		});

		it.each([3_000, 10_500])(
			'takes %i rows, repeats without a write, and finds the conflicts among them',
			async (count) => {
				const links = await site.newLinks();
				await settledOne(links, { localId: 'z', externalId: 'e7' });
				const many = Array.from({ length: count }, (_, index) => ({
					localId: `l\t\\${index}`,
					externalId: `e${index}`,
				}));
				const first = await links.upsert('t', many);
				expect(tally(first)).toEqual({ created: count - 1, conflict: 1 });
				expect(first[7]).toEqual({ ...many[7], outcome: 'conflict', heldBy: 'z' });
				const before = (await links.page('t', { limit: 10_000 })).map((link) => link.updatedAt.getTime());
				expect(tally(await links.upsert('t', many))).toEqual({ unchanged: count - 1, conflict: 1 });
				expect((await links.page('t', { limit: 10_000 })).map((link) => link.updatedAt.getTime())).toEqual(before);
				const moved = many.map((link, index) => (index % 2 ? link : { ...link, externalId: `f${index}` }));
				expect(tally(await links.upsert('t', moved))).toEqual({
					updated: Math.ceil(count / 2),
					unchanged: Math.floor(count / 2) - 1,
					conflict: 1,
				});
				expect((await links.countByStatus('t')).pending).toBe(count);
			},
		);

		it('makes each link once when ten callers bring overlapping batches at once', async () => {
			const links = await site.newLinks();
			const batches = Array.from({ length: 10 }, (_, caller) =>
				Array.from({ length: 600 }, (_, index) => ({
					localId: `l${caller * 50 + index}`,
					externalId: `e${caller * 50 + index}`,
				})),
			);
			const outcomes = await Promise.all(batches.map((batch) => links.upsert('t', batch)));
			expect(outcomes.flat().filter((one) => one.outcome === 'created')).toHaveLength(1_050);
			expect(outcomes.flat().filter((one) => one.outcome === 'unchanged')).toHaveLength(6_000 - 1_050);
		});
	});

	describe('page and countByStatus', () => {
		it('goes through all links in one order on both databases', async () => {
			const links = await site.newLinks();
			const ids = ['B', 'a', 'ä', 'Z', '_', '10', '9', 'a-b', 'aB', 'é'];
			await links.upsert(
				't',
				ids.map((id) => ({ localId: id, externalId: id })),
			);
			const seen: string[] = [];
			for (let after: string | undefined; ;) {
				const page = await links.page('t', { afterLocalId: after, limit: 3 });
				seen.push(...page.map((link) => link.localId));
				after = page.at(-1)?.localId;
				if (page.length < 3) break;
			}
			expect(seen).toEqual([...ids].sort());
			expect(await links.page('t', { limit: 5, status: 'failed' })).toEqual([]);
			await settledOne(links, { localId: 'a', syncStatus: 'failed' });
			expect((await links.page('t', { limit: 5, status: 'failed' })).map((link) => link.localId)).toEqual(['a']);
			expect(await links.countByStatus('t')).toEqual({ pending: 9, synced: 0, conflict: 0, failed: 1, deleted: 0 });
		});
	});

	it('are named by their ids alone, in the same order, deleted ones too', async () => {
		const links = await site.newLinks();
		await links.upsert('t', [
			{ localId: 'a', externalId: '1' },
			{ localId: 'b', externalId: '2' },
			{ localId: 'c', externalId: '3' },
		]);
		await links.upsert('other', [{ localId: 'd', externalId: '4' }]);
		await settledOne(links, { localId: 'b', base: { local: { 'a>b': 1 }, external: { 'a>b': '1' } } });
		await settledOne(links, { localId: 'c', syncStatus: 'deleted' });
		const whole = await links.page('t', { limit: 10 });
		expect(await links.pageOfIds('t', { limit: 10 })).toEqual(
			whole.map(({ localId, externalId, syncStatus, baseHash }) => ({ localId, externalId, syncStatus, baseHash })),
		);
		expect(whole[1]?.baseHash).toEqual(expect.any(String));
		expect((await links.pageOfIds('t', { afterLocalId: 'a', limit: 1 })).map(({ localId }) => localId)).toEqual(['b']);
	});

	it('remember what could not be sent and what flips, and start over when re-pointed', async () => {
		const links = await site.newLinks();
		const flips = { 'name>dealname': [{ hash: 'abc', at: 1_795_506_400_000 }] };
		await settledOne(links, { localId: 'a', externalId: '1', unsent: { name: null, n: ['\u0000'] }, flips });
		await settledOne(links, { localId: 'a', syncStatus: 'failed' });
		expect((await links.findByLocalIds('t', ['a']))[0]).toMatchObject({ unsent: { name: null, n: ['\u0000'] }, flips });
		await settledOne(links, { localId: 'a', unsent: null });
		expect((await links.findByLocalIds('t', ['a']))[0]).toMatchObject({ unsent: null, flips });
		await links.upsert('t', [{ localId: 'a', externalId: '2' }]);
		expect((await links.findByLocalIds('t', ['a']))[0]).toMatchObject({ unsent: null, flips: null });
	});

	it('keep what is on its way with the lease of the one who sends it, and forget it when re-pointed', async () => {
		const links = await site.newLinks();
		await claimed(links, 'a', 'b');
		const noted = await links.note('t', LEASE.owner, [
			{ localId: 'b', sent: { 'n>x': ['\u0000', null] } },
			{ localId: 'a', sent: { 'n>x': [1] } },
			{ localId: 'nobody', sent: { 'n>x': [1] } },
		]);
		expect([...noted].sort()).toEqual(['a', 'b']);
		const others = await links.note('t', 'somebody else', [{ localId: 'a', sent: { 'n>x': [2] } }]);
		expect([...others]).toEqual([]);
		await links.note('u', LEASE.owner, [{ localId: 'a', sent: { 'n>x': [3] } }]);
		const rows = await links.findByLocalIds('t', ['a', 'b', 'nobody']);
		expect(rows.map(({ localId, sent, leaseOwner }) => [localId, sent, leaseOwner]).sort()).toEqual([
			['a', { 'n>x': [1] }, LEASE.owner],
			['b', { 'n>x': ['\u0000', null] }, LEASE.owner],
		]);
		await settledOne(links, { localId: 'a', externalId: '1' });
		await links.upsert('t', [{ localId: 'a', externalId: '2' }]);
		expect((await links.findByLocalIds('t', ['a']))[0]).toMatchObject({ sent: null });
	});

	it('are due when their time has come, the longest waiting first', async () => {
		const links = await site.newLinks();
		const past = (minutes: number) => new Date(Date.now() - minutes * 60_000);
		await settledOne(links, { localId: 'recent', syncStatus: 'pending', nextAttemptAt: past(1) });
		await settledOne(links, { localId: 'b', syncStatus: 'pending', nextAttemptAt: past(9) });
		await settledOne(links, { localId: 'a', syncStatus: 'pending', nextAttemptAt: past(5) });
		await settledOne(links, { localId: 'later', syncStatus: 'pending', nextAttemptAt: past(-5) });
		await settledOne(links, { localId: 'never', syncStatus: 'pending' });
		await settledOne(links, { localId: 'given up', syncStatus: 'failed', nextAttemptAt: past(5) });
		expect((await links.due('t', 10)).map((link) => link.localId)).toEqual(['b', 'a', 'recent']);
		expect((await links.due('t', 2)).map((link) => link.localId)).toEqual(['b', 'a']);
		expect(await links.due('other', 10)).toEqual([]);
	});

	it('names the remedy where the table or a column is missing', async () => {
		const missing = site.store.links('nothing', 'order');
		for (const call of [
			() => missing.findByLocalIds('t', ['a']),
			() => missing.claim('t', ['a'], LEASE),
			() => missing.upsert('t', [{ localId: 'a', externalId: '1' }]),
			() => missing.countByStatus('t'),
		]) {
			expect(await failureOf(call())).toMatchObject({
				class: 'rejected',
				code: 'link_table_missing',
				remedy: expect.stringContaining('Enable the integration "nothing"') as string,
			});
		}
		const links = await site.newLinks(['stage']);
		await claimed(links, 'a');
		expect(await failureOf(links.settle('t', LEASE.owner, [{ localId: 'a', columns: { owner: 'x' } }]))).toMatchObject({
			code: 'link_table_missing',
		});
	});
});

function tally(outcomes: Array<{ outcome: string }>): Record<string, number> {
	const counts: Record<string, number> = {};
	for (const { outcome } of outcomes) counts[outcome] = (counts[outcome] ?? 0) + 1;
	return counts;
}

describeOnBothStores('links that wait for a person', (site) => {
	it('come by when they became so, also several of one moment, behind a place', async () => {
		const links = await site.newLinks();
		const ids = ['c', 'a', 'b', 'd', 'e'];
		for (const [index, localId] of ids.entries()) {
			await links.claim('t', [localId], { owner: 'run', seconds: 60 });
			const syncStatus = index % 2 ? 'conflict' : 'failed';
			await links.settle('t', 'run', [{ localId, syncStatus }]);
		}
		await links.claim('t', ['fine', 'other'], { owner: 'run', seconds: 60 });
		await links.settle('t', 'run', [{ localId: 'fine', syncStatus: 'synced' }]);
		// Finer than a Date on PostgreSQL, and in another order than the ids.
		const at = (localId: string, time: string) =>
			site.aside(`UPDATE crosslink.${links.name} SET updated_at = '${time}' WHERE local_id = '${localId}'`);
		const finer = site.kind === 'postgres' ? ['456Z', '123Z'] : ['Z', 'Z'];
		await at('c', '2026-01-01T00:00:00.001Z');
		await at('a', `2026-01-01T00:00:00.002${finer[0]}`);
		await at('b', `2026-01-01T00:00:00.002${finer[1]}`);
		await at('d', '2026-01-01T00:00:00.003Z');
		const all = await links.troubled('t', undefined, 10);
		expect(all.map((link) => link.localId)).toEqual(['c', 'a', 'b', 'd', 'e']);
		const seen: string[] = [];
		for (let after: LinkRow | undefined; ;) {
			const [link] = await links.troubled('t', after, 1);
			if (!link) break;
			seen.push(link.localId);
			after = link;
		}
		expect(seen).toEqual(['c', 'a', 'b', 'd', 'e']);
		expect(await links.troubled('other', undefined, 10)).toEqual([]);
	});
});

describe('links that wait for a person, on PostgreSQL', () => {
	const site = siteOf('postgres');

	it('are not passed over when they are committed later than others that became so after them', async () => {
		const links = await site.newLinks();
		await links.upsert('t', [
			{ localId: 'slow', externalId: '1' },
			{ localId: 'fast', externalId: '2' },
		]);
		const ids = async () => (await links.troubled('t', undefined, 10)).map((link) => link.localId);
		const slow = new Client({ connectionString: site.location });
		await slow.connect();
		try {
			await slow.query('BEGIN');
			await slow.query(
				`UPDATE crosslink.${links.name} SET sync_status = 'failed', updated_at = clock_timestamp() WHERE local_id = 'slow'`,
			);
			await settledOne(links, { localId: 'fast', syncStatus: 'failed' });
			expect(await ids()).toEqual([]);
			await slow.query('COMMIT');
			expect(await ids()).toEqual(['slow', 'fast']);
		} finally {
			await slow.end();
		}
	});
});
