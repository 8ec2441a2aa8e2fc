import { MAX_CONFLICT_VALUE } from '../../lib/store/bounded-json';
import type { Alongside, LinkTable, NewConflict } from '../../lib/store/store';
import { describeOnBothStores, failureOf } from './both-stores';

const LEASE = { owner: 'run', seconds: 60 };

function conflict(localId: string, key: string, more: Partial<NewConflict> = {}): NewConflict {
	return {
		localId,
		externalId: `e-${localId}`,
		key,
		field: key.split('>')[0] ?? '',
		reason: 'both_changed',
		local: 'ours',
		external: 'theirs',
		baseLocal: 'before',
		baseExternal: null,
		rule: { policy: 'manual' },
		candidates: [],
		run: 'execution 7',
		...more,
	};
}

async function settle(links: LinkTable, localIds: string[], alongside: Alongside): Promise<void> {
	await links.claim('t', localIds, LEASE);
	await links.settle(
		't',
		LEASE.owner,
		localIds.map((localId) => ({ localId })),
		alongside,
	);
}

const integrationOf = (links: LinkTable) => links.name.replace('_order_link', '');

describeOnBothStores('conflicts', (site) => {
	async function fresh() {
		const links = await site.newLinks();
		const integration = integrationOf(links);
		return {
			links,
			integration,
			pending: (...localIds: string[]) => site.store.conflicts.findPending('t', integration, 'order', localIds),
			all: (status?: 'open' | 'resolved' | 'done') =>
				site.store.conflicts.page('t', { integration, ...(status && { status }) }, { limit: 100 }),
		};
	}

	it('keep everything a person needs to decide', async () => {
		const { links, integration, pending } = await fresh();
		const whole = conflict('b', '', {
			reason: 'several_matches',
			rule: null,
			candidates: ['1', '2'],
			externalId: null,
		});
		const field = conflict('a', 'name>dealname', { local: { a: ['\u0000', '\ud800'] }, external: 0, baseLocal: false });
		await settle(links, ['a', 'b'], { conflicts: [whole, field] });
		const [a, b] = await pending('b', 'a', 'c');
		expect(a).toMatchObject({ ...field, tenant: 't', integration, entity: 'order', status: 'open', choice: null });
		expect(b).toMatchObject({ ...whole, status: 'open', value: null, resolvedAt: null });
		expect(Date.now() - (a?.createdAt.getTime() ?? 0)).toBeLessThan(60_000);
		expect(await site.store.conflicts.get('t', a?.id ?? '')).toEqual(a);
	});

	it('are one per link and key until they are done, with the newest values', async () => {
		const { links, pending, all } = await fresh();
		await settle(links, ['a'], { conflicts: [conflict('a', 'k', { local: 1 }), conflict('a', 'k', { local: 2 })] });
		const [first] = await pending('a');
		await settle(links, ['a'], { conflicts: [conflict('a', 'k', { local: 3, reason: 'flip_flop', run: 'next' })] });
		expect(await pending('a')).toEqual([{ ...first, local: 3, reason: 'flip_flop', run: 'next' }]);
		await settle(links, ['a'], { conflictsDone: [{ localId: 'a', key: 'k' }] });
		expect(await pending('a')).toEqual([]);
		await settle(links, ['a'], { conflicts: [conflict('a', 'k', { local: 4 })] });
		expect((await all()).map((one) => [one.local, one.status])).toEqual([
			[4, 'open'],
			[3, 'done'],
		]);
	});

	it('stay as they were resolved when a run reports them again, until they are done', async () => {
		const { links, pending, all } = await fresh();
		await settle(links, ['a'], { conflicts: [conflict('a', 'k'), conflict('a', 'other')] });
		const [{ id } = { id: '' }] = await pending('a');
		await site.store.conflicts.resolve('t', [id], { choice: 'value', value: { x: 1 } });
		await settle(links, ['a'], { conflicts: [conflict('a', 'k', { local: 'later' })] });
		expect((await all('resolved'))[0]).toMatchObject({ id, local: 'ours', choice: 'value', value: { x: 1 } });
		// Carried out, and both sides have changed again meanwhile: a new one opens in the same settle.
		await settle(links, ['a'], {
			conflictsDone: [{ localId: 'a', key: 'k' }],
			conflicts: [conflict('a', 'k', { local: 'again' })],
		});
		expect((await all()).map((one) => [one.key, one.status, one.local])).toEqual([
			['k', 'open', 'again'],
			['other', 'open', 'ours'],
			['k', 'done', 'ours'],
		]);
	});

	it('are resolved once each, may be resolved anew, and not any more when done', async () => {
		const { links, pending } = await fresh();
		const { conflicts } = site.store;
		await settle(links, ['a'], { conflicts: ['k1', 'k2', 'k3'].map((key) => conflict('a', key)) });
		const ids = (await pending('a')).map((one) => one.id);
		await settle(links, ['a'], { conflictsDone: [{ localId: 'a', key: 'k3' }] });
		const changed = await conflicts.resolve('t', [...ids, 'x', '-1', '0', '9'.repeat(15)], { choice: 'local' });
		expect(changed.map((one) => one.key).sort()).toEqual(['k1', 'k2']);
		for (const one of changed) expect(one).toMatchObject({ status: 'resolved', choice: 'local', value: null });
		expect(changed[0]?.resolvedAt).toBeInstanceOf(Date);
		await conflicts.resolve('t', ids.slice(0, 1), { choice: 'value', value: 'mine' });
		const again = await conflicts.resolve('t', ids.slice(0, 1), { choice: 'external', value: 'not meant' });
		expect(again).toMatchObject([{ key: 'k1', choice: 'external', value: null }]);
		expect(await conflicts.resolve('someone else', ids, { choice: 'local' })).toEqual([]);
		expect(await conflicts.get('someone else', ids[0] ?? '')).toBeUndefined();
		expect(await conflicts.get('t', 'no id')).toBeUndefined();
	});

	it('come in pages, newest first, by what is asked for', async () => {
		const { links, integration } = await fresh();
		const ids = Array.from({ length: 250 }, (_, index) => `l${String(index).padStart(3, '0')}`);
		await settle(links, ids, { conflicts: ids.map((localId) => conflict(localId, 'k')) });
		const seen: string[] = [];
		for (let after: string | undefined; ;) {
			const page = await site.store.conflicts.page(
				't',
				{ integration, status: 'open' },
				{ afterId: after, limit: 100 },
			);
			seen.push(...page.map((one) => one.localId));
			after = page.at(-1)?.id;
			if (page.length < 100) break;
		}
		expect(seen).toEqual([...ids].reverse());
		const { conflicts } = site.store;
		const one = { integration, entity: 'order', localId: 'l007', status: 'open' as const };
		expect((await conflicts.page('t', one, { limit: 5 })).map((found) => found.localId)).toEqual(['l007']);
		expect(await conflicts.page('t', { ...one, status: 'done' }, { limit: 5 })).toEqual([]);
		expect(await conflicts.page('t', { ...one, entity: 'company' }, { limit: 5 })).toEqual([]);
		expect(await failureOf(conflicts.page('t', {}, { afterId: 'x', limit: 5 }))).toMatchObject({
			code: 'conflict_id_invalid',
		});
	});

	it('cut what is longer than the limit, say so, and never cut what a person chose', async () => {
		const { links, pending } = await fresh();
		const long = 'x'.repeat(MAX_CONFLICT_VALUE);
		const fits = 'y'.repeat(MAX_CONFLICT_VALUE - 2);
		await settle(links, ['a'], { conflicts: [conflict('a', 'k', { local: long, external: fits })] });
		const [found] = await pending('a');
		expect(found?.external).toBe(fits);
		expect(found?.local).toMatchObject({ cut: true, characters: MAX_CONFLICT_VALUE + 2 });
		const choice = site.store.conflicts.resolve('t', [found?.id ?? ''], { choice: 'value', value: long });
		expect(await failureOf(choice)).toMatchObject({ class: 'rejected', code: 'conflict_value_too_long' });
		expect((await pending('a'))[0]?.status).toBe('open');
	});

	it('stand or fall with the settle, and only for links that were settled', async () => {
		const { links, integration, pending } = await fresh();
		const { log } = site.store;
		await settle(links, ['held'], { conflicts: [conflict('held', 'k')] });
		await links.claim('t', ['held'], { owner: 'somebody else', seconds: 60 });
		await links.upsert('t', [{ localId: 'owner of 1', externalId: '1' }]);
		await links.claim('t', ['taken', 'mine'], LEASE);
		const at = new Date();
		const entry = { externalId: null, at, kind: 'link' as const, field: null, from: null, to: null, rule: null };
		const all = ['held', 'taken', 'mine', 'not in the settle'];
		const result = await links.settle(
			't',
			LEASE.owner,
			[{ localId: 'held' }, { localId: 'taken', externalId: '1' }, { localId: 'mine' }],
			{
				conflicts: all.map((localId) => conflict(localId, 'new')),
				conflictsDone: [{ localId: 'held', key: 'k' }],
				log: all.map((localId) => ({ ...entry, localId, run: 'r' })),
			},
		);
		expect(result).toMatchObject({ settled: ['mine'], lost: ['held'], taken: [{ localId: 'taken' }] });
		expect((await pending(...all)).map((one) => [one.localId, one.key])).toEqual([
			['held', 'k'],
			['mine', 'new'],
		]);
		for (const localId of all) {
			const lines = await log.history('t', integration, 'order', localId, { limit: 5 });
			expect(lines).toHaveLength(localId === 'mine' ? 1 : 0);
		}
		// A key that cannot be stored fails the whole, and nothing of it is there.
		await links.claim('t', ['other'], LEASE);
		const bad = links.settle('t', LEASE.owner, [{ localId: 'other', externalId: '2' }], {
			conflicts: [conflict('other', 'x'.repeat(513))],
		});
		expect(await failureOf(bad)).toMatchObject({ class: 'rejected', code: 'id_invalid' });
		expect((await links.findByLocalIds('t', ['other']))[0]).toMatchObject({ externalId: null, leaseOwner: 'run' });
	});

	it('are rolled back with the links when the database refuses one row', async () => {
		const { links, integration, pending } = await fresh();
		await links.claim('t', ['a'], LEASE);
		const refuse = { ...conflict('a', 'k'), run: null as unknown as string };
		await failureOf(links.settle('t', LEASE.owner, [{ localId: 'a', externalId: '1' }], { conflicts: [refuse] }));
		expect((await links.findByLocalIds('t', ['a']))[0]).toMatchObject({ externalId: null, leaseOwner: 'run' });
		expect(await pending('a')).toEqual([]);
		expect(await site.store.log.history('t', integration, 'order', 'a', { limit: 1 })).toEqual([]);
	});

	it('go on while people resolve them', async () => {
		const { links, pending, all } = await fresh();
		const ids = Array.from({ length: 300 }, (_, index) => `l${index}`);
		const conflicts = ids.map((localId) => conflict(localId, 'k'));
		await settle(links, ids, { conflicts });
		const chosen = (await pending(...ids)).map((one) => one.id).reverse();
		await Promise.all([
			settle(links, ids, { conflicts }),
			site.store.conflicts.resolve('t', chosen, { choice: 'local' }),
			site.store.conflicts.resolve('t', [...chosen].reverse(), { choice: 'local' }),
		]);
		const found = await pending(...ids);
		expect(found).toHaveLength(300);
		expect(found.every((one) => one.status === 'resolved')).toBe(true);
		expect(await all('open')).toEqual([]);
	});
});
