import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { median, printTable } from './report';

const run = promisify(execFile);
const RUNS = 5;
const root = join(__dirname, '..');

/** What happens in a process that has n8n's own parts loaded already, as a started n8n has. */
const STEPS = {
	'loading nodes and credentials at n8n start (unused)': `
		for (const path of [...pack.n8n.nodes, ...pack.n8n.credentials]) {
			const [type] = Object.values(require(join(root, path)));
			new type();
		}`,
	'first use: store opened and migrated, HubSpot adapter loaded': `
		const { acquireStore } = require(join(root, 'dist/lib/store/open.js'));
		const { loadAdapter } = require(join(root, 'dist/lib/adapters/registry.js'));
		const { store, release } = await acquireStore('sqlite:' + join(folder, 'crosslink.sqlite'));
		const adapter = await loadAdapter('hubspot', 'cloud');
		const { createTransport } = require(join(root, 'dist/lib/transport/create-transport.js'));
		adapter.create({ connection: { accessToken: 'none', baseUrl: 'http://127.0.0.1:9' }, transport: createTransport({
			http: async () => { throw new Error('not called'); }, budget: store.budget, account: 'bench', limits: adapter.limits, secrets: [],
		}), webhookSecret: () => undefined });
		release();`,
	'second use': `
		const { acquireStore } = require(join(root, 'dist/lib/store/open.js'));
		const { release } = await acquireStore('sqlite:' + join(folder, 'crosslink.sqlite'));
		release();`,
};

/** Milliseconds and megabytes of each step, in fresh processes; needs `npm run build`. */
export async function benchLoadCost(): Promise<void> {
	const script = `
		const { join } = require('node:path');
		const folder = require('node:fs').mkdtempSync(join(require('node:os').tmpdir(), 'crosslink-load-'));
		const root = ${JSON.stringify(root)};
		const pack = require(join(root, 'package.json'));
		process.env.N8N_USER_FOLDER = folder;
		require('reflect-metadata'); require('n8n-core'); require('n8n-workflow');
		(async () => {
			const figures = [];
			for (const step of ${JSON.stringify(Object.values(STEPS))}) {
				const work = new (Object.getPrototypeOf(async function () {}).constructor)('require', 'join', 'root', 'folder', 'pack', step);
				globalThis.gc(); const before = process.memoryUsage().rss; const start = performance.now();
				await work(require, join, root, folder, pack);
				const ms = performance.now() - start; globalThis.gc();
				figures.push([ms, (process.memoryUsage().rss - before) / 1048576]);
			}
			require('node:fs').rmSync(folder, { recursive: true, force: true });
			process.stdout.write('FIGURES' + JSON.stringify(figures));
			process.exit(0);
		})();`;
	const runs: number[][][] = [];
	for (let turn = 0; turn < RUNS; turn++) {
		const { stdout } = await run(process.execPath, ['--expose-gc', '-e', script], { cwd: root });
		runs.push(JSON.parse(stdout.slice(stdout.indexOf('FIGURES') + 'FIGURES'.length)) as number[][]);
	}
	printTable(
		'What the pack adds to n8n',
		['ms', 'MB'],
		Object.keys(STEPS).map((name, step) => ({
			name,
			cells: [0, 1].map((figure) => Math.round(10 * median(runs.map((one) => one[step]?.[figure] as number))) / 10),
		})),
	);
}
