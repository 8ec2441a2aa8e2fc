import { setImmediate as macrotask } from 'node:timers/promises';
import { MAX_LOGGED_VALUE } from '../../lib/store/bounded-json';
import type { LinkTable, SyncLogEntry } from '../../lib/store/store';
import { describeOnBothStores, failureOf } from './both-stores';

const LEASE = { owner: 'run', seconds: 60 };
const DAY = 86_400_000;
const START = Date.parse('2026-01-01T00:00:00.000Z');

function entry(localId: string, day: number, more: Partial<SyncLogEntry> = {}): SyncLogEntry {
	return {
		localId,
		externalId: `e-${localId}`,
		at: new Date(START + day * DAY),
		kind: 'push',
		field: 'name',
		from: `day ${day - 1}`,
		to: `day ${day}`,
		rule: { direction: 'push' },
		run: `execution ${day}`,
		...more,
	};
}

async function write(links: LinkTable, tenant: string, log: SyncLogEntry[]): Promise<void> {
	const localIds = [...new Set(log.map((one) => one.localId))];
	await links.claim(tenant, localIds, LEASE);
	const changes = localIds.map((localId) => ({ localId }));
	expect((await links.settle(tenant, LEASE.owner, changes, { log })).settled).toHaveLength(localIds.length);
}

