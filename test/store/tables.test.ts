import type { InboxEvent } from '../../lib/store/store';
import { acquireStore } from '../../lib/store/open';
import { describeOnBothStores, failureOf } from './both-stores';

function event(id: string): InboxEvent {
	return {
		externalEventId: id,
		entity: 'order',
		externalId: '1',
		event: 'updated',
		occurredAt: new Date('2026-01-02T03:04:05.678Z'),
		payload: { text: 'a\u0000b', nested: [1, null, { x: 'ü' }] },
	};
}

describeOnBothStores('integration configurations', (site) => {
	it('creates with defaults, changes only what is given, and keeps null apart from left out', async () => {
		const { configs } = site.store;
		expect(await configs.get('t', 'hubspot')).toBeUndefined();
		const created = await configs.save({ tenant: 't', integration: 'hubspot', credentials: 'sealed' });
		expect(created).toMatchObject({
			mode: 'cloud',
			enabled: false,
			credentials: 'sealed',
			settings: {},
			webhookSecret: null,
		});
		const changed = await configs.save({
			tenant: 't',
			integration: 'hubspot',
			mode: 'onprem',
			enabled: true,
			settings: { entities: { order: { object: 'deals' } } },
			webhookSecret: 's',
		});
		expect(changed.createdAt).toEqual(created.createdAt);
		expect(await configs.save({ tenant: 't', integration: 'hubspot', credentials: null })).toMatchObject({
			mode: 'onprem',
			enabled: true,
			credentials: null,
			settings: { entities: { order: { object: 'deals' } } },
			webhookSecret: 's',
		});
		await configs.save({ tenant: 't', integration: 'a_first' });
		expect((await configs.getMany('t')).map((config) => config.integration)).toEqual(['a_first', 'hubspot']);
	});

	it('refuses an integration name and a tenant that cannot be', async () => {
		const { configs } = site.store;
		expect(await failureOf(configs.save({ tenant: 't', integration: 'Hub Spot' }))).toMatchObject({
			code: 'name_invalid',
		});
		expect(await failureOf(configs.save({ tenant: '', integration: 'hubspot' }))).toMatchObject({ code: 'id_invalid' });
		expect(await failureOf(configs.get('x'.repeat(129), 'hubspot'))).toMatchObject({ code: 'id_invalid' });
	});
});

describeOnBothStores('the inbox', (site) => {
	it('returns each event once, also within one delivery', async () => {
		const { inbox } = site.store;
		expect(await inbox.receive('t', 'hubspot', [])).toEqual(new Set());
		expect(await inbox.receive('t', 'hubspot', [event('b'), event('a'), event('b')])).toEqual(new Set(['a', 'b']));
		expect(await inbox.receive('t', 'hubspot', [event('b'), event('c')])).toEqual(new Set(['c']));
		expect(await inbox.receive('other', 'hubspot', [event('a')])).toEqual(new Set(['a']));
		expect(await inbox.receive('t', 'salesforce', [event('a')])).toEqual(new Set(['a']));
		expect(await inbox.count('t', 'hubspot')).toBe(3);
	});

	it('gives each event to exactly one of ten deliveries at the same time, on two connections', async () => {
		const other = await acquireStore(site.kind === 'postgres' ? `${site.location}?application_name=b` : site.location);
		const events = Array.from({ length: 3_000 }, (_, index) => event(`e${index}`));
		const deliveries = await Promise.all(
			Array.from({ length: 10 }, (_, index) =>
				(index % 2 ? site.store : other.store).inbox.receive(
					'race',
					'hubspot',
					index % 3 ? events : [...events].reverse().slice(0, 200),
				),
			),
		);
		const received = deliveries.flatMap((delivery) => [...delivery]);
		expect(received).toHaveLength(3_000);
		expect(new Set(received).size).toBe(3_000);
		expect(await site.store.inbox.count('race', 'hubspot')).toBe(3_000);
		other.release();
	});

	it('keeps the payload and the time as they came', async () => {
		await site.store.inbox.receive('keep', 'hubspot', [event('a')]);
		const [row] = (await site.aside(
			`SELECT CAST(payload AS text) AS payload, ${site.kind === 'sqlite' ? 'occurred_at' : `to_char(occurred_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`} AS at
			FROM crosslink.processed_webhook WHERE tenant = 'keep'`,
		)) as Array<{ payload: string; at: string }>;
		expect(JSON.parse(row?.payload ?? '')).toEqual(event('a').payload);
		expect(row?.at).toBe('2026-01-02T03:04:05.678Z');
	});
});

describeOnBothStores('the call budget', (site) => {
	const limit = { intervalMs: 1_000, burst: 3 };

	it('lets a burst go at once and spaces what follows', async () => {
		const { budget } = site.store;
		const waits = [];
		for (let call = 0; call < 6; call++) waits.push(await budget.reserve('acme', 'read', limit));
		expect(waits.slice(0, 3)).toEqual([0, 0, 0]);
		for (const [index, expected] of [1_000, 2_000, 3_000].entries()) {
			expect(waits[3 + index]).toBeLessThanOrEqual(expected);
			expect(waits[3 + index]).toBeGreaterThan(expected - 500);
		}
		expect(await budget.reserve('acme', 'write', limit)).toBe(0);
		expect(await budget.reserve('other', 'read', limit)).toBe(0);
	});

	it('is one budget for two connections that book at the same time', async () => {
		const other = await acquireStore(site.kind === 'postgres' ? `${site.location}?application_name=b` : site.location);
		const waits = await Promise.all(
			Array.from({ length: 40 }, (_, index) =>
				(index % 2 ? site.store : other.store).budget.reserve('shared', 'read', { intervalMs: 10_000, burst: 5 }),
			),
		);
		waits.sort((left, right) => left - right);
		expect(waits.filter((wait) => wait === 0)).toHaveLength(5);
		// Booked one behind the other: no two calls share a slot.
		const slots = waits.slice(5).map((wait) => Math.round(wait / 10_000));
		expect(new Set(slots).size).toBe(35);
		other.release();
	});

	it('waits out a pause, and a shorter one does not end it', async () => {
		const { budget } = site.store;
		await budget.pause('paused', 'read', 60_000);
		await budget.pause('paused', 'read', 1_000);
		const waits = [];
		for (let call = 0; call < 4; call++) waits.push(await budget.reserve('paused', 'read', limit));
		for (const wait of waits) expect(wait).toBeGreaterThan(55_000);
		expect((waits[3] ?? 0) - (waits[2] ?? 0)).toBeGreaterThan(500);
		await budget.reserve('later', 'read', limit);
		await budget.pause('later', 'read', 5_000);
		expect(await budget.reserve('later', 'read', limit)).toBeGreaterThan(4_000);
	});

	it('lets calls go again when time has passed', async () => {
		const { budget } = site.store;
		const quick = { intervalMs: 20, burst: 1 };
		let waited = 0;
		for (let call = 0; call < 5; call++) {
			const wait = await budget.reserve('quick', 'read', quick);
			await new Promise((resolve) => setTimeout(resolve, wait));
			waited += wait;
		}
		expect(waited).toBeLessThanOrEqual(100);
		expect(await budget.reserve('quick', 'read', quick)).toBeLessThanOrEqual(20);
	});

	it('refuses numbers that are none', async () => {
		const { budget } = site.store;
		await expect(budget.reserve('a', 'b', { intervalMs: Number.NaN, burst: 1 })).rejects.toThrow(/intervalMs/);
		await expect(budget.pause('a', 'b', Number.POSITIVE_INFINITY)).rejects.toThrow(/ms of a call budget/);
	});
});
