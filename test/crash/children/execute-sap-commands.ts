import { once } from 'node:events';
import type { Mode } from '../../../lib/adapters/adapter';
import { executeCommand } from '../../../lib/commands/execute';
import { acquireStore, closeAllStores } from '../../../lib/store/open';
import { salesOrder, sapRun } from '../../conformance/sap/command-run';

/** Orders in SAP one after the other from a number on, as several workers with the same events would, until it is killed. */
async function main(): Promise<void> {
	const [storeUrl = '', mode = '', connection = '', first = '', last = ''] = process.argv.slice(2);
	const { store } = await acquireStore(storeUrl);
	const run = await sapRun(store, mode as Mode, JSON.parse(connection) as Record<string, string>);
	process.stdout.write('ready\n');
	// All of them begin together, however long each has taken to start.
	await once(process.stdin, 'data');
	for (let number = Number(first); number < Number(last); number++) {
		const { outcome } = await executeCommand(run, salesOrder(`order-${number}`));
		process.stdout.write(`${outcome}\n`);
	}
	await closeAllStores();
	process.stdin.destroy();
}

void main();
