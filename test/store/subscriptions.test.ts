import { Client } from 'pg';
import type { EventFilter, PollKey } from '../../lib/store/store';
import { acquireStore } from '../../lib/store/open';
import { until } from '../until';
import { describeOnBothStores, siteOf, type StoreSite } from './both-stores';
import { idsOf, inboxEvent } from './inbox-events';

let subscriptions = 0;

/** A tenant and a subscription nobody else uses. */
function subscriptionAt(site: StoreSite) {
	const name = `s${++subscriptions}`;
	const key: PollKey = { tenant: name, integration: 'hubspot', entity: '*', poll: `w/${name}` };
	return {
		key,
		store: (ids: string[], more: Parameters<typeof inboxEvent>[1] = {}) =>
			site.store.inbox.receive(
				'w/webhook',
				ids.map((id) => inboxEvent(id, { tenant: name, deliver: false, ...more })),
				{ againSeconds: 60 },
			),
		advance: (filter: EventFilter = {}, limit = 100, start: 'now' | 'beginning' = 'beginning') =>
			site.store.inbox.advance(key, filter, { start, limit }),
		due: async () => idsOf(await site.store.deliveries.due(key.poll, { limit: 1_000, againSeconds: 60 })),
	};
}

describeOnBothStores('a subscription', (site) => {
	it('gets what came, in its order, some at a time, once', async () => {
		const { store, advance, due } = subscriptionAt(site);
		await store(['c']);
		// What is stored in one millisecond goes by its id.
		const stored = Date.now();
		await until(() => Date.now() > stored + 1, 'the next millisecond');
		await store(['a', 'b']);
		expect(await advance({}, 2)).toBe(2);
		expect(await due()).toEqual(['c', 'a']);
		expect(await advance({}, 2)).toBe(1);
		expect(await due()).toEqual(['b']);
		expect(await advance()).toBe(0);
		await store(['a', 'd']);
		expect(await advance()).toBe(1);
		expect(await due()).toEqual(['d']);
		expect(await advance({}, 0)).toBe(0);
	});

	it('that begins now gets nothing of what is there, however much, and all that comes', async () => {
		const { key, store, advance, due } = subscriptionAt(site);
		const many = Array.from({ length: 6_000 }, (_, index) => `e${index}`);
		await store(many);
		expect(await advance({}, 10, 'now')).toBe(0);
		expect(await due()).toEqual([]);
		await store(['new']);
		expect(await advance({}, 10, 'now')).toBe(1);
		expect(await due()).toEqual(['new']);
		expect(await site.store.cursors.get(key)).toMatchObject({ cursor: { position: 6_001 } });
		await site.store.cursors.clear(key);
		let passed = 0;
		for (let step = -1; step !== 0; passed += step) step = await advance({}, 2_000);
		expect(passed).toBe(6_001);
		// What it has had already does not come again.
		expect((await due())?.length).toBe(1_000);
		expect(await site.store.deliveries.backlog(key.poll)).toMatchObject({ waiting: 6_001 });
	});

	it('begins now also where nothing has come yet', async () => {
		const { store, advance, due } = subscriptionAt(site);
		expect(await advance({}, 10, 'now')).toBe(0);
		await store(['first']);
		expect(await advance({}, 10, 'now')).toBe(1);
		expect(await due()).toEqual(['first']);
	});

	it('goes past what it does not want, and sees neither echoes nor what has no tenant', async () => {
		const { store, advance, due } = subscriptionAt(site);
		await store(['wanted'], { entity: 'order', event: 'created' });
		await store(['other-event'], { entity: 'order', event: 'deleted' });
		await store(['other-entity'], { entity: 'company', event: 'created' });
		for (const status of ['echo', 'unrouted', 'attention'] as const) await store([status], { status });
		expect(await advance({ entities: ['order', 'contact'], events: ['created'] })).toBe(3);
		expect(await due()).toEqual(['wanted']);
	});

	it('does not take from others: each gets all', async () => {
		const { key, store, advance, due } = subscriptionAt(site);
		await store(['a']);
		expect(await advance()).toBe(1);
		await store(['b']);
		const other = { ...key, poll: `${key.poll}-other` };
		expect(await site.store.inbox.advance(other, {}, { start: 'beginning', limit: 10 })).toBe(2);
		const found = await site.store.deliveries.due(other.poll, { limit: 10, againSeconds: 60 });
		expect(idsOf(found)).toEqual(['a', 'b']);
		expect(await advance()).toBe(1);
		expect(await due()).toEqual(['a', 'b']);
	});

	it('gets each event once, and none is lost, while ten store and four advance at the same time', async () => {
		const { key, store, advance } = subscriptionAt(site);
		const other = await acquireStore(site.kind === 'postgres' ? `${site.location}?application_name=b` : site.location);
		let storing = true;
		const found: string[] = [];
		const collect = async () => {
			const events = await other.store.deliveries.due(key.poll, { limit: 50, againSeconds: 600 });
			found.push(...(idsOf(events) ?? []));
			return events.length;
		};
		const subscribers = Array.from({ length: 4 }, async (_, index) => {
			const from = index % 2 ? other.store : site.store;
			for (let last = false; ;) {
				const passed = await from.inbox.advance(key, {}, { start: 'beginning', limit: 7 });
				const came = await collect();
				if (passed === 0 && came === 0 && last) return;
				last = !storing;
			}
		});
		await Promise.all(
			Array.from({ length: 10 }, async (_, writer) => {
				for (let event = 0; event < 20; event++) await store([`${writer}-${event}`, `${writer}-${event}-b`]);
			}),
		);
		storing = false;
		await Promise.all(subscribers);
		expect(found).toHaveLength(400);
		expect(new Set(found).size).toBe(400);
		expect(await advance()).toBe(0);
		other.release();
	});
});

describe('a subscription on PostgreSQL', () => {
	const site = siteOf('postgres');

	it('gets an event that was stored first and committed last', async () => {
		const { key, store, advance, due } = subscriptionAt(site);
		const slow = new Client({ connectionString: site.location });
		await slow.connect();
		try {
			await slow.query('BEGIN');
			await slow.query(
				`INSERT INTO crosslink.processed_webhook
					(tenant, integration, external_event_id, entity, external_id, event, occurred_at, payload, receipt, received_at)
				VALUES ($1, 'hubspot', 'slow', 'order', '1', 'updated', now(), '{}', 'r', clock_timestamp())`,
				[key.tenant],
			);
			await store(['fast']);
			expect(await advance()).toBe(1);
			expect(await due()).toEqual(['fast']);
			await slow.query('COMMIT');
			expect(await advance()).toBe(1);
			expect(await due()).toEqual(['slow']);
		} finally {
			await slow.end();
		}
	});
});
