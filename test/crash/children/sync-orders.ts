import { acquireStore, closeAllStores } from '../../../lib/store/open';
import type { Store } from '../../../lib/store/store';
import { confirm } from '../../../lib/sync/confirm';
import { sync } from '../../../lib/sync/sync';
import { replicationAt, type Place } from '../connection';
import { LocalOrders } from '../local-orders';

/**
 * Syncs all orders again and again, as a flow would, until it is killed; with `finish` until nothing changes. With
 * `unconfirmed` it stays for ever between writing patches and confirming them, once there are some.
 */
async function main(): Promise<void> {
	const [given = '', mode = ''] = process.argv.slice(2);
	const place = JSON.parse(given) as Place;
	const { store } = await acquireStore(place.storeUrl);
	const orders = new LocalOrders(place.localFile);
	process.stdout.write('begin\n');
	for (let still = 0; mode !== 'finish' || still < 2;) {
		still = (await pass(store, place, orders, mode)) ? 0 : still + 1;
		process.stdout.write('pass\n');
	}
	orders.close();
	await closeAllStores();
}

/** True when anything changed or failed. */
async function pass(store: Store, place: Place, orders: LocalOrders, mode: string): Promise<boolean> {
	const items = orders.all();
	const versions = new Map(items.map(({ id, version }) => [id, version]));
	const outcomes = await sync(
		await replicationAt(store, place),
		items.map(({ id, fields, modifiedAt }) => ({ localId: id, fields, modifiedAt: new Date(modifiedAt) })),
	);
	const receipts: string[] = [];
	for (const { localId, patch, receipt } of outcomes) {
		if (Object.keys(patch).length === 0 || localId === null) continue;
		if (orders.setIf(localId, versions.get(localId) ?? -1, patch) && receipt) receipts.push(receipt);
	}
	if (receipts.length > 0 && mode === 'unconfirmed') {
		process.stdout.write('patched\n');
		await new Promise((resolve) => process.stdin.once('data', resolve));
	}
	if (receipts.length > 0) await confirm(await replicationAt(store, place), receipts);
	return outcomes.some(({ outcome }) => outcome !== 'unchanged');
}

void main();