describeOnBothStores('the sync log', (site) => {
	const historyOf = (
		links: LinkTable,
		localId: string,
		query: { field?: string; limit: number } = { limit: 100 },
		tenant = 't',
	) => site.store.log.history(tenant, links.name.replace('_order_link', ''), 'order', localId, query);

	it('tells of one record what happened, newest first, as it was written', async () => {
		const links = await site.newLinks();
		const entries = [
			entry('a', 3, { kind: 'pull', from: null, to: { 'custom_fields.x': ['\u0000', '\ud800', 1.5] } }),
			entry('a', 1, { field: 'amount', from: 0, to: false, rule: null, externalId: null }),
			// Two of one moment: the later one in the list is the newer one.
			entry('a', 2, { field: 'first' }),
			entry('a', 2, { field: 'second' }),
			entry('a', 4, { kind: 'error', field: null, rule: 'The record was refused.' }),
		];
		await write(links, 't', [...entries, entry('b', 9)]);
		const [pull, amount, first, second, error] = entries;
		expect(await historyOf(links, 'a')).toEqual([error, pull, second, first, amount]);
		expect(await historyOf(links, 'a', { limit: 2 })).toEqual([error, pull]);
		expect(await site.store.log.history('t', 'nowhere', 'order', 'a', { limit: 5 })).toEqual([]);
		expect(await historyOf(links, 'a', { limit: 5 }, 'other')).toEqual([]);
	});

	it('answers for one field', async () => {
		const links = await site.newLinks();
		await write(links, 't', [
			entry('a', 1),
			entry('a', 2, { field: 'amount' }),
			entry('a', 3),
			entry('a', 4, { field: null }),
		]);
		const days = (await historyOf(links, 'a', { field: 'name', limit: 5 })).map((one) => one.to);
		expect(days).toEqual(['day 3', 'day 1']);
	});

	it('keeps the beginning of a long value and says how long it was', async () => {
		const links = await site.newLinks();
		const fits = 'x'.repeat(MAX_LOGGED_VALUE - 2);
		await write(links, 't', [entry('a', 1, { from: fits, to: { text: fits } })]);
		const [found] = await historyOf(links, 'a');
		expect(found?.from).toBe(fits);
		expect(found?.to).toEqual({
			cut: true,
			characters: MAX_LOGGED_VALUE + 9,
			begins: expect.stringMatching(/^\{"text":"x{400,}$/) as string,
		});
	});

	it('takes thousands of entries in one settle, in their order', async () => {
		const links = await site.newLinks();
		const many = Array.from({ length: 6_000 }, (_, index) => entry(`l${index % 3}`, 1, { to: index }));
		await write(links, 't', many);
		const values = (await historyOf(links, 'l1', { limit: 10_000 })).map((one) => one.to);
		expect(values).toEqual(
			many
				.filter((one) => one.localId === 'l1')
				.map((one) => one.to)
				.reverse(),
		);
	});

	it('forgets what is old, at most as much as is asked, of one tenant', async () => {
		const links = await site.newLinks();
		for (const tenant of ['prune-a', 'prune-b']) {
			await write(
				links,
				tenant,
				Array.from({ length: 1_300 }, (_, index) => entry('a', index % 10, { to: index })),
			);
		}
		const { log } = site.store;
		const before = new Date(START + 5 * DAY);
		expect(await log.prune('prune-a', before, 0)).toBe(0);
		expect(await log.prune('prune-a', before, 7)).toBe(7);
		const oldest = (await historyOf(links, 'a', { limit: 10_000 }, 'prune-a')).at(-1);
		expect(oldest?.at).toEqual(new Date(START));
		expect(await log.prune('prune-a', before, 10_000)).toBe(650 - 7);
		expect(await log.prune('prune-a', before, 10_000)).toBe(0);
		expect(await historyOf(links, 'a', { limit: 10_000 }, 'prune-a')).toHaveLength(650);
		expect(await historyOf(links, 'a', { limit: 10_000 }, 'prune-b')).toHaveLength(1_300);
		expect(await failureOf(log.prune('', before, 1))).toMatchObject({ code: 'id_invalid' });
	});

	it('lets others in between its steps', async () => {
		const links = await site.newLinks();
		await write(
			links,
			'busy',
			Array.from({ length: 6_000 }, (_, index) => entry('a', 1, { to: index })),
		);
		let pruning = true;
		const pruned = site.store.log.prune('busy', new Date(START + 2 * DAY), 10_000).finally(() => {
			pruning = false;
		});
		const seen = new Set<number>();
		while (pruning) {
			seen.add((await historyOf(links, 'a', { limit: 10_000 }, 'busy')).length);
			// The embedded store answers without a turn of the event loop, which the next step waits for.
			await macrotask();
		}
		expect(await pruned).toBe(6_000);
		// Somebody saw it half done: it was no single long statement.
		expect([...seen].some((left) => left > 0 && left < 6_000)).toBe(true);
	});

	it('is written to while two forget at once', async () => {
		const links = await site.newLinks();
		await write(
			links,
			'two',
			Array.from({ length: 3_000 }, (_, index) => entry('a', 1, { to: index })),
		);
		const pruned = Promise.all([1, 2].map(() => site.store.log.prune('two', new Date(START + 2 * DAY), 10_000)));
		await write(links, 'two', [entry('w', 30)]);
		const [one = 0, other = 0] = await pruned;
		expect(one + other).toBe(3_000);
		expect(await historyOf(links, 'a', { limit: 10 }, 'two')).toEqual([]);
		expect(await historyOf(links, 'w', { limit: 10 }, 'two')).toHaveLength(1);
	});
});

describeOnBothStores('the progress of long runs', (site) => {
	it('is one row per tenant, integration, entity and kind, overwritten as it goes', async () => {
		const { progress } = site.store;
		const startedAt = new Date('2026-02-03T04:05:06.789Z');
		expect(await progress.get('t', 'crm', 'order', 'reconcile')).toBeUndefined();
		const first = { position: null, counts: {}, startedAt, finishedAt: null };
		await progress.save('t', 'crm', 'order', 'reconcile', first);
		expect(await progress.get('t', 'crm', 'order', 'reconcile')).toEqual({
			...first,
			updatedAt: expect.any(Date) as Date,
		});
		const done = { position: 'l900', counts: { checked: 900, drifted: 3 }, startedAt, finishedAt: new Date(START) };
		await progress.save('t', 'crm', 'order', 'reconcile', done);
		expect(await progress.get('t', 'crm', 'order', 'reconcile')).toMatchObject(done);
		const others: Array<[string, string, string, string]> = [
			['T', 'crm', 'order', 'reconcile'],
			['t', 'erp', 'order', 'reconcile'],
			['t', 'crm', 'company', 'reconcile'],
			['t', 'crm', 'order', 'backfill'],
		];
		for (const place of others) expect(await progress.get(...place)).toBeUndefined();
		expect(await failureOf(progress.save('t', 'crm', 'order', '', first))).toMatchObject({ code: 'id_invalid' });
	});
});
