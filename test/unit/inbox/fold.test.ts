import fc from 'fast-check';
import { foldEvents } from '../../../lib/inbox/fold';
import { inboxEvent } from '../../store/inbox-events';

const KINDS = ['created', 'updated', 'deleted', 'merged', 'restored'];
const anyEvents = fc
	.array(
		fc.record({
			record: fc.constantFrom('1', '2', '3'),
			event: fc.constantFrom(...KINDS),
			at: fc.integer({ min: 0, max: 50 }),
		}),
		{ maxLength: 20 },
	)
	.map((events) =>
		events.map(({ record, event, at }, index) =>
			inboxEvent(`e${index}`, { externalId: record, event, occurredAt: new Date(at) }),
		),
	);

test('no event is lost: each record comes once, with all its events, oldest first', () => {
	fc.assert(
		fc.property(anyEvents, (events) => {
			const folded = foldEvents(events);
			expect(folded.map(({ externalId }) => externalId)).toEqual([...new Set(events.map((one) => one.externalId))]);
			const ids = folded.flatMap(({ all }) => all.map(({ externalEventId }) => externalEventId));
			expect(ids.toSorted()).toEqual(events.map(({ externalEventId }) => externalEventId).toSorted());
			for (const { all, externalEventId } of folded) {
				expect(all.map(({ occurredAt }) => occurredAt)).toEqual(
					all.map(({ occurredAt }) => occurredAt).toSorted((a, b) => a.getTime() - b.getTime()),
				);
				expect(externalEventId).toBe(all.at(-1)?.externalEventId);
			}
		}),
	);
});

test('the order in which events arrive does not change what they say', () => {
	const distinct = anyEvents.map((events) => events.map((one, index) => ({ ...one, occurredAt: new Date(index) })));
	const arrivals = distinct.chain((events) =>
		fc.tuple(fc.constant(events), fc.shuffledSubarray(events, { minLength: events.length })),
	);
	const said = (events: ReturnType<typeof foldEvents>) =>
		events.map(({ externalId, event }) => `${externalId} ${event}`).toSorted();
	fc.assert(
		fc.property(arrivals, ([events, shuffled]) => {
			expect(said(foldEvents(shuffled))).toEqual(said(foldEvents(events)));
		}),
	);
});

test.each([
	{ kinds: ['created', 'updated', 'updated'], event: 'created' },
	{ kinds: ['created', 'deleted'], event: 'deleted' },
	{ kinds: ['deleted', 'restored', 'updated'], event: 'restored' },
	{ kinds: ['restored', 'deleted', 'updated'], event: 'deleted' },
	{ kinds: ['updated', 'merged', 'deleted'], event: 'merged' },
	{ kinds: ['updated', 'updated'], event: 'updated' },
])('$kinds is $event', ({ kinds, event }) => {
	const events = kinds.map((kind, at) => inboxEvent(`e${at}`, { event: kind, occurredAt: new Date(at) }));
	expect(foldEvents(events)).toMatchObject([{ event }]);
});
