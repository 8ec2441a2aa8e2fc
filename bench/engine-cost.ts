import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { acquireStore } from '../lib/store/open';
import type { LinkChange, LinkTable, Store } from '../lib/store/store';
import { push } from '../lib/sync/push';
import type { PushItem, Replication } from '../lib/sync/replication';
import { startPostgres } from '../test/servers/postgres';
import { instantAdapter } from './instant-adapter';
import { createLinkTables, replicationOn } from './replication';
import { median, printTable, timed, type Row } from './report';

const RECORDS = 10_000;
const RUNS = 5;
/** Records in one `push`: what one execution of a flow hands over. */
const ITEMS = 1_000;

/** Records per second through the engine beside the bare statements of the store for the same rows, in one run. */
export async function benchEngineCost(): Promise<void> {
	const folder = mkdtempSync(join(tmpdir(), 'crosslink-bench-'));
	const server = await startPostgres({ durable: true });
	try {
		const embedded = await measure(`sqlite:${join(folder, 'bench.sqlite')}`);
		const postgres = await measure(await server.createDatabase());
		printTable(
			`Engine without the network, records per second (${ITEMS.toLocaleString('en-US')} per run of a node)`,
			['embedded: engine', 'by CPU time', 'store alone', 'PostgreSQL: engine', 'store alone'],
			(['new', 'changed', 'changed, whole sync log', 'unchanged'] as const).map((name): Row => {
				const [one, other] = [embedded[name], postgres[name]];
				return { name, cells: [one.engine, one.byCpu, one.floor, other.engine, other.floor].map(Math.round) };
			}),
		);
	} finally {
		await server.stop();
		rmSync(folder, { recursive: true, force: true });
	}
}

/** Records per second; `byCpu` as if this process had a core to itself and the disk took no time. */
interface Rates {
	engine: number;
	byCpu: number;
	floor: number;
}

type Figures = Record<'new' | 'changed' | 'changed, whole sync log' | 'unchanged', Rates>;

async function measure(location: string): Promise<Figures> {
	const { store, release } = await acquireStore(location, { idleCloseMs: 0 });
	try {
		await createLinkTables(store);
		const rates: Record<string, number[]> = {};
		const note = (name: string, ms: number) => (rates[name] ??= []).push(RECORDS / (ms / 1000));
		for (let turn = 0; turn < RUNS; turn++) {
			const tenant = `tenant-${turn}`;
			const engine = async (name: string, amount: number, syncLog: Replication['syncLog'] = 'errors') => {
				const items = orders(amount);
				const before = process.cpuUsage();
				note(name, await timed(() => pushAll(store, tenant, syncLog, items)));
				const { user, system } = process.cpuUsage(before);
				note(`${name} by CPU`, (user + system) / 1000);
			};
			await engine('new', 1);
			await engine('changed', 2);
			await engine('unchanged', 2);
			await engine('logged', 3, 'all');
			const table = store.links('hubspot', 'order');
			note('new floor', await timed(() => bareWrites(table, `floor-${turn}`, 1)));
			note('changed floor', await timed(() => bareWrites(table, `floor-${turn}`, 2)));
			note('unchanged floor', await timed(() => bareReads(table, `floor-${turn}`)));
		}
		const figure = (engine: string, floor: string) => ({
			engine: median(rates[engine] as number[]),
			byCpu: median(rates[`${engine} by CPU`] as number[]),
			floor: median(rates[floor] as number[]),
		});
		return {
			new: figure('new', 'new floor'),
			changed: figure('changed', 'changed floor'),
			'changed, whole sync log': figure('logged', 'changed floor'),
			unchanged: figure('unchanged', 'unchanged floor'),
		};
	} finally {
		release();
	}
}

const idOf = (index: number): string => String(index).padStart(8, '0');

const orders = (amount: number): PushItem[] =>
	Array.from({ length: RECORDS }, (_, index) => ({
		localId: idOf(index),
		fields: { name: `Order ${index}`, amount: index + amount / 10, dueDate: '2026-12-01' },
	}));

async function pushAll(
	store: Store,
	tenant: string,
	syncLog: Replication['syncLog'],
	items: PushItem[],
): Promise<void> {
	const adapter = instantAdapter();
	for (let start = 0; start < items.length; start += ITEMS) {
		const outcomes = await push(
			replicationOn(store, adapter, 'order', { tenant, syncLog }),
			items.slice(start, start + ITEMS),
		);
		const failed = outcomes.find(({ error }) => error !== undefined);
		if (failed) throw new Error(`${failed.localId}: ${failed.error?.message}`);
	}
}

/** The rows a run must leave behind, in as few statements as the store has for them: the lease, then the result. */
async function bareWrites(table: LinkTable, tenant: string, amount: number): Promise<void> {
	for (let start = 0; start < RECORDS; start += ITEMS) {
		const owner = randomUUID();
		const localIds = Array.from({ length: ITEMS }, (_, index) => idOf(start + index));
		await table.claim(tenant, localIds, { owner, seconds: 120 });
		await table.settle(
			tenant,
			owner,
			localIds.map((localId) => settled(localId, amount)),
		);
	}
}

async function bareReads(table: LinkTable, tenant: string): Promise<void> {
	for (let start = 0; start < RECORDS; start += ITEMS) {
		await table.findByLocalIds(
			tenant,
			Array.from({ length: ITEMS }, (_, index) => idOf(start + index)),
		);
	}
}

const settled = (localId: string, amount: number): LinkChange => ({
	localId,
	externalId: `x${localId}`,
	syncStatus: 'synced',
	lastSyncedAt: new Date(),
	lastError: null,
	errorCode: null,
	attempts: 0,
	nextAttemptAt: null,
	unsent: null,
	mappingVersion: 'bench',
	externalVersion: '2026-01-01T00:00:00.000Z',
	pushedVersion: '2026-01-01T00:00:00.000Z',
	columns: { pipeline: 'default', stage: 'appointmentscheduled' },
	base: {
		local: { 'name>dealname': `Order ${localId}`, 'amount>amount': amount, 'dueDate>closedate': '2026-12-01' },
		external: { 'name>dealname': `Order ${localId}`, 'amount>amount': `${amount}`, 'dueDate>closedate': '2026-12-01' },
	},
	...(amount === 1 ? {} : { flips: { 'amount>amount': [{ hash: '0123456789ab', at: Date.now() }] } }),
});
