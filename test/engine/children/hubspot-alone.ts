import path from 'node:path';

/** A process in which only HubSpot is used, over the built pack; says what it has loaded and which tables it has made. */
async function main(): Promise<void> {
	// The harness is made for jest, which alone could tell it when all is over.
	Object.assign(globalThis, { afterAll: () => undefined });
	const { ROOT, runCrosslink } = await import('../harness');
	const { enable, orders, pullOrders, pushOrders, startWorld } = await import('../world');
	const world = await startWorld();
	await enable(world);
	const { json: pushed } = await runCrosslink(world, pushOrders, orders(2));
	const { json: pulled } = await runCrosslink(world, pullOrders, pushed);
	const integration = { resource: 'integration', integration: 'hubspot' };
	await runCrosslink(world, { ...integration, operation: 'test' });
	const { json: views } = await runCrosslink(world, { ...integration, operation: 'get' });
	const loaded = loadedFrom(ROOT);

	const { DatabaseSync } = process.getBuiltinModule('node:sqlite');
	const store = new DatabaseSync(world.storeFile, { readOnly: true });
	const tables = store.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").all();
	store.close();
	// What shows when somebody does use another one: the search can find it.
	await runCrosslink(world, { resource: 'integration', operation: 'get', integration: 'database' });
	const outcomes = [...pushed, ...pulled].map(({ outcome }) => outcome);
	const told = {
		loaded,
		tables: tables.map(({ name }) => name),
		outcomes,
		views: views.length,
		later: loadedFrom(ROOT),
	};
	process.stdout.write(`${JSON.stringify(told)}\n`);
	await world.stop();
	process.exit(0);
}

/** Adapters' folders of the built pack and packages, that are in memory. */
function loadedFrom(root: string): { adapters: string[]; packages: string[] } {
	const files = Object.keys(require.cache);
	const adapters = path.join(root, 'dist/lib/adapters') + path.sep;
	const folders = files.filter((file) => file.startsWith(adapters)).map((file) => file.slice(adapters.length));
	const packages = files.flatMap((file) => /.*node_modules[\\/]((?:@[^\\/]+[\\/])?[^\\/]+)/.exec(file)?.[1] ?? []);
	return {
		adapters: [
			...new Set(folders.filter((file) => file.includes(path.sep)).map((file) => file.split(path.sep)[0] ?? '')),
		],
		packages: [...new Set(packages)],
	};
}

void main();
