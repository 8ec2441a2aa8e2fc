import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { executeCommand } from '../../lib/commands/execute';
import { getCommand } from '../../lib/commands/get-command';
import { acquireStore, closeAllStores } from '../../lib/store/open';
import type { Store } from '../../lib/store/store';
import { salesOrder, sapRun } from '../conformance/sap/command-run';
import { connectionOf, describeSap } from '../conformance/sap/sap-site';
import { startSap, type SapStandIn } from '../../sandbox/sap';
import { startPostgres, type PostgresServer } from '../servers/postgres';
import { Random } from '../simulator/random';
import { until } from '../until';
import { startChild, type Child } from './child';

/** Kills; `CROSSLINK_KILLS=200` for the whole proof. */
const KILLS = Number(process.env.CROSSLINK_KILLS ?? 16);
const SEED = Number(process.env.CROSSLINK_SEED ?? Date.now() % 1_000_000);
/** Processes that are at the same orders, and are killed one after the other. */
const AT_ONCE = 4;
const ORDERS_PER_ROUND = 30;

const WAYS = [
	['cloud, over OData', 'cloud', 'sqlite', {}],
	['cloud, over OData, store on PostgreSQL', 'cloud', 'postgres', {}],
	[
		'on-prem, through a wrapper',
		'onprem',
		'sqlite',
		{ soapStyle: 'wrapper', soapOrderPath: '/sap/bc/srt/rfc/sap/z/100/z/b' },
	],
	[
		'on-prem, in a stateful session',
		'onprem',
		'sqlite',
		{ soapStyle: 'stateful', soapOrderPath: '/sap/bc/srt/rfc/sap/z/100/z/b' },
	],
] as const;

describeSap('SAP orders under kill -9', () => {
	describe.each(WAYS)(`killed ${KILLS} times (%s)`, (_name, mode, kind, changes) => {
		let folder = '';
		let storeUrl = '';
		let store: Store;
		let server: PostgresServer | undefined;
		let standIn: SapStandIn;
		let connection: Record<string, string>;
		beforeAll(async () => {
			folder = await mkdtemp(join(tmpdir(), 'crosslink-sap-'));
			server = kind === 'postgres' ? await startPostgres() : undefined;
			storeUrl = (await server?.createDatabase()) ?? `sqlite:${join(folder, 'store.sqlite')}`;
			({ store } = await acquireStore(storeUrl));
			standIn = await startSap();
			connection = connectionOf(standIn, mode, changes);
		});
		afterAll(async () => {
			await standIn.stop();
			await closeAllStores();
			await server?.stop();
			await rm(folder, { recursive: true, force: true });
		});

		it(
			`every order exists once, and the log ends in the truth (seed ${SEED})`,
			async () => {
				const random = new Random(SEED);
				let inTheMiddle = 0;
				let last = 0;
				for (let kills = 0; kills < KILLS; kills += AT_ONCE) {
					const first = last;
					last += ORDERS_PER_ROUND;
					arm(random);
					const args = [storeUrl, mode, JSON.stringify(connection), String(first), String(last)];
					const children = await startTogether(args);
					for (const child of children) {
						await sleep(random.below(250));
						await child.kill();
						if (await isAtWork(first, last)) inTheMiddle++;
					}
				}
				standIn.faults.clear();
				expect(inTheMiddle).toBeGreaterThan(KILLS / 4);
				// The leases of the killed run out, and so does the time a lost call may be at work.
				await sleep(1_200);
				await expectTheTruth(last);
			},
			120_000 + KILLS * 8_000,
		);

		async function startTogether(args: string[]): Promise<Child[]> {
			const children: Child[] = [];
			for (let n = 0; n < AT_ONCE; n++) {
				const child = startChild('execute-sap-commands', args);
				// A machine at work may take longer than anybody waits elsewhere.
				await until(() => child.lines().includes('ready') || child.process.exitCode !== null, 'a child', 60_000);
				await child.said('ready');
				children.push(child);
			}
			for (const child of children) child.process.stdin?.write('go\n');
			return children;
		}

		/** Late answers leave time to be killed between call and answer; some answers are lost, some calls refused. */
		function arm(random: Random): void {
			const { faults } = standIn;
			faults.clear();
			const match = { method: 'POST' };
			faults.add({ kind: 'lostAnswer', times: 3, skip: random.below(8), match });
			faults.add({ kind: random.chance(0.5) ? 'lostRequest' : 'garbage', skip: random.below(8), match });
			faults.add({ kind: 'status', status: 503, skip: random.below(8), match });
			faults.add({ kind: 'slow', ms: 20 + random.below(60), times: 10 + random.below(15), match });
			faults.add({ kind: 'slow', ms: 30, times: 1_000, match });
		}

		async function isAtWork(first: number, last: number): Promise<boolean> {
			const rows = await rowsOf(Array.from({ length: last - first }, (_, at) => `order-${first + at}`));
			return rows.some((row) => row?.status === 'running');
		}

		async function rowsOf(keys: string[]) {
			const get = async (key: string) =>
				await store.commands.get({ tenant: 'default', integration: 'sap', key, kind: 'execute' });
			return await Promise.all(keys.map(get));
		}

		/** Half of them are looked up first; in the end all are run again by their flows. */
		async function expectTheTruth(orders: number): Promise<void> {
			const run = await sapRun(store, mode, connection, { retry: { attempts: 9, delaySeconds: 0.05 } });
			const keys = Array.from({ length: orders }, (_, number) => `order-${number}`);
			const known = await rowsOf(keys);
			for (const [at, key] of keys.entries()) {
				if (at % 2 === 0 && known[at] !== undefined) await getCommand(run, { idempotencyKey: key });
				const outcome = await executeCommand(run, salesOrder(key));
				expect([key, outcome.outcome]).toEqual([key, 'succeeded']);
			}
			const there = new Map<string, string[]>();
			for (const order of standIn.system.tables.of('A_SalesOrder')) {
				const reference = String(order['PurchaseOrderByCustomer']);
				there.set(reference, [...(there.get(reference) ?? []), String(order['SalesOrder'])]);
			}
			const rows = await rowsOf(keys);
			const found = rows.map((row) => [row?.key, row?.status, there.get(row?.reference ?? '')]);
			expect(found).toEqual(rows.map((row, at) => [keys[at], 'succeeded', [row?.externalId]]));
			expect(standIn.system.tables.of('A_SalesOrder')).toHaveLength(orders);
			const lookedUp = rows.filter((row) => row?.settledBy === 'lookUp').length;
			expect(lookedUp).toBeGreaterThan(0);
			process.stdout.write(`${orders} orders, ${lookedUp} of them known by a look-up\n`);
		}
	});
});
