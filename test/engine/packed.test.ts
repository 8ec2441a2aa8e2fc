import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const ROOT = path.resolve(__dirname, '../..');
const PACK = 'n8n-nodes-crosslink';

/** As n8n's own installer calls npm inside the unpacked package (its community-packages service). */
const N8N_INSTALL = [
	'install',
	'--install-strategy=shallow',
	'--ignore-scripts=true',
	'--bin-links=false',
	'--package-lock=false',
	'--audit=false',
	'--fund=false',
];

/** What must not be loaded before somebody uses it. */
const HEAVY = [
	'typeorm',
	'mysql2',
	'pg',
	'pg-copy-streams',
	'zod',
	'@hubspot/api-client',
	'cockatiel',
	'ldapts',
	'saxes',
	'liquidjs',
	'@slack/web-api',
	'nodemailer',
];

/** Runs in a process of its own, with n8n's modules on NODE_PATH, as n8n offers them to packs. */
const LOAD = `
require('reflect-metadata');
const path = require('node:path');
const directory = process.argv[1];
const { PackageDirectoryLoader } = require('n8n-core');
const before = { ms: performance.now(), heap: (gc(), process.memoryUsage().heapUsed) };
(async () => {
	const loader = new PackageDirectoryLoader(directory);
	await loader.loadAll();
	const ms = performance.now() - before.ms;
	const heap = (gc(), process.memoryUsage().heapUsed) - before.heap;
	const own = Object.keys(require.cache).filter((file) => file.startsWith(directory));
	const heavy = JSON.parse(process.argv[2]).filter((name) =>
		own.some((file) => file.includes(path.join('node_modules', name) + path.sep)));
	const nodes = loader.types.nodes.map(({ name }) => loader.packageName + '.' + name);
	const credentials = Object.keys(loader.credentialTypes);
	const icons = [...loader.types.nodes, ...loader.types.credentials].map(({ iconUrl }) => iconUrl);
	const { closeAllStores, acquireStore } = require(path.join(directory, 'dist/lib/store/open.js'));
	const { loadAdapter } = require(path.join(directory, 'dist/lib/adapters/registry.js'));
	const { store, release } = await acquireStore('sqlite:' + path.join(directory, 'probe.sqlite'));
	await store.check();
	release();
	await closeAllStores();
	const adapter = await loadAdapter('hubspot', 'cloud');
	process.stdout.write(JSON.stringify({ nodes, credentials, icons, heavy, ms, heap, adapter: adapter.displayName }));
})();
`;

interface Loaded {
	nodes: string[];
	credentials: string[];
	icons: Array<{ light: string; dark: string }>;
	heavy: string[];
	adapter: string;
	ms: number;
	heap: number;
}

let folder: string;
let installed: string;
let files: string[];

beforeAll(async () => {
	folder = mkdtempSync(path.join(tmpdir(), 'crosslink-packed-'));
	const { stdout } = await run('npm', ['pack', '--json', '--pack-destination', folder], { cwd: ROOT });
	const [packed] = JSON.parse(stdout) as Array<{ filename: string; files: Array<{ path: string }> }>;
	files = packed?.files.map((file) => file.path) ?? [];
	installed = path.join(folder, 'nodes/node_modules', PACK);
	mkdirSync(installed, { recursive: true });
	await run('tar', ['-xzf', path.join(folder, packed?.filename ?? ''), '-C', installed, '--strip-components=1']);

	// n8n takes these out before it installs: a pack gets its own `dependencies` and nothing else.
	const manifest = path.join(installed, 'package.json');
	const { devDependencies, peerDependencies, optionalDependencies, ...rest } = JSON.parse(
		readFileSync(manifest, 'utf8'),
	);
	expect([devDependencies, peerDependencies, optionalDependencies]).toEqual([
		expect.anything(),
		{ 'n8n-workflow': '*' },
		undefined,
	]);
	writeFileSync(manifest, JSON.stringify(rest));
	cpSync(path.join(ROOT, '.npmrc'), path.join(installed, '.npmrc'));
	await run('npm', N8N_INSTALL, { cwd: installed });
}, 300_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('holds compiled code, icons, codex and schemas, and no sources, tests or build state', () => {
	expect(files).toEqual(
		expect.arrayContaining([
			'package.json',
			'LICENSE',
			'README.md',
			'dist/nodes/Crosslink/Crosslink.node.js',
			'dist/nodes/Crosslink/Crosslink.node.json',
			'dist/nodes/Crosslink/crosslink.svg',
			'dist/nodes/Crosslink/crosslink.dark.svg',
			'dist/nodes/Crosslink/__schema__/v1.0.0/record/push.json',
			'dist/credentials/CrosslinkStoreApi.credentials.js',
		]),
	);
	const stray = files.filter((file) => /\.ts$|tsbuildinfo|(^|\/)(test|sandbox|quickstart|bench)\//.test(file));
	expect(stray).toEqual([]);
});

it("installs with n8n's options and loads every node and credential under its real type name, without the heavy parts", async () => {
	const { stdout } = await run(process.execPath, ['--expose-gc', '-e', LOAD, installed, JSON.stringify(HEAVY)], {
		cwd: folder,
		env: { ...process.env, NODE_PATH: path.join(ROOT, 'node_modules'), N8N_USER_FOLDER: folder },
	});
	const loaded = JSON.parse(stdout) as Loaded;
	expect(loaded.nodes.sort()).toEqual(
		['crosslink', 'crosslinkPollTrigger', 'crosslinkTrigger'].map((name) => `${PACK}.${name}`),
	);
	expect(loaded.credentials.sort()).toEqual([
		'crosslinkDatabaseApi',
		'crosslinkEmailApi',
		'crosslinkHubSpotApi',
		'crosslinkLdapApi',
		'crosslinkMattermostApi',
		'crosslinkOwnSystemApi',
		'crosslinkSapApi',
		'crosslinkSlackApi',
		'crosslinkStoreApi',
		'crosslinkTeamsApi',
	]);
	expect(loaded.icons.every(({ light, dark }) => light.endsWith('.svg') && dark.endsWith('.svg'))).toBe(true);
	expect(loaded.heavy).toEqual([]);
	expect(loaded.adapter).toBe('HubSpot');
	// The goal is 5 MB; the time (goal 50 ms) is measured in bench, because a busy machine would make it lie.
	expect(loaded.heap).toBeLessThan(5 * 1024 * 1024);
	process.stdout.write(`loading the pack: ${loaded.ms.toFixed(0)} ms, ${(loaded.heap / 2 ** 20).toFixed(1)} MB\n`);
});
