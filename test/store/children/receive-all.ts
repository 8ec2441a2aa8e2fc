import { acquireStore, closeAllStores } from '../../../lib/store/open';
import { inboxEvent } from '../inbox-events';

/** Receives the same `count` events as others do, in an order of its own, takes what it got, and prints it. */
async function main(): Promise<void> {
	const [location = '', taker = '', count = '0'] = process.argv.slice(2);
	const { store } = await acquireStore(location);
	const events = Array.from({ length: Number(count) }, (_, index) => inboxEvent(`e${index}`)).sort(
		() => Math.random() - 0.5,
	);
	for (let start = 0; start < events.length; start += 100) {
		const part = events.slice(start, start + 100);
		const fresh = (await store.inbox.receive('w/race', part, { againSeconds: 600 })) ?? [];
		// All of them, so that the others' are asked for as well.
		const taken = await store.deliveries.take({ receiver: 'w/race', taker }, part, 600);
		console.log(JSON.stringify({ fresh: fresh.length, taken: taken.map((key) => key.externalEventId) }));
	}
	await store.deliveries.done([{ receiver: 'w/race', taker }]);
	await closeAllStores();
}

void main();
