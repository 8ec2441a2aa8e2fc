import { executeCommand } from '../../../lib/commands/execute';
import { acquireStore, closeAllStores } from '../../../lib/store/open';
import { deskRun, order } from '../../desk/command-run';

/** Orders one after the other from a number on, as several workers with the same events would, until it is killed. */
async function main(): Promise<void> {
	const [storeUrl = '', deskUrl = '', first = '', last = '', turn = ''] = process.argv.slice(2);
	const { store } = await acquireStore(storeUrl);
	const run = await deskRun(store, deskUrl);
	process.stdout.write('begin\n');
	const count = Number(last) - Number(first);
	// Each begins a few orders later, and meets what the others have left.
	for (let index = 0; index < count; index++) {
		const number = Number(first) + ((index + 4 * Number(turn)) % count);
		const { outcome } = await executeCommand(run, { ...order(`order-${number}`), waitSeconds: 3 });
		process.stdout.write(`${outcome}\n`);
	}
	await closeAllStores();
}

void main();
