import { acquireStore, closeAllStores } from '../../lib/store/open';
import type { Store } from '../../lib/store/store';
import { startTcpProxy, type TcpProxy } from '../servers/tcp-proxy';
import { failureOf, siteOf } from './both-stores';
import { idsOf, inboxEvent } from './inbox-events';

describe('an answer of PostgreSQL that is lost after the work was done', () => {
	const site = siteOf('postgres');
	let proxy: TcpProxy;
	let store: Store;

	beforeAll(async () => {
		proxy = await startTcpProxy(site.server.port);
		({ store } = await acquireStore(Object.assign(new URL(site.location), { port: String(proxy.port) }).toString()));
	});
	afterAll(async () => {
		await closeAllStores();
		await proxy.stop();
	});

	const again = { againSeconds: 60 };

	it('does not swallow an event: the repeated statement still says that it is new', async () => {
		const before = proxy.lost();
		proxy.loseAnswerTo('processed_webhook');
		expect(idsOf(await store.inbox.receive('w/1', [inboxEvent('e1')], again))).toEqual(['e1']);
		expect(proxy.lost()).toBe(before + 1);
		expect(await site.store.inbox.receive('w/1', [inboxEvent('e1')], again)).toEqual([]);
	});

	it('does not swallow what a poll has found, nor takes its own move for another one’s', async () => {
		const key = { tenant: 't', integration: 'hubspot', entity: 'order', poll: 'w/poll' };
		for (const [round, id] of ['p1', 'p2'].entries()) {
			const expected = (await site.store.cursors.get(key))?.version;
			const before = proxy.lost();
			proxy.loseAnswerTo('COMMIT');
			const cursor = { key, cursor: { round }, expected };
			expect(idsOf(await store.inbox.receive('w/poll', [inboxEvent(id)], { ...again, cursor }))).toEqual([id]);
			expect(proxy.lost()).toBe(before + 1);
			expect(await site.store.cursors.get(key)).toMatchObject({ cursor: { round } });
		}
	});

	it('lets a subscription go on where it has come to, without losing or doubling an event', async () => {
		const key = { tenant: 'advance', integration: 'hubspot', entity: '*', poll: 'w/advance' };
		const events = ['a', 'b', 'c'].map((id) => inboxEvent(id, { tenant: 'advance', deliver: false }));
		await site.store.inbox.receive('w/1', events, again);
		const before = proxy.lost();
		proxy.loseAnswerTo('COMMIT');
		await store.inbox.advance(key, {}, { start: 'beginning', limit: 2 });
		expect(proxy.lost()).toBe(before + 1);
		await site.store.inbox.advance(key, {}, { start: 'beginning', limit: 2 });
		const due = await site.store.deliveries.due('w/advance', { limit: 10, againSeconds: 60 });
		expect(idsOf(due)).toEqual(['a', 'b', 'c']);
	});

	it('repeats a taking, which then finds what it has in hand; events put off by a lost answer come later', async () => {
		const keys = ['h1', 'h2'].map((id) => inboxEvent(id));
		await site.store.inbox.receive('w/hand', keys, { againSeconds: 0 });
		const before = proxy.lost();
		proxy.loseAnswerTo('taken_by');
		expect(await store.deliveries.due('w/hand', { limit: 10, againSeconds: 0 })).toHaveLength(2);
		proxy.loseAnswerTo('taken_by');
		expect(await store.deliveries.take({ receiver: 'w/hand', taker: 'run' }, keys, 60)).toHaveLength(2);
		proxy.loseAnswerTo('taken_by');
		await store.deliveries.done([{ receiver: 'w/hand', taker: 'run' }]);
		expect(proxy.lost()).toBe(before + 3);
		expect(await site.store.deliveries.backlog('w/hand')).toEqual({ waiting: 0, taken: 0, oldest: null });
	});

	it('leaves a settle unknown, not lost: the row is saved', async () => {
		const { name } = await site.newLinks();
		const links = store.links(name.replace('_order_link', ''), 'order');
		await links.claim('t', ['a'], { owner: 'run', seconds: 60 });
		const before = proxy.lost();
		proxy.loseAnswerTo('COMMIT');
		expect(await failureOf(links.settle('t', 'run', [{ localId: 'a', externalId: '1' }]))).toMatchObject({
			class: 'unknown',
			code: 'store_commit_unknown',
		});
		expect(proxy.lost()).toBe(before + 1);
		expect((await links.findByLocalIds('t', ['a']))[0]).toMatchObject({ externalId: '1', leaseOwner: null });
	});

	it('repeats a claim, which then finds its own leases', async () => {
		const { name } = await site.newLinks();
		const links = store.links(name.replace('_order_link', ''), 'order');
		const before = proxy.lost();
		proxy.loseAnswerTo('COMMIT');
		expect((await links.claim('t', ['a', 'b'], { owner: 'run', seconds: 60 })).claimed).toHaveLength(2);
		expect(proxy.lost()).toBe(before + 1);
	});
});
