// node leash-watcher.mjs <pid> <process groups, separated by commas> <folders...>
// Waits until the process is gone, then ends the groups and removes the folders: whoever kills a test run must not
// have to look for what it had started. Inside a test, jest's copy of `process` hears neither a signal nor the exit.
import { rmSync } from 'node:fs';

const POLL_MS = 500;
const [owner, groups, ...folders] = process.argv.slice(2);

function alive() {
	try {
		process.kill(Number(owner), 0);
		return true;
	} catch {
		return false;
	}
}

setInterval(() => {
	if (alive()) return;
	for (const group of groups.split(',')) {
		try {
			process.kill(-Number(group), 'SIGKILL');
		} catch {
			// It has ended by itself.
		}
	}
	for (const folder of folders) rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
	process.exit();
}, POLL_MS);
