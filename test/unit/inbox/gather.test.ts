import fc from 'fast-check';
import { withLocalIds, type LinkedEvent } from '../../../lib/inbox/event-items';
import { Gatherer } from '../../../lib/inbox/gather';
import { inboxEvent } from '../../store/inbox-events';

const PAUSE_MS = 100;
const MOST = 10;

let started: string[][];
let gatherer: Gatherer;
beforeEach(() => {
	jest.useFakeTimers();
	started = [];
	const start = (events: LinkedEvent[]) => void started.push(events.map(({ externalEventId }) => externalEventId));
	gatherer = new Gatherer(start, PAUSE_MS, MOST);
});
afterEach(() => {
	jest.useRealTimers();
});

const events = (...ids: string[]): LinkedEvent[] =>
	withLocalIds(
		() => undefined,
		ids.map((id) => inboxEvent(id)),
	);

test('what comes alone starts the workflow at once', () => {
	gatherer.add(events('a'));
	expect(started).toEqual([['a']]);
	jest.advanceTimersByTime(PAUSE_MS);
	gatherer.add(events('b'));
	expect(started).toEqual([['a'], ['b']]);
});

test('what comes within the pause starts it together, when the pause is over', () => {
	gatherer.add(events('a'));
	gatherer.add(events('b', 'c'));
	jest.advanceTimersByTime(PAUSE_MS - 1);
	gatherer.add(events('d'));
	expect(started).toEqual([['a']]);
	jest.advanceTimersByTime(1);
	expect(started).toEqual([['a'], ['b', 'c', 'd']]);
	// That was a start, too: the next pause has begun.
	gatherer.add(events('e'));
	expect(started).toHaveLength(2);
	jest.advanceTimersByTime(PAUSE_MS);
	expect(started.at(-1)).toEqual(['e']);
});

test('a full batch waits for no pause', () => {
	gatherer.add(events('a'));
	const ids = Array.from({ length: MOST }, (_, index) => `b${index}`);
	gatherer.add(events(...ids.slice(1)));
	expect(started).toHaveLength(1);
	gatherer.add(events(...ids.slice(0, 1)));
	expect(started.at(-1)).toEqual([...ids.slice(1), ...ids.slice(0, 1)]);
});

test('closing starts the workflow with what waits, and nothing runs on', () => {
	gatherer.add(events('a'));
	gatherer.add(events('b'));
	gatherer.close();
	expect(started).toEqual([['a'], ['b']]);
	expect(jest.getTimerCount()).toBe(0);
});

test('each event once, in the order in which they came, whatever the rhythm', () => {
	const rhythm = fc.array(fc.record({ count: fc.integer({ min: 0, max: 15 }), ms: fc.integer({ min: 0, max: 150 }) }));
	fc.assert(
		fc.property(rhythm, (deliveries) => {
			started = [];
			let last = 0;
			for (const { count, ms } of deliveries) {
				gatherer.add(events(...Array.from({ length: count }, () => `e${last++}`)));
				jest.advanceTimersByTime(ms);
			}
			gatherer.close();
			expect(started.flat()).toEqual(Array.from({ length: last }, (_, index) => `e${index}`));
			expect(started.filter(({ length }) => length === 0)).toEqual([]);
		}),
	);
});
