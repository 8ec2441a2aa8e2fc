import { acquireStore, closeAllStores } from '../../lib/store/open';
import type { Store } from '../../lib/store/store';
import { startTcpProxy, type TcpProxy } from '../servers/tcp-proxy';
import { failureOf, siteOf } from './both-stores';

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

	it('does not swallow an event: the repeated statement still says that it is new', async () => {
		const event = {
			externalEventId: 'e1',
			entity: 'order',
			externalId: '1',
			event: 'updated',
			occurredAt: new Date(),
			payload: {},
		};
		proxy.loseAnswerTo('processed_webhook');
		expect(await store.inbox.receive('t', 'hubspot', [event])).toEqual(new Set(['e1']));
		expect(proxy.lost()).toBe(1);
		expect(await site.store.inbox.receive('t', 'hubspot', [event])).toEqual(new Set());
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
