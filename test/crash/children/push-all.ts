import { acquireStore, closeAllStores } from '../../../lib/store/open';
import { push } from '../../../lib/sync/push';
import { replicationAt, type Place } from '../connection';
import { LocalOrders } from '../local-orders';

/** Pushes all orders once, in an order of its own, when it is told to go; prints how many it has done itself. */
async function main(): Promise<void> {
	const [given = '', turn = ''] = process.argv.slice(2);
	const place = JSON.parse(given) as Place;
	const { store } = await acquireStore(place.storeUrl);
	const orders = new LocalOrders(place.localFile);
	const items = orders.all().map(({ id, fields }) => ({ localId: id, fields }));
	const half = Math.floor(items.length / 3) * Number(turn);
	process.stdout.write('ready\n');
	await new Promise((resolve) => process.stdin.once('data', resolve));
	const outcomes = await push(await replicationAt(store, place), [...items.slice(half), ...items.slice(0, half)]);
	const counts: Record<string, number> = {};
	for (const { outcome } of outcomes) counts[outcome] = (counts[outcome] ?? 0) + 1;
	process.stdout.write(`${JSON.stringify(counts)}\n`);
	orders.close();
	await closeAllStores();
	process.exit(0);
}

void main();
