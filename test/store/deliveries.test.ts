import type { EventKey, StoredEvent } from '../../lib/store/store';
import { until } from '../until';
import { describeOnBothStores } from './both-stores';
import { idsOf, inboxEvent } from './inbox-events';

describeOnBothStores('deliveries', (site) => {
	let receivers = 0;
	/** A receiver nobody else uses, with events that wait for it. */
	async function waiting(count: number, againSeconds = 0) {
		const receiver = `w/${++receivers}`;
		const events = Array.from({ length: count }, (_, index) => inboxEvent(`${receiver}-${index}`));
		await site.store.inbox.receive(receiver, events, { againSeconds });
		return { receiver, events, keys: events.map(keyOf) };
	}
	const keyOf = ({ tenant, integration, externalEventId }: EventKey) => ({ tenant, integration, externalEventId });
	const due = (receiver: string, options: { limit?: number; againSeconds?: number } = {}): Promise<StoredEvent[]> =>
		site.store.deliveries.due(receiver, { limit: 100, againSeconds: 60, ...options });

	it('come up when their time has come, and not again before the next', async () => {
		const { receiver, events } = await waiting(3);
		expect(await due('w/somebody-else')).toEqual([]);
		const found = await due(receiver);
		expect(found).toEqual(events.map(({ deliver: _, ...event }) => ({ ...event, receivedAt: expect.any(Date) })));
		expect(await due(receiver)).toEqual([]);
		const later = await waiting(1, 60);
		expect(await due(later.receiver)).toEqual([]);
		expect(await site.store.deliveries.backlog(later.receiver)).toMatchObject({ waiting: 1, taken: 0 });
	});

	it('come up in the order in which they happened, some at a time', async () => {
		const at = (minute: number) => ({ occurredAt: new Date(Date.UTC(2026, 0, 1, 0, minute)) });
		const events = [inboxEvent('order-c', at(1)), inboxEvent('order-a', at(3)), inboxEvent('order-b', at(2))];
		await site.store.inbox.receive('w/order', events, { againSeconds: 0 });
		expect(idsOf(await due('w/order', { limit: 2 }))).toEqual(['order-c', 'order-b']);
		expect(idsOf(await due('w/order', { limit: 2 }))).toEqual(['order-a']);
	});

	it('are put off twice as long with every repetition, up to an hour', async () => {
		const { receiver } = await waiting(1);
		const putOff: number[] = [];
		for (let round = 0; round < 6; round++) {
			expect(await due(receiver, { againSeconds: 300 })).toHaveLength(1);
			const left =
				site.kind === 'postgres'
					? 'extract(epoch from due_at - clock_timestamp())::float'
					: `(julianday(due_at) - julianday('now')) * 86400`;
			const [row] = (await site.aside(
				`SELECT put_off, ${left} AS seconds FROM crosslink.event_delivery WHERE receiver = '${receiver}'`,
			)) as Array<{ put_off: number; seconds: number }>;
			putOff.push(row?.put_off ?? 0);
			expect(Math.abs((row?.seconds ?? 0) - (row?.put_off ?? 0))).toBeLessThan(10);
			await site.aside(`UPDATE crosslink.event_delivery SET due_at = since WHERE receiver = '${receiver}'`);
		}
		expect(putOff).toEqual([300, 600, 1_200, 2_400, 3_600, 3_600]);
	});

	it('are taken by one execution, which may ask again', async () => {
		const { receiver, keys } = await waiting(3);
		const { deliveries } = site.store;
		const take = (taker: string, wanted = keys, seconds = 60) =>
			deliveries.take({ receiver, taker }, wanted, seconds).then((taken) => idsOf(taken)?.sort());
		expect(await take('run-1', keys.slice(0, 2))).toEqual(idsOf(keys.slice(0, 2)));
		expect(await take('run-1', keys.slice(0, 2))).toEqual(idsOf(keys.slice(0, 2)));
		expect(await take('run-2')).toEqual(idsOf(keys.slice(2)));
		expect(await due(receiver)).toEqual([]);
		expect(await deliveries.backlog(receiver)).toEqual({ waiting: 0, taken: 3, oldest: null });
		await deliveries.done([{ receiver, taker: 'run-1' }]);
		expect(await take('run-3')).toEqual([]);
		expect(await deliveries.backlog(receiver)).toMatchObject({ waiting: 0, taken: 1 });
		expect(await deliveries.take({ receiver: 'w/none', taker: 'run-1' }, keys, 60)).toEqual([]);
		expect(await deliveries.take({ receiver, taker: 'run-1' }, [], 60)).toEqual([]);
	});

	it('are given to exactly one of ten that take at the same time', async () => {
		const { receiver, keys } = await waiting(200);
		const taken = await Promise.all(
			Array.from({ length: 10 }, (_, index) =>
				site.store.deliveries.take({ receiver, taker: `run-${index}` }, index % 2 ? keys : [...keys].reverse(), 60),
			),
		);
		expect(taken.flat()).toHaveLength(200);
		expect(new Set(idsOf(taken.flat())).size).toBe(200);
	});

	it('come up again, and may be taken over, when the lease is over; the late taker is told', async () => {
		const { receiver, keys } = await waiting(2);
		const { deliveries } = site.store;
		const dead = { receiver, taker: 'dead' };
		expect(await deliveries.take(dead, keys, 0)).toHaveLength(2);
		expect(await deliveries.take({ receiver, taker: 'next' }, keys.slice(0, 1), 60)).toHaveLength(1);
		expect(idsOf(await due(receiver))).toEqual(idsOf(keys.slice(1)));
		// Not its any more: neither renewing nor finishing changes anything.
		await deliveries.renew([dead], 600);
		await deliveries.done([dead]);
		expect(await deliveries.backlog(receiver)).toEqual({ waiting: 1, taken: 1, oldest: expect.any(Date) });
		expect(await deliveries.take({ receiver, taker: 'last' }, keys, 60)).toEqual(keys.slice(1));
	});

	it('stay in hand as long as they are renewed', async () => {
		const { receiver, keys } = await waiting(2);
		const { deliveries } = site.store;
		await deliveries.take({ receiver, taker: 'a' }, keys.slice(0, 1), 0.2);
		await deliveries.take({ receiver, taker: 'b' }, keys.slice(1), 0.2);
		await deliveries.renew(
			[
				{ receiver, taker: 'a' },
				{ receiver, taker: 'nobody' },
				{ receiver, taker: 'a' },
			],
			60,
		);
		await until(async () => (await deliveries.backlog(receiver)).waiting === 1, 'the end of the lease of b');
		expect(idsOf(await due(receiver))).toEqual(idsOf(keys.slice(1)));
		await deliveries.renew([], 60);
		await deliveries.done([]);
	});

	it('are given to exactly one of ten that ask for what is due', async () => {
		const { receiver } = await waiting(300);
		const found = await Promise.all(Array.from({ length: 10 }, () => due(receiver, { limit: 50 })));
		const ids = idsOf(found.flat());
		while (ids && ids.length < 300) ids.push(...(idsOf(await due(receiver, { limit: 50 })) ?? []));
		expect(ids).toHaveLength(300);
		expect(new Set(ids).size).toBe(300);
	});

	it('are replayed by id, for all who had them or for one that never had', async () => {
		const { receiver, events, keys } = await waiting(3, 60);
		const { deliveries, inbox } = site.store;
		const second = `${receiver}-second`;
		await inbox.receive(second, events.slice(0, 1), { againSeconds: 60 });
		await deliveries.take({ receiver, taker: 'run' }, keys, 60);
		await deliveries.done([{ receiver, taker: 'run' }]);
		const replay = (ids: string[], one?: string) => deliveries.replay('t', 'hubspot', ids, one);
		const ids = idsOf(events) ?? [];
		expect(await replay(ids.slice(0, 2))).toBe(3);
		expect(idsOf(await due(receiver))).toEqual(ids.slice(0, 2));
		expect(idsOf(await due(second))).toEqual(ids.slice(0, 1));
		expect(await replay([...ids.slice(2), 'unknown'], second)).toBe(1);
		expect(idsOf(await due(second))).toEqual(ids.slice(2));
		expect(await replay(ids.slice(2), second)).toBe(1);
		expect(idsOf(await due(second))).toEqual(ids.slice(2));
		expect(await deliveries.replay('other', 'hubspot', ids)).toBe(0);
		expect(await deliveries.replay('t', 'salesforce', ids, receiver)).toBe(0);
		expect(await replay([])).toBe(0);
	});

	it('vanish when their event was pruned from under them', async () => {
		const { receiver } = await waiting(1);
		await site.aside(`DELETE FROM crosslink.processed_webhook WHERE external_event_id = '${receiver}-0'`);
		expect(await due(receiver)).toEqual([]);
		expect(await site.store.deliveries.backlog(receiver)).toEqual({ waiting: 0, taken: 0, oldest: null });
	});
});
