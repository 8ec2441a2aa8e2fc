import { createWriteStream } from 'node:fs';
import { access, mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { lock } from 'proper-lockfile';

import { run } from './child-process';
import { requireSpace } from './disk-space';
import { NETWORK_OPTIONS, npmCommand } from './npm-command';
import { NpmProgress } from './npm-progress';
import { lostFiles, npmProblem } from './npm-problem';
import { codeOf } from './problem';
import { duration } from './progress';

export const N8N_VERSION = '2.41.1';

/** n8n takes 2.2 GB unpacked, and npm keeps what it downloads. */
const NEEDS_BYTES = 2.5 * 1024 ** 3;
/** A lock not renewed for this long belongs to a process that is gone. */
const LOCK_STALE_MS = 20_000;
const TICK_MS = 1_000;
const LOCK_RETRY_MS = 1_000;
const TEMPORARY = '.part-';

export interface InstallN8nOptions {
	/** See {@link cacheFolder}. */
	cacheRoot: string;
	signal: AbortSignal;
	say(text: string): void;
}

export interface InstalledN8n {
	/** Holds `node_modules/n8n`. */
	folder: string;
	/** False = it was there already. */
	downloaded: boolean;
}

/**
 * Makes sure that n8n is in the cache. Downloads into a folder beside it and renames that when it is whole, so an
 * interrupted download never counts; a lock keeps two starts from downloading both.
 */
export async function installN8n(options: InstallN8nOptions): Promise<InstalledN8n> {
	const { cacheRoot, signal, say } = options;
	const folder = n8nFolder(cacheRoot);
	if (await exists(folder)) return { folder, downloaded: false };
	await mkdir(cacheRoot, { recursive: true });
	const release = await acquire(folder, signal, say);
	try {
		if (await exists(folder)) return { folder, downloaded: false };
		await removeLeftovers(folder);
		await requireSpace(cacheRoot, NEEDS_BYTES, `n8n ${N8N_VERSION}`);
		await download(folder, options);
		return { folder, downloaded: true };
	} finally {
		await release();
	}
}

/** Where this version of n8n is kept for this Node; it is there when it is whole. */
export function n8nFolder(cacheRoot: string): string {
	const major = process.versions.node.split('.')[0];
	return join(cacheRoot, `n8n-${N8N_VERSION}-${process.platform}-${process.arch}-node${major}`);
}

async function download(folder: string, { cacheRoot, signal, say }: InstallN8nOptions): Promise<void> {
	const temporary = await mkdtemp(folder + TEMPORARY);
	const logFile = join(cacheRoot, 'n8n-download.log');
	const log = createWriteStream(logFile);
	const startedAt = Date.now();
	const progress = new NpmProgress();
	const ticking = setInterval(() => say(`${progress}, ${duration(Date.now() - startedAt)} so far…`), TICK_MS);
	try {
		await writeFile(join(temporary, 'package.json'), JSON.stringify({ name: 'crosslink-n8n', private: true }));
		const npm = npmCommand();
		const args = ['install', `n8n@${N8N_VERSION}`, '--save-exact', '--legacy-peer-deps', '--ignore-scripts'];
		const quiet = ['--no-audit', '--no-fund', '--loglevel=http'];
		const result = await run(npm.command, [...npm.first, ...args, ...quiet, ...NETWORK_OPTIONS], {
			...{ cwd: temporary, log, signal },
			onOutput: (text) => progress.hear(text),
		});
		if (result.code !== 0 || lostFiles(result.output)) {
			throw npmProblem(`Downloading n8n ${N8N_VERSION}`, result.output, logFile);
		}
		await rename(temporary, folder);
	} catch (error) {
		await rm(temporary, { recursive: true, force: true, maxRetries: 3 });
		throw error;
	} finally {
		clearInterval(ticking);
		log.end();
	}
}

async function acquire(folder: string, signal: AbortSignal, say: (text: string) => void): Promise<() => Promise<void>> {
	for (;;) {
		signal.throwIfAborted();
		try {
			return await lock(folder, { realpath: false, lockfilePath: `${folder}.lock`, stale: LOCK_STALE_MS });
		} catch (error) {
			if (codeOf(error) !== 'ELOCKED') throw error;
			say('another start is downloading it; waiting for that one…');
			await delay(LOCK_RETRY_MS, undefined, { signal }).catch(() => undefined);
		}
	}
}

/** Only under the lock: then nobody else can be working in one of these. */
async function removeLeftovers(folder: string): Promise<void> {
	const parent = join(folder, '..');
	const left = (await readdir(parent)).filter((name) => name.startsWith(basename(folder) + TEMPORARY));
	for (const name of left) await rm(join(parent, name), { recursive: true, force: true });
}

async function exists(path: string): Promise<boolean> {
	return await access(path).then(
		() => true,
		() => false,
	);
}
