import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { acquireStore, closeAllStores } from '../../lib/store/open';
import type { Store } from '../../lib/store/store';
import { REFERENCES } from './references';
import { bringToRest } from './rest';
import { INTEGRATION, World } from './world';

/** How many seeds; `CROSSLINK_SEED` runs one alone, and prints what happened. */
const SEEDS = Number(process.env.CROSSLINK_SEEDS ?? 1_000);
const ONE = process.env.CROSSLINK_SEED;
const FIRST = Number(process.env.CROSSLINK_FIRST_SEED ?? 1);
/** Where a file system in memory usually is: every commit is flushed, and a disk would be most of the time. */
const MEMORY = '/dev/shm';
/** Seeds in one test, so that a report names what it is about. */
const GROUP = 100;

/** The wait for a lease is a place of passage like any other; what sleeps is told by the world that is alive. */
let asleep: (() => Promise<void>) | undefined;
jest.mock('node:timers/promises', () => ({
	...jest.requireActual<object>('node:timers/promises'),
	setTimeout: async () => await asleep?.(),
}));

describe('Two sides with random edits, faults and kills agree under the rules when they come to rest', () => {
	let folder = '';
	let store: Store;
	beforeAll(async () => {
		folder = mkdtempSync(join(existsSync(MEMORY) ? MEMORY : tmpdir(), 'crosslink-simulator-'));
		({ store } = await acquireStore(`sqlite:${join(folder, 'crosslink.sqlite')}`));
		const entities = ['order', ...REFERENCES.map(({ entity }) => entity)];
		await store.createLinkTables(
			INTEGRATION,
			entities.map((entity) => ({ entity, columns: [] })),
		);
	});
	afterAll(async () => {
		await closeAllStores();
		rmSync(folder, { recursive: true, force: true });
	});

	const seeds = ONE === undefined ? Array.from({ length: SEEDS }, (_, index) => FIRST + index) : [Number(ONE)];
	// Beside the seeds of a failure: which ones were lived through at all.
	process.stdout.write(`Simulator: seeds ${seeds[0]} to ${seeds.at(-1)}\n`);
	const groups = Array.from({ length: Math.ceil(seeds.length / GROUP) }, (_, index) =>
		seeds.slice(index * GROUP, (index + 1) * GROUP),
	);
	it.each(groups.map((group) => [group[0], group.at(-1), group] as const))(
		'seeds %i to %i',
		async (_from, _to, group) => {
			const failed: string[] = [];
			for (const seed of group) {
				const faults = await live(store, seed);
				if (faults.length > 0) failed.push(report(seed, faults));
			}
			expect(failed.join('\n')).toBe('');
		},
	);
});

async function live(store: Store, seed: number): Promise<string[]> {
	const world = new World(seed, store);
	world.tracing = ONE !== undefined;
	asleep = () => world.scheduler.pass('sleep');
	try {
		await world.live();
		return await bringToRest(world);
	} catch (thrown) {
		return [thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown)];
	} finally {
		if (world.tracing) process.stdout.write(`${world.trace.join('\n')}\n${JSON.stringify(world.counts)}\n`);
	}
}

function report(seed: number, faults: string[]): string {
	const again = `CROSSLINK_SEED=${seed} npx jest --selectProjects simulator --testPathPatterns convergence`;
	return `Seed ${seed} (again: ${again})\n${faults.map((fault) => `  ${fault}`).join('\n')}`;
}
