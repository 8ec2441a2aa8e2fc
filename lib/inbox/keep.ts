import { grouped } from '../grouped';
import { asCrosslinkError } from '../errors';
import type { InboxEvent, Store } from '../store/store';
import { keyTextOf } from './intake';

type Keep = (events: InboxEvent[]) => Promise<InboxEvent[]>;
type Kept = { fresh: InboxEvent[] } | { failure: unknown };

/** By store and receiver. */
const keepers = new WeakMap<Store, Map<string, Keep>>();

/**
 * Keeps the events of one request and returns those that are new for the receiver. Requests that come while others are
 * being kept share one statement; an event that several of them bring is returned to the first.
 */
export async function keepEvents(
	store: Store,
	receiver: string,
	events: InboxEvent[],
	againSeconds: number,
): Promise<InboxEvent[]> {
	const ofStore = keepers.get(store) ?? new Map<string, Keep>();
	keepers.set(store, ofStore);
	const keep = ofStore.get(receiver) ?? keeper(store, receiver, againSeconds);
	ofStore.set(receiver, keep);
	return await keep(events);
}

function keeper(store: Store, receiver: string, againSeconds: number): Keep {
	const receive = async (events: InboxEvent[]) => (await store.inbox.receive(receiver, events, { againSeconds })) ?? [];

	const keep = grouped(async (requests: InboxEvent[][]): Promise<Kept[]> => {
		try {
			return shareOut(requests, await receive(distinct(requests.flat()))).map((fresh) => ({ fresh }));
		} catch (thrown) {
			if (requests.length === 1 || asCrosslinkError(thrown).class === 'transient') throw thrown;
			// What one request has that cannot be stored must not cost the others their answer.
			const kept: Kept[] = [];
			for (const request of requests) {
				kept.push(
					await receive(request).then(
						(fresh) => ({ fresh }),
						(failure: unknown) => ({ failure }),
					),
				);
			}
			return kept;
		}
	});

	return async (events) => {
		const kept = await keep(events);
		if ('failure' in kept) throw kept.failure;
		return kept.fresh;
	};
}

/** The first of each: it is the one whose request is answered with it. */
function distinct(events: InboxEvent[]): InboxEvent[] {
	const byKey = new Map<string, InboxEvent>();
	for (const event of events) {
		const key = keyTextOf(event);
		// One that is to be delivered wins, or a re-delivery on its way would hide it.
		if (byKey.get(key)?.deliver !== true) byKey.set(key, event);
	}
	return [...byKey.values()];
}

function shareOut(requests: InboxEvent[][], fresh: InboxEvent[]): InboxEvent[][] {
	const left = new Map(fresh.map((event) => [keyTextOf(event), event]));
	return requests.map((request) => {
		const own: InboxEvent[] = [];
		for (const event of request) {
			const key = keyTextOf(event);
			const one = left.get(key);
			if (one === undefined) continue;
			own.push(one);
			left.delete(key);
		}
		return own;
	});
}
