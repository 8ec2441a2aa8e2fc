import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { access, mkdir, mkdtemp, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { run } from './child-process';
import { copyTree } from './copy-tree';
import { NETWORK_OPTIONS, npmCommand } from './npm-command';
import { lostFiles, npmProblem } from './npm-problem';
import { Problem } from './problem';

/** The options n8n itself installs a community package's dependencies with (n8n 2.41.1, community-packages.service). */
const N8N_INSTALL_OPTIONS = [
	...['--install-strategy=shallow', '--ignore-scripts=true', '--bin-links=false', '--package-lock=false'],
	...['--audit=false', '--fund=false'],
];

export interface InstallPackOptions {
	/** The built checkout: package.json and dist. */
	root: string;
	/** n8n's user folder; the pack goes below its `.n8n/nodes`. */
	userFolder: string;
	/** See {@link cacheFolder}; dependencies are kept here by what they are. */
	cacheRoot: string;
	signal: AbortSignal;
}

export interface InstalledPack {
	name: string;
	version: string;
	/** `<user folder>/.n8n/nodes/node_modules/<name>`. */
	folder: string;
	/** False = the dependencies came from the cache, without the network. */
	downloaded: boolean;
}

interface Manifest {
	name: string;
	version: string;
	dependencies?: Record<string, string>;
	devDependencies?: unknown;
	peerDependencies?: unknown;
	optionalDependencies?: unknown;
}

/** Installs the pack the way n8n installs a community package: packed, unpacked, stripped, its dependencies inside it. */
export async function installPack(options: InstallPackOptions): Promise<InstalledPack> {
	const { root, userFolder, cacheRoot, signal } = options;
	await mkdir(cacheRoot, { recursive: true });
	const logFile = join(cacheRoot, 'pack-install.log');
	const work = await mkdtemp(join(cacheRoot, 'pack-'));
	try {
		const modules = join(userFolder, '.n8n', 'nodes', 'node_modules');
		const source = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as Manifest;
		const folder = join(modules, source.name);
		await mkdir(folder, { recursive: true });
		await npm(['pack', root, '--pack-destination', work, '--ignore-scripts'], 'Packing', {
			cwd: work,
			logFile,
			signal,
		});
		const tarball = (await readdir(work)).find((name) => name.endsWith('.tgz'));
		if (!tarball) throw new Problem('npm pack made no tarball.', `All that npm said: ${logFile}`);
		const untar = await run('tar', ['-xzf', tarball, '-C', folder, '--strip-components=1'], { cwd: work, signal });
		if (untar.code !== 0) {
			throw new Problem(
				`Unpacking ${tarball} failed: ${untar.error?.message ?? untar.output.trim()}.`,
				'Is "tar" installed?',
			);
		}
		const manifest = await strip(join(folder, 'package.json'));
		const downloaded = await dependencies(manifest, folder, options, logFile);
		return { name: manifest.name, version: manifest.version, folder, downloaded };
	} finally {
		await rm(work, { recursive: true, force: true });
	}
}

/** What n8n does to the manifest before it installs: only `dependencies` stay. */
async function strip(file: string): Promise<Manifest> {
	const manifest = JSON.parse(await readFile(file, 'utf8')) as Manifest;
	delete manifest.devDependencies;
	delete manifest.peerDependencies;
	delete manifest.optionalDependencies;
	await writeFile(file, JSON.stringify(manifest, null, 2));
	return manifest;
}

/** Names the set of dependencies: the same pins on the same Node give the same folder. */
export function dependencyKey(dependencies: Record<string, string>, nodeVersion = process.versions.node): string {
	const pins = Object.entries(dependencies).sort(([a], [b]) => (a < b ? -1 : 1));
	const text = JSON.stringify([pins, N8N_INSTALL_OPTIONS, process.platform, process.arch, nodeVersion.split('.')[0]]);
	return createHash('sha256').update(text).digest('hex').slice(0, 16);
}

/** Puts `node_modules` into the pack; true = it had to be downloaded. */
async function dependencies(
	manifest: Manifest,
	folder: string,
	{ cacheRoot, signal }: InstallPackOptions,
	logFile: string,
): Promise<boolean> {
	const wanted = manifest.dependencies ?? {};
	if (Object.keys(wanted).length === 0) return false;
	const cached = join(cacheRoot, `pack-dependencies-${dependencyKey(wanted)}`);
	const known = await access(cached).then(
		() => true,
		() => false,
	);
	if (!known) {
		const part = await mkdtemp(`${cached}.part-`);
		try {
			await writeFile(join(part, 'package.json'), JSON.stringify(manifest, null, 2));
			const args = ['install', ...N8N_INSTALL_OPTIONS, ...NETWORK_OPTIONS];
			await npm(args, `Installing the dependencies of ${manifest.name}`, { cwd: part, logFile, signal });
			// Two starts may both get here: what the second one made is the same, and may go.
			await rename(part, cached).catch(async () => await access(cached));
		} finally {
			await rm(part, { recursive: true, force: true });
		}
	}
	await copyTree(join(cached, 'node_modules'), join(folder, 'node_modules'), signal);
	return !known;
}

async function npm(
	args: string[],
	what: string,
	{ cwd, logFile, signal }: { cwd: string; logFile: string; signal: AbortSignal },
): Promise<void> {
	const { command, first } = npmCommand();
	const log = createWriteStream(logFile, { flags: 'a' });
	try {
		const result = await run(command, [...first, ...args], { cwd, log, signal });
		if (result.code !== 0 || lostFiles(result.output)) throw npmProblem(what, result.output, logFile);
	} finally {
		log.end();
	}
}
