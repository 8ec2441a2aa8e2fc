import { describeOnBothStores } from './both-stores';
import { idsOf, inboxEvent } from './inbox-events';

const AGAIN = { againSeconds: 0 };
const later = () => new Date(Date.now() + 60_000);

describeOnBothStores('unrouted events', (site) => {
	const unrouted = (id: string, more: Parameters<typeof inboxEvent>[1] = {}) =>
		inboxEvent(id, { tenant: 'ingress', status: 'unrouted', deliver: false, account: '7', ...more });

	it('go to the tenant of their account, to be seen by its subscriptions', async () => {
		const { inbox, deliveries } = site.store;
		await inbox.receive('w/in', [unrouted('a'), unrouted('b'), unrouted('c'), unrouted('x', { account: '8' })], AGAIN);
		await inbox.receive('w/in', [unrouted('b', { tenant: 'ingress-2' }), unrouted('d', { tenant: 'owner' })], AGAIN);
		await inbox.receive('w/in', [unrouted('e', { integration: 'salesforce' })], AGAIN);
		await inbox.receive('w/in', [inboxEvent('c', { tenant: 'owner', event: 'known', deliver: false })], AGAIN);
		// Somebody has asked for one of them by hand, and has it in hand.
		expect(await deliveries.replay('ingress', 'hubspot', ['a'], 'w/hand')).toBe(1);
		await deliveries.take({ receiver: 'w/hand', taker: 'run' }, [unrouted('a')], 60);

		expect(await inbox.route('hubspot', '7', 'owner', 2)).toBe(2);
		expect(await inbox.route('hubspot', '7', 'owner', 1_000)).toBe(3);
		expect(await inbox.route('hubspot', '7', 'owner', 1_000)).toBe(0);
		const found = await inbox.find('owner', 'hubspot', {}, 10);
		expect(idsOf(found)?.sort()).toEqual(['a', 'b', 'c', 'd']);
		expect(found.every(({ status }) => status === 'received')).toBe(true);
		expect(found.find(({ externalEventId }) => externalEventId === 'c')?.event).toBe('known');
		expect(idsOf(await inbox.find('ingress', 'hubspot', {}, 10))).toEqual(['x']);
		expect(await inbox.count('ingress', 'salesforce')).toBe(1);
		expect(await inbox.count('ingress-2', 'hubspot')).toBe(0);
		expect(await deliveries.backlog('w/hand')).toMatchObject({ taken: 1, waiting: 0 });
		expect(await deliveries.take({ receiver: 'w/hand', taker: 'run' }, found, 60)).toHaveLength(1);

		const key = { tenant: 'owner', integration: 'hubspot', entity: '*', poll: 'w/owner' };
		expect(await inbox.advance(key, {}, { start: 'beginning', limit: 10 })).toBe(4);
	});

	it('move once when several move them at the same time', async () => {
		const { inbox } = site.store;
		const events = Array.from({ length: 1_200 }, (_, index) => unrouted(`r${index}`, { account: '9' }));
		await inbox.receive('w/in', events, AGAIN);
		const moved = await Promise.all(Array.from({ length: 4 }, () => inbox.route('hubspot', '9', 'race', 10_000)));
		expect(moved.reduce((sum, count) => sum + count, 0)).toBe(1_200);
		expect(await inbox.count('race', 'hubspot')).toBe(1_200);
	});
});

describeOnBothStores('pruning the inbox', (site) => {
	it('takes what is old and done with, some at a time, and leaves what somebody still has to get', async () => {
		const { inbox, deliveries } = site.store;
		const at = { tenant: 'prune' };
		const many = Array.from({ length: 1_300 }, (_, index) => inboxEvent(`n${index}`, { ...at, deliver: false }));
		await inbox.receive('w/prune', [inboxEvent('waits', at), inboxEvent('done', at), inboxEvent('taken', at)], AGAIN);
		await inbox.receive('w/prune', many, AGAIN);
		await inbox.receive('w/prune', [inboxEvent('s', { ...at, integration: 'salesforce', deliver: false })], AGAIN);
		await inbox.receive('w/prune', [inboxEvent('theirs', { tenant: 'prune-not', deliver: false })], AGAIN);
		const key = (externalEventId: string) => ({ tenant: 'prune', integration: 'hubspot', externalEventId });
		await deliveries.take({ receiver: 'w/prune', taker: 'one' }, [key('done')], 60);
		await deliveries.done([{ receiver: 'w/prune', taker: 'one' }]);
		await deliveries.take({ receiver: 'w/prune', taker: 'two' }, [key('taken')], 60);

		expect(await inbox.prune('prune', new Date(0), 10)).toBe(0);
		expect(await inbox.prune('prune', later(), 600)).toBe(600);
		expect(await inbox.prune('prune', later(), 10_000)).toBe(702);
		expect(idsOf(await inbox.find('prune', 'hubspot', {}, 10))?.sort()).toEqual(['taken', 'waits']);
		expect(await inbox.count('prune', 'salesforce')).toBe(0);
		expect(await inbox.count('prune-not', 'hubspot')).toBe(1);
		const left = await site.aside(
			`SELECT external_event_id FROM crosslink.event_delivery WHERE tenant = 'prune' ORDER BY external_event_id`,
		);
		expect(left).toEqual([{ external_event_id: 'taken' }, { external_event_id: 'waits' }]);
		expect(idsOf(await deliveries.due('w/prune', { limit: 10, againSeconds: 60 }))).toEqual(['waits']);
	});

	it('is done by one of two that prune at the same time', async () => {
		const events = Array.from({ length: 2_000 }, (_, index) =>
			inboxEvent(`p${index}`, { tenant: 'prune-race', deliver: false }),
		);
		await site.store.inbox.receive('w/prune', events, AGAIN);
		const deleted = await Promise.all(
			Array.from({ length: 3 }, () => site.store.inbox.prune('prune-race', later(), 9_999)),
		);
		expect(deleted.reduce((sum, count) => sum + count, 0)).toBe(2_000);
		expect(await site.store.inbox.count('prune-race', 'hubspot')).toBe(0);
	});
});
