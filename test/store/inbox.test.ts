import { acquireStore } from '../../lib/store/open';
import { describeOnBothStores, failureOf } from './both-stores';
import { idsOf, inboxEvent } from './inbox-events';

const AGAIN = { againSeconds: 60 };

describeOnBothStores('the inbox', (site) => {
	it('returns each event once to a receiver, also within one delivery', async () => {
		const { inbox } = site.store;
		const receive = async (receiver: string, ...events: ReturnType<typeof inboxEvent>[]) =>
			idsOf(await inbox.receive(receiver, events, AGAIN));
		const [a, b, c] = ['a', 'b', 'c'].map((id) => inboxEvent(id, { tenant: 'once' })) as [
			ReturnType<typeof inboxEvent>,
			ReturnType<typeof inboxEvent>,
			ReturnType<typeof inboxEvent>,
		];
		expect(await receive('w/1')).toEqual([]);
		expect(await receive('w/1', b, a, b)).toEqual(['b', 'a']);
		expect(await receive('w/1', b, c)).toEqual(['c']);
		expect(await receive('w/1', { ...a, tenant: 'other' }, { ...a, integration: 'salesforce' }, a)).toEqual(['a', 'a']);
		expect(await receive('w/2', a, b)).toEqual(['a', 'b']);
		expect(await receive('w/2', a, b)).toEqual([]);
		expect(await inbox.count('once', 'hubspot')).toBe(3);
	});

	it('keeps what is not to be delivered, and delivers it when it is asked for later', async () => {
		const { inbox } = site.store;
		const echo = inboxEvent('echo', { tenant: 'keep', status: 'echo', deliver: false });
		expect(await inbox.receive('w/1', [echo], AGAIN)).toEqual([]);
		expect(await inbox.count('keep', 'hubspot')).toBe(1);
		expect(idsOf(await inbox.receive('w/1', [{ ...echo, deliver: true }], AGAIN))).toEqual(['echo']);
	});

	it('gives back what came, newest first, by filter and by ids', async () => {
		const { inbox } = site.store;
		const at = { tenant: 'find' };
		const first = inboxEvent('first', { ...at, event: 'created', account: null });
		await inbox.receive('w/1', [first], AGAIN);
		await inbox.receive('w/1', [inboxEvent('second', { ...at, entity: 'company' })], AGAIN);
		await inbox.receive('w/1', [inboxEvent('third', { ...at, status: 'attention', deliver: false })], AGAIN);
		const find = (filter: Parameters<typeof inbox.find>[2], limit = 10) => inbox.find('find', 'hubspot', filter, limit);
		expect(idsOf(await find({}))).toEqual(['third', 'second', 'first']);
		expect(idsOf(await find({}, 1))).toEqual(['third']);
		expect(idsOf(await find({ entities: ['company'] }))).toEqual(['second']);
		expect(idsOf(await find({ entities: ['order', 'company'], events: ['created'] }))).toEqual(['first']);
		expect(idsOf(await find({ status: 'attention' }))).toEqual(['third']);
		expect(idsOf(await find({ ids: ['first', 'none'] }))).toEqual(['first']);
		expect(idsOf(await find({ ids: [] }))).toEqual([]);
		const { deliver: _, ...kept } = first;
		expect(await find({ ids: ['first'] })).toEqual([{ ...kept, receivedAt: expect.any(Date) }]);
		expect(await inbox.find('nobody', 'hubspot', {}, 10)).toEqual([]);
	});

	it('gives each event to exactly one of ten receptions at the same time, on two connections', async () => {
		const other = await acquireStore(site.kind === 'postgres' ? `${site.location}?application_name=b` : site.location);
		const events = Array.from({ length: 3_000 }, (_, index) => inboxEvent(`e${index}`, { tenant: 'race' }));
		const receptions = await Promise.all(
			Array.from({ length: 10 }, (_, index) =>
				(index % 2 ? site.store : other.store).inbox.receive(
					'w/1',
					index % 3 ? events : [...events].reverse().slice(0, 200),
					AGAIN,
				),
			),
		);
		const received = receptions.flatMap((reception) => idsOf(reception) ?? []);
		expect(received).toHaveLength(3_000);
		expect(new Set(received).size).toBe(3_000);
		expect(await site.store.inbox.count('race', 'hubspot')).toBe(3_000);
		other.release();
	});

	it('refuses ids that cannot be', async () => {
		const receive = (more: object) => failureOf(site.store.inbox.receive('w/1', [inboxEvent('a', more)], AGAIN));
		expect(await receive({ externalEventId: '' })).toMatchObject({ code: 'id_invalid' });
		expect(await receive({ externalId: 'a\u0000' })).toMatchObject({ code: 'id_invalid' });
		expect(await receive({ tenant: 'x'.repeat(129) })).toMatchObject({ code: 'id_invalid' });
		expect(await receive({ integration: 'Hub Spot' })).toMatchObject({ code: 'name_invalid' });
		expect(await failureOf(site.store.inbox.receive('', [], AGAIN))).toMatchObject({ code: 'id_invalid' });
		expect(
			await site.store.inbox.receive('w/1', [inboxEvent('b', { event: 'a\u0000', entity: 'b\u0000' })], AGAIN),
		).toHaveLength(1);
	});
});

