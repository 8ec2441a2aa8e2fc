import { acquireStore, closeAllStores } from '../../../lib/store/open';

/** Claims `count` links in batches, in an order of its own, and prints those it got. */
async function main(): Promise<void> {
	const [location = '', owner = '', count = '0'] = process.argv.slice(2);
	const { store } = await acquireStore(location);
	const links = store.links('race', 'order');
	const ids = Array.from({ length: Number(count) }, (_, index) => `l${index}`).sort(() => Math.random() - 0.5);
	for (let start = 0; start < ids.length; start += 50) {
		const { claimed } = await links.claim('t', ids.slice(start, start + 50), { owner, seconds: 600 });
		for (const link of claimed) console.log(link.localId);
	}
	await closeAllStores();
}

void main();
