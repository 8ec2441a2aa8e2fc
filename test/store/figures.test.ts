import type { Span } from '../../lib/store/figures';
import type { LinkTable, NewConflict, SyncLogEntry } from '../../lib/store/store';
import { describeOnBothStores, failureOf } from './both-stores';
import { inboxEvent } from './inbox-events';

const HOUR = 3_600_000;
const LEASE = { owner: 'run', seconds: 60 };
const integrationOf = (links: LinkTable) => links.name.replace('_order_link', '');

/** Three hours: one that is over, the running one, and the one to come. */
function span(): Span {
	const running = Math.floor(Date.now() / HOUR) * HOUR;
	return { from: new Date(running - HOUR), stepMs: HOUR, steps: 3 };
}

function failure(localId: string, at: Date): SyncLogEntry {
	return { localId, externalId: null, at, kind: 'error', field: null, from: null, to: null, rule: 'why', run: 'r' };
}

describeOnBothStores('figures for reports', (site) => {
	it('tell how links stand, how many came in step when, and since when the oldest waits', async () => {
		const links = await site.newLinks();
		const { from } = span();
		const inFirst = new Date(from.getTime() + 1);
		const inSecond = new Date(from.getTime() + HOUR);
		const ids = ['a', 'b', 'c', 'd', 'e', 'old'];
		await links.claim('t', ids, LEASE);
		const firstFailed = new Date(from.getTime() - 40 * HOUR);
		const earlier = new Date(firstFailed.getTime() - HOUR);
		const changes = [
			{ localId: 'a', externalId: '1', syncStatus: 'synced' as const, lastSyncedAt: inFirst },
			{ localId: 'b', externalId: '2', syncStatus: 'synced' as const, lastSyncedAt: inSecond, inDoubt: true },
			{ localId: 'c', externalId: '3', syncStatus: 'failed' as const, lastSyncedAt: new Date(earlier.getTime() + 1) },
			{ localId: 'd', externalId: '4', syncStatus: 'conflict' as const, lastSyncedAt: inSecond },
			{ localId: 'e', externalId: '5', syncStatus: 'deleted' as const },
			{ localId: 'old', externalId: '6', syncStatus: 'synced' as const, lastSyncedAt: new Date(from.getTime() - 1) },
		];
		// The failure before "c" was last in step is an old story.
		const log = [failure('c', earlier), failure('c', firstFailed), failure('c', new Date())];
		await links.settle('t', LEASE.owner, changes, { log });
		await links.claim('other', ['a'], LEASE);

		const figures = await site.store.figures.links('t', integrationOf(links), 'order', span());
		expect(figures).toEqual({
			counts: { pending: 0, synced: 3, conflict: 1, failed: 1, deleted: 1 },
			inDoubt: 1,
			oldestUnsynced: firstFailed,
			lastSyncedAt: inSecond,
			synced: [1, 2, 0],
		});
		const others = await site.store.figures.links('other', integrationOf(links), 'order', span());
		expect(others).toMatchObject({ counts: { pending: 1, synced: 0 }, lastSyncedAt: null, synced: [0, 0, 0] });
	});

	it('take the last touch for the beginning where the log knows no failure, and say where none waits', async () => {
		const links = await site.newLinks();
		const of = async () => await site.store.figures.links('t', integrationOf(links), 'order', span());
		expect((await of()).oldestUnsynced).toBeNull();
		const before = Date.now();
		await links.claim('t', ['a'], LEASE);
		expect((await of()).oldestUnsynced?.getTime()).toBeGreaterThanOrEqual(before - 1_000);
	});

	it('count failures per step, for one tenant and integration', async () => {
		const links = await site.newLinks();
		const integration = integrationOf(links);
		const { from } = span();
		await links.claim('t', ['a'], LEASE);
		const log = [
			failure('a', new Date(from.getTime() - 1)),
			failure('a', from),
			failure('a', new Date()),
			{ ...failure('a', new Date()), kind: 'push' as const },
		];
		await links.settle('t', LEASE.owner, [{ localId: 'a' }], { log });
		expect(await site.store.figures.failures('t', integration, span())).toEqual([1, 1, 0]);
		expect(await site.store.figures.failures('other', integration, span())).toEqual([0, 0, 0]);
		expect(await site.store.figures.failures('t', 'hubspot', span())).toEqual([0, 0, 0]);
	});

	it('count events by arrival, and those that nobody has taken', async () => {
		const links = await site.newLinks();
		const integration = integrationOf(links);
		const event = (id: string, more = {}) => inboxEvent(id, { integration, ...more });
		const events = [
			event('1'),
			event('2'),
			event('3', { status: 'echo', deliver: false }),
			event('4', { status: 'unrouted', deliver: false }),
			event('5', { tenant: 'other' }),
		];
		await site.store.inbox.receive('flow/node', events, { againSeconds: 60 });
		const key = { tenant: 't', integration, externalEventId: '2' };
		await site.store.deliveries.take({ receiver: 'flow/node', taker: 'execution' }, [key], 60);

		const figures = await site.store.figures.events('t', integration, span());
		expect(figures).toEqual({
			received: [0, 2, 0],
			echoes: [0, 1, 0],
			waiting: 1,
			inHand: 1,
			oldestWaiting: expect.any(Date),
			unrouted: 1,
		});
		await site.store.deliveries.take(
			{ receiver: 'flow/node', taker: 'execution' },
			[{ ...key, externalEventId: '1' }],
			60,
		);
		await site.store.deliveries.done([{ receiver: 'flow/node', taker: 'execution' }]);
		expect(await site.store.figures.events('t', integration, span())).toMatchObject({
			waiting: 0,
			inHand: 0,
			oldestWaiting: null,
		});
	});

	it('count open conflicts', async () => {
		const links = await site.newLinks();
		const integration = integrationOf(links);
		const conflict = (key: string): NewConflict => ({
			localId: 'a',
			externalId: '1',
			key,
			field: key,
			reason: 'both_changed',
			local: 1,
			external: 2,
			baseLocal: null,
			baseExternal: null,
			rule: null,
			candidates: [],
			run: 'r',
		});
		await links.claim('t', ['a'], LEASE);
		await links.settle('t', LEASE.owner, [{ localId: 'a' }], { conflicts: [conflict('x'), conflict('y')] });
		const [one] = await site.store.conflicts.page('t', { integration }, { limit: 1 });
		await site.store.conflicts.resolve('t', [one?.id ?? ''], { choice: 'local' });
		expect(await site.store.figures.openConflicts('t', integration)).toBe(1);
		expect(await site.store.figures.openConflicts('other', integration)).toBe(0);
	});

	it('say how calls are booked without booking any', async () => {
		const { budget } = site.store;
		expect(await budget.look('nobody', 'general')).toEqual({ bookedMs: 0, pausedMs: 0 });
		await budget.reserve('account', 'general', { intervalMs: 5_000, burst: 10 });
		await budget.reserve('account', 'general', { intervalMs: 5_000, burst: 10 });
		await budget.pause('account', 'search', 60_000);
		const { bookedMs, pausedMs } = await budget.look('account', 'general');
		expect(bookedMs).toBeGreaterThan(5_000);
		expect(bookedMs).toBeLessThanOrEqual(10_000);
		expect(pausedMs).toBe(0);
		expect((await budget.look('account', 'search')).pausedMs).toBeGreaterThan(50_000);
		expect(await budget.look('account', 'general')).toMatchObject({ pausedMs: 0 });
	});

	it('refuse a tenant that is none, and a table that was never made', async () => {
		await expect(site.store.figures.events('', 'hubspot', span())).rejects.toMatchObject({ class: 'rejected' });
		expect(await failureOf(site.store.figures.links('t', 'never', 'order', span()))).toMatchObject({
			code: 'store_table_missing',
		});
	});
});
