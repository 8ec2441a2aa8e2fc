import { acquireStore } from '../../../lib/store/open';

/** Writes links one after another until it is killed, and prints each one only when the store has said it is saved. */
async function main(): Promise<void> {
	const [location = '', prefix = ''] = process.argv.slice(2);
	const { store } = await acquireStore(location);
	await store.createLinkTables('crash', [{ entity: 'order', columns: [] }]);
	const links = store.links('crash', 'order');
	for (let index = 0; ; index++) {
		const localId = `${prefix}-${index}`;
		await links.claim('t', [localId], { owner: prefix, seconds: 60 });
		const { settled } = await links.settle('t', prefix, [
			{ localId, externalId: `e-${localId}`, syncStatus: 'synced' },
		]);
		if (settled.length === 1) process.stdout.write(`${localId}\n`);
	}
}

void main();
