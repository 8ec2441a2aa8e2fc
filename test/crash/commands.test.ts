import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { executeCommand } from '../../lib/commands/execute';
import { getCommand } from '../../lib/commands/get-command';
import { acquireStore, closeAllStores } from '../../lib/store/open';
import type { Store } from '../../lib/store/store';
import { deskRun, order } from '../desk/command-run';
import { startDesk, type RunningDesk } from '../desk/start-desk';
import { startPostgres, type PostgresServer } from '../servers/postgres';
import { Random } from '../simulator/random';
import { until } from '../until';
import { startChild } from './child';

/** Kills of each store; `CROSSLINK_KILLS=200` for the whole proof. */
const KILLS = Number(process.env.CROSSLINK_KILLS ?? 16);
const SEED = Number(process.env.CROSSLINK_SEED ?? Date.now() % 1_000_000);
/** Processes that are at the same orders, and are killed one after the other. */
const AT_ONCE = 4;
const ORDERS_PER_ROUND = 60;

describe.each(['sqlite', 'postgres'] as const)(`killed ${KILLS} times between intent, call and answer (%s)`, (kind) => {
	let folder = '';
	let server: PostgresServer | undefined;
	let storeUrl = '';
	let store: Store;
	let desk: RunningDesk;
	beforeAll(async () => {
		folder = await mkdtemp(join(tmpdir(), 'crosslink-commands-'));
		if (kind === 'postgres') server = await startPostgres();
		storeUrl = server ? await server.createDatabase() : `sqlite:${join(folder, 'store.sqlite')}`;
		({ store } = await acquireStore(storeUrl));
		desk = await startDesk();
	});
	afterAll(async () => {
		await desk.stop();
		await closeAllStores();
		await server?.stop();
		await rm(folder, { recursive: true, force: true });
	});

	it(
		`every order exists once, and the log ends in the truth (seed ${SEED})`,
		async () => {
			const random = new Random(SEED);
			// Other workers may be at a row as well, so that this is what is seen after a kill, not a count of rows.
			let inTheMiddle = 0;
			let last = 0;
			for (let kills = 0; kills < KILLS; kills += AT_ONCE) {
				const first = last;
				last += ORDERS_PER_ROUND;
				// Calls that are answered late leave time to be killed between call and answer; some answers are lost.
				await desk.faults(
					{ match: 'POST /orders', kind: 'late', ms: 20 + random.below(60), times: 10 + random.below(20) },
					{ match: 'POST /orders', kind: random.chance(0.5) ? 'lost' : 'statusAfter', times: 2 },
					{ match: 'POST /orders', kind: 'statusBefore', times: 2 },
					{ match: 'POST /orders', kind: 'late', ms: 30, times: 1_000 },
				);
				const children = Array.from({ length: AT_ONCE }, (_, turn) =>
					startChild('execute-commands', [storeUrl, desk.url, String(first), String(last), String(turn)]),
				);
				await until(() => children.every((child) => child.lines().includes('begin')), 'all to have begun', 90_000);
				for (const child of children) {
					await sleep(random.below(250));
					await child.kill();
					if ((await unsettled(first, last)) > 0) inTheMiddle++;
				}
			}
			await desk.faults();
			expect(inTheMiddle).toBeGreaterThan(KILLS / 4);
			await sleep(1_100);
			await expectTheTruth(last);
		},
		120_000 + KILLS * 8_000,
	);

	/** Rows that a run was at: those of the killed among them. */
	async function unsettled(first: number, last: number): Promise<number> {
		const keys = Array.from({ length: last - first }, (_, index) => `order-${first + index}`);
		const rows = await rowsOf(keys);
		return rows.filter((row) => row?.status === 'running').length;
	}

	async function rowsOf(keys: string[]) {
		return await Promise.all(
			keys.map(
				async (key) => await store.commands.get({ tenant: 'default', integration: 'desk', key, kind: 'execute' }),
			),
		);
	}

	/** Half of them are looked up first, the others run again by their flows; in the end all are run again. */
	async function expectTheTruth(orders: number): Promise<void> {
		const run = await deskRun(store, desk.url, { retry: { attempts: 9, delaySeconds: 0.05 } });
		const keys = Array.from({ length: orders }, (_, number) => `order-${number}`);
		const known = await rowsOf(keys);
		for (const [index, key] of keys.entries()) {
			if (index % 2 === 0 && known[index] !== undefined) await getCommand(run, { idempotencyKey: key });
			const outcome = await executeCommand(run, order(key));
			expect([key, outcome.outcome]).toEqual([key, 'succeeded']);
		}
		const there = new Map<string, string[]>();
		for (const { reference, number } of (await desk.state()).orders) {
			there.set(reference, [...(there.get(reference) ?? []), number]);
		}
		const rows = await rowsOf(keys);
		const found = rows.map((row) => ({
			key: row?.key,
			status: row?.status,
			orders: there.get(row?.reference ?? ''),
		}));
		expect(found).toEqual(
			rows.map((row, index) => ({ key: keys[index], status: 'succeeded', orders: [row?.externalId] })),
		);
		expect((await desk.state()).orders).toHaveLength(orders);
		const lookedUp = rows.filter((row) => row?.settledBy === 'lookUp').length;
		expect(lookedUp).toBeGreaterThan(0);
		process.stdout.write(`${orders} orders, ${lookedUp} of them known by a look-up\n`);
	}
});
