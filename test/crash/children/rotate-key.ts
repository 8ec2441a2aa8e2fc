import { setTimeout as sleep } from 'node:timers/promises';
import { acquireStore, closeAllStores } from '../../../lib/store/open';
import { rotateKey } from '../../../lib/tenants/rotate-key';

/** Slow enough to be killed where it is meant to be: a quick machine is through with all in half a second. */
const PAUSE_MS = 10;

/** Rotates row by row, saying so after each page. */
async function main(): Promise<void> {
	const [location = '', key = ''] = process.argv.slice(2);
	const { store } = await acquireStore(location);
	const access = { store, environment: { CROSSLINK_ENCRYPTION_KEY: key } };
	for await (const { finished } of rotateKey(access, { pageSize: 1, maxMs: 600_000 })) {
		process.stdout.write(finished ? 'finished\n' : 'page\n');
		await sleep(PAUSE_MS);
	}
	await closeAllStores();
}

void main();