describeOnBothStores('the position of a poll', (site) => {
	const key = { tenant: 'poll', integration: 'hubspot', entity: 'order', poll: 'w/p' };

	it('moves with the events it found, and only from where it was read', async () => {
		const { inbox, cursors } = site.store;
		const move = async (id: string, at: number, expected: number | undefined) =>
			idsOf(
				await inbox.receive('w/p', [inboxEvent(id, { tenant: 'poll' })], {
					...AGAIN,
					cursor: { key, cursor: { at }, expected },
				}),
			);
		expect(await cursors.get(key)).toBeUndefined();
		expect(await move('a', 1, undefined)).toEqual(['a']);
		expect(await move('b', 2, undefined)).toBeUndefined();
		const first = await cursors.get(key);
		expect(first).toMatchObject({ cursor: { at: 1 }, updatedAt: expect.any(Date) });
		expect(await move('b', 2, first?.version)).toEqual(['b']);
		expect(await move('c', 3, first?.version)).toBeUndefined();
		expect(await inbox.count('poll', 'hubspot')).toBe(2);
		expect(await cursors.get(key)).toMatchObject({ cursor: { at: 2 } });
		await cursors.clear(key);
		expect(await cursors.get(key)).toBeUndefined();
		expect(await move('c', 3, first?.version)).toBeUndefined();
		expect(await move('c', 3, undefined)).toEqual(['c']);
	});

	it('moves also when nothing was found', async () => {
		const { inbox, cursors } = site.store;
		const empty = { ...key, poll: 'w/empty' };
		const move = { key: empty, cursor: { at: 1 }, expected: undefined };
		expect(await inbox.receive('w/empty', [], { ...AGAIN, cursor: move })).toEqual([]);
		expect(await cursors.get(empty)).toMatchObject({ cursor: { at: 1 } });
	});

	it('is moved by one of two polls that read the same', async () => {
		const { inbox } = site.store;
		const race = { ...key, poll: 'w/race' };
		const outcomes = await Promise.all(
			Array.from({ length: 8 }, (_, index) =>
				inbox.receive('w/race', [inboxEvent(`r${index}`, { tenant: 'poll-race' })], {
					...AGAIN,
					cursor: { key: race, cursor: { index }, expected: undefined },
				}),
			),
		);
		expect(outcomes.filter((outcome) => outcome !== undefined)).toHaveLength(1);
		expect(await inbox.count('poll-race', 'hubspot')).toBe(1);
	});
});
