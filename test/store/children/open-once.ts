import { acquireStore, closeAllStores } from '../../../lib/store/open';

/** Opens the store, makes a link table, and prints the code of what went wrong, or `ok`. */
async function main(): Promise<void> {
	const [location = ''] = process.argv.slice(2);
	const outcome = await acquireStore(location)
		.then(async ({ store }) => {
			await store.createLinkTables('crm', [{ entity: 'order', columns: ['stage'] }]);
			await store.check();
			return 'ok';
		})
		.catch((error: { code?: string; message?: string }) => `${error.code} ${error.message}`);
	console.log(outcome);
	await closeAllStores();
}

void main();
