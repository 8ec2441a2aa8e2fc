import type { OwnRecords } from '../../../lib/sync/own-records';
import { syncOwn } from '../../../lib/sync/own-run';
import { acquireStore, closeAllStores } from '../../../lib/store/open';
import { replicationAt, type Place } from '../connection';
import { ownAt } from '../own-database';

/**
 * Syncs orders of a real database with the other side; with `unconfirmed` it stays for ever between the commit there and the
 * confirmation, until it is killed.
 */
async function main(): Promise<void> {
	const [given = '', values = '', mode = ''] = process.argv.slice(2);
	const place = JSON.parse(given) as Place;
	const { store } = await acquireStore(place.storeUrl);
	const own = ownAt(JSON.parse(values) as Record<string, string>);
	const items = Array.from({ length: 20 }, (_, n) => ({ localId: String(n + 1) }));
	const outcomes = await syncOwn(await replicationAt(store, place), mode === 'unconfirmed' ? stuck(own) : own, items);
	for (const { outcome, changes } of outcomes) process.stdout.write(`${outcome} ${changes.length}\n`);
	await closeAllStores();
}

function stuck(own: OwnRecords): OwnRecords {
	const upsert: OwnRecords['adapter']['upsert'] = async (binding, records) => {
		await own.adapter.upsert?.(binding, records);
		process.stdout.write('written\n');
		return await new Promise(() => setInterval(() => undefined, 1_000));
	};
	return { ...own, adapter: { ...own.adapter, upsert } };
}

void main();
