import { cpus, loadavg } from 'node:os';
import { benchCalls } from './calls';
import { benchEngineCost } from './engine-cost';
import { benchImport, benchImportKilled } from './import';
import { benchLinkUpserts } from './link-upserts';
import { benchLoadCost } from './load-cost';
import { benchOwnNodes } from './own-nodes';
import { benchPoll } from './poll';
import { benchReconcile } from './reconcile';
import { benchWebhooks } from './webhooks';
import { benchWorkers } from './workers';

const benches: Record<string, () => Promise<void>> = {
	calls: benchCalls,
	engine: benchEngineCost,
	reconcile: benchReconcile,
	poll: benchPoll,
	webhooks: benchWebhooks,
	workers: benchWorkers,
	import: benchImport,
	'import-killed': benchImportKilled,
	'flow-in-n8n': benchOwnNodes,
	links: benchLinkUpserts,
	load: benchLoadCost,
};

/** `npm run bench` runs all, `npm run bench -- calls` one. */
async function main(): Promise<void> {
	const wanted = process.argv.slice(2);
	const unknown = wanted.filter((name) => !(name in benches));
	if (unknown.length > 0) {
		throw new Error(`There is no bench "${unknown.join(', ')}". Choose from: ${Object.keys(benches).join(', ')}.`);
	}
	process.stdout.write(`${machine()}\n`);
	for (const [name, bench] of Object.entries(benches)) {
		if (wanted.length === 0 || wanted.includes(name)) await bench();
	}
}

/** What a figure means nothing without. */
function machine(): string {
	const [processor] = cpus();
	const load = loadavg()[0]?.toFixed(1);
	const day = new Date().toISOString().slice(0, 10);
	return `${day}, ${cpus().length} × ${processor?.model ?? 'unknown'}, Node.js ${process.version}, load ${load} at the start`;
}

main().catch((error: unknown) => {
	process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
	process.exitCode = 1;
});
