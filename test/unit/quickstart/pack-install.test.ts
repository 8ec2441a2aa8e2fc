import { execFile } from 'node:child_process';
import { access, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { npmCommand } from '../../../quickstart/npm-command';
import { dependencyKey, installPack } from '../../../quickstart/pack-install';

let folder: string;
let root: string;
const { signal } = new AbortController();

async function pack(at: string, manifest: object, files: Record<string, string>): Promise<void> {
	await mkdir(at, { recursive: true });
	await writeFile(join(at, 'package.json'), JSON.stringify(manifest));
	for (const [name, content] of Object.entries(files)) await writeFile(join(at, name), content);
}

/** A pack whose only dependency is a tarball beside it: real npm, no network. */
beforeAll(async () => {
	folder = await mkdtemp(join(tmpdir(), 'crosslink-unit-'));
	root = join(folder, 'pack');
	const library = join(folder, 'library');
	await pack(library, { name: 'a-library', version: '1.2.3' }, { 'index.js': 'module.exports = 42;' });
	const { command, first } = npmCommand();
	await promisify(execFile)(command, [...first, 'pack', library, '--pack-destination', folder]);
	await pack(
		root,
		{
			...{ name: 'n8n-nodes-sample', version: '0.0.1', files: ['main.js'] },
			dependencies: { 'a-library': `file:${join(folder, 'a-library-1.2.3.tgz')}` },
			devDependencies: { 'not-to-be-installed': '1.0.0' },
			peerDependencies: { 'n8n-workflow': '*' },
			optionalDependencies: { 'neither-this': '1.0.0' },
			scripts: { postinstall: 'node -e "process.exit(1)"' },
		},
		{ 'main.js': 'module.exports = require("a-library");', 'left-out.js': '' },
	);
});
afterAll(async () => await rm(folder, { recursive: true, force: true }));

it('installs as n8n does: packed, stripped, with its dependencies inside, no script run', async () => {
	const options = { root, userFolder: join(folder, 'user-1'), cacheRoot: join(folder, 'cache'), signal };
	const installed = await installPack(options);
	const at = join(folder, 'user-1', '.n8n', 'nodes', 'node_modules', 'n8n-nodes-sample');
	expect(installed).toEqual({ name: 'n8n-nodes-sample', version: '0.0.1', folder: at, downloaded: true });
	expect((await readdir(at)).sort()).toEqual(['main.js', 'node_modules', 'package.json']);
	expect((await readdir(join(at, 'node_modules'))).filter((name) => !name.startsWith('.'))).toEqual(['a-library']);
	const manifest = JSON.parse(await readFile(join(at, 'package.json'), 'utf8')) as object;
	expect(Object.keys(manifest)).not.toEqual(expect.arrayContaining(['devDependencies']));
	expect(manifest).not.toHaveProperty('peerDependencies');
	expect(manifest).not.toHaveProperty('optionalDependencies');
	const { stdout } = await promisify(execFile)(process.execPath, [
		'-p',
		`require(${JSON.stringify(join(at, 'main.js'))})`,
	]);
	expect(stdout.trim()).toBe('42');
});

it('needs no download the second time, and leaves nothing half-done in the cache', async () => {
	const cacheRoot = join(folder, 'cache');
	await rm(join(folder, 'a-library-1.2.3.tgz'));
	const second = await installPack({ root, userFolder: join(folder, 'user-2'), cacheRoot, signal });
	expect(second.downloaded).toBe(false);
	await access(join(second.folder, 'node_modules', 'a-library', 'index.js'));
	expect(
		(await readdir(cacheRoot)).filter((name) => !/^pack-(dependencies-[0-9a-f]{16}|install\.log)$/.test(name)),
	).toEqual([]);
});

it('leaves nothing behind when a dependency cannot be had', async () => {
	const cacheRoot = join(folder, 'cache-2');
	const failing = installPack({ root, userFolder: join(folder, 'user-3'), cacheRoot, signal });
	await expect(failing).rejects.toThrow(/^Installing the dependencies of n8n-nodes-sample failed: /);
	expect(await readdir(cacheRoot)).toEqual(['pack-install.log']);
});

it('leaves nothing behind when interrupted', async () => {
	const cacheRoot = join(folder, 'cache-3');
	const abort = AbortSignal.abort(new Error('stopped'));
	await expect(installPack({ root, userFolder: join(folder, 'user-4'), cacheRoot, signal: abort })).rejects.toThrow(
		'stopped',
	);
	expect((await readdir(cacheRoot)).filter((name) => name !== 'pack-install.log')).toEqual([]);
});

it('knows a set of dependencies by its pins, in any order, and by the Node it is for', () => {
	const key = dependencyKey({ a: '1.0.0', b: '2.0.0' }, '24.1.0');
	expect(dependencyKey({ b: '2.0.0', a: '1.0.0' }, '24.9.9')).toBe(key);
	expect(dependencyKey({ a: '1.0.0', b: '2.0.1' }, '24.1.0')).not.toBe(key);
	expect(dependencyKey({ a: '1.0.0', b: '2.0.0' }, '26.0.0')).not.toBe(key);
});
