import { spawn } from 'node:child_process';
import { join } from 'node:path';

/**
 * Ends these process groups and removes these folders should this process die before it has stopped them itself.
 * Call the result after stopping them.
 */
export function leash(groups: Array<number | undefined>, folders: string[]): () => void {
	const known = groups.filter((group) => group !== undefined);
	const args = [join(__dirname, 'leash-watcher.mjs'), String(process.pid), known.join(','), ...folders];
	const watcher = spawn(process.execPath, args, { detached: true, stdio: 'ignore' });
	watcher.unref();
	return () => void watcher.kill();
}
