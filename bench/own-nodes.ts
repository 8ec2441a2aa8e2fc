import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { acquireStore } from '../lib/store/open';
import { configureIntegration, enableIntegration, prepareIntegration } from '../lib/tenants/integrations';
import { createFetchHttp } from '../lib/transport/fetch-http';
import { databaseAt } from '../quickstart/database-at';
import type { SavedWorkflow, WorkflowFile } from '../quickstart/n8n-api';
import { startHubSpot, type HubSpotStandIn } from '../sandbox/hubspot';
import {
	crosslinkPushFlow,
	crosslinkSyncFlow,
	flowTables,
	nodesPullFlow,
	nodesPushFlow,
	type FlowPlace,
} from './own-node-flows';
import { N8nSite } from './n8n-site';
import { printTable, type Row } from './report';
import { runToEnd } from './run-to-end';

const RECORDS = Number(process.env.CROSSLINK_ORDERS ?? 1_000);
/** With Loop Over Items n8n takes each item through all nodes by itself, and much longer for it. */
const KILL_RECORDS = 200;
const BOTH_CHANGED = 100;
/** How long search does not see a new record, while the flow is run again at once. */
const SEARCH_LAG_MS = 600_000;
const RUN_MS = 5 * 60_000;
const POLL_MS = 100;
/** The shortest that settings allow. */
const LEASE_SECONDS = 10;
/** A Professional account's pace: https://developers.hubspot.com/docs/api/usage-details */
const SEARCHES_PER_SECOND = 5;
const CALLS_PER_SECOND = 19;

interface Order {
	id: string;
	name: string;
	amount: number;
}

const idOf = (index: number): string => String(index).padStart(6, '0');
const ordersOf = (count: number, amount: number): Order[] =>
	Array.from({ length: count }, (_, index) => ({ id: idOf(index), name: `Order ${index}`, amount: index + amount }));

/** The flow an integrator draws today with n8n's own nodes, beside Crosslink, in the same started n8n. */
export async function benchOwnNodes(): Promise<void> {
	const site = await N8nSite.start();
	const client = new Client({ connectionString: site.storeUrl });
	try {
		await client.connect();
		const database = 'Orders database';
		await site.api.createCredential(database, 'postgres', { ...databaseAt(site.storeUrl), ssl: 'disable' });
		const bench = new Bench(site, client, database);
		await bench.cost();
		await bench.kills();
		await bench.bothChanged();
	} finally {
		await client.end();
		await site.stop();
	}
}

/** One account, one set of tables and one tenant: nothing of an earlier case is in the way. */
interface Case extends FlowPlace {
	hubspot: HubSpotStandIn;
}

class Bench {
	private cases = 0;
	private readonly saved = new Map<WorkflowFile, SavedWorkflow>();

	constructor(
		private readonly site: N8nSite,
		private readonly client: Client,
		private readonly database: string,
	) {}

	async cost(): Promise<void> {
		const rows: Row[] = [];
		const ways: Array<[name: string, flow: (place: FlowPlace) => WorkflowFile, runs: string[]]> = [
			['n8n’s own nodes', (place) => nodesPushFlow(place), ['new', 'changed', 'unchanged']],
			[
				'n8n’s own nodes, Remove Duplicates',
				(place) => nodesPushFlow(place, { removeDuplicates: true }),
				['new', 'changed', 'unchanged'],
			],
			['Crosslink', crosslinkPushFlow, ['new', 'changed', 'unchanged']],
		];
		for (const [way, flow, runs] of ways) {
			await this.withCase('ofThePack', async (place) => {
				const file = flow(place);
				for (const run of runs) {
					if (run !== 'unchanged') await this.putOrders(place, ordersOf(RECORDS, run === 'new' ? 0 : 1));
					rows.push({ name: `${way}, ${run}`, cells: await this.costOf(place, file) });
				}
			});
		}
		printTable(
			`${RECORDS.toLocaleString('en-US')} orders in n8n`,
			['calls', 's here', 's at the account’s pace'],
			rows,
		);
	}

	private async costOf({ hubspot }: Case, file: WorkflowFile): Promise<Array<number | string>> {
		hubspot.calls.clear();
		const seconds = await this.run(file);
		const calls = hubspot.calls.count;
		const searches = hubspot.calls.list('/search').length;
		const atPace = Math.max(searches / SEARCHES_PER_SECOND, (calls - searches) / CALLS_PER_SECOND);
		return [calls, seconds.toFixed(1), Math.round(atPace)];
	}

	async kills(): Promise<void> {
		const rows: Row[] = [];
		const ways: Array<[name: string, flow: (place: FlowPlace) => WorkflowFile, key: string]> = [
			['n8n’s own nodes', (place) => nodesPushFlow(place), 'order_id'],
			['n8n’s own nodes, Loop Over Items', (place) => nodesPushFlow(place, { loop: true }), 'order_id'],
			['n8n’s own nodes, Remove Duplicates', (place) => nodesPushFlow(place, { removeDuplicates: true }), 'order_id'],
			['Crosslink', crosslinkPushFlow, 'crosslink_id'],
		];
		for (const [name, flow, key] of ways) {
			const cells: number[] = [];
			for (const lagMs of [SEARCH_LAG_MS, 0]) {
				await this.withCase('ofThePack', async (place) => {
					place.hubspot.account.indexDelayMs = lagMs;
					await this.putOrders(place, ordersOf(KILL_RECORDS, 0));
					const file = flow(place);
					await this.killAtCreate(place, file);
					await this.site.resume();
					await this.run(file);
					cells.push(...damage(place, key));
				});
			}
			rows.push({ name, cells });
			process.stderr.write(`${name}: ${cells.join(', ')}\n`);
		}
		printTable(
			`kill -9 of n8n while order ${KILL_RECORDS / 2} of ${KILL_RECORDS} is created, then run again`,
			['duplicates, run again at once', 'never created', 'duplicates, once search has caught up', 'never created'],
			rows,
		);
	}

	/** Kills n8n when HubSpot has made the record, and the answer has not come. */
	private async killAtCreate({ hubspot }: Case, file: WorkflowFile): Promise<void> {
		const { faults } = hubspot;
		// Searches name the order by its id; only the create holds its name.
		faults.add({ kind: 'lostAnswer', match: { bodyIncludes: `"Order ${KILL_RECORDS / 2}"` } });
		await this.site.api.run(await this.workflowOf(file), 'Start');
		const deadline = performance.now() + RUN_MS;
		while (faults.pending.length > 0) {
			if (performance.now() > deadline) throw new Error(`${file.name} did not come to the order.`);
			await sleep(1);
		}
		await this.site.kill();
	}

	async bothChanged(): Promise<void> {
		const rows: Row[] = [];
		for (const [name, field] of [
			['another field on each side', 'amount'],
			['the same field on both sides', 'name'],
		] as const) {
			const nodes = await this.lostEdits(field, 'order_id', (place) => {
				const push = nodesPushFlow(place);
				return { first: [push], then: [push, nodesPullFlow(place)] };
			});
			const ours = await this.lostEdits(field, 'crosslink_id', (place) => {
				const sync = crosslinkSyncFlow(place);
				return { first: [sync, sync], then: [sync] };
			});
			rows.push({ name, cells: [nodes.lost, ours.lost, ours.asked] });
		}
		printTable(
			`${BOTH_CHANGED} orders changed on both sides between two runs: edits that are gone afterwards`,
			['n8n’s own nodes (push, then pull)', 'Crosslink (sync both ways)', 'of these orders, kept as a question'],
			rows,
		);
	}

	/** `here` is the field changed here; there it is always the name. Both fields are mapped both ways. */
	private async lostEdits(
		here: 'name' | 'amount',
		key: string,
		flows: (place: FlowPlace) => { first: WorkflowFile[]; then: WorkflowFile[] },
	): Promise<{ lost: number; asked: number }> {
		return await this.withCase('bothWays', async (place) => {
			const { hubspot, schema, tenant } = place;
			const { first, then } = flows(place);
			await this.putOrders(place, ordersOf(BOTH_CHANGED, 0));
			for (const file of first) await this.run(file);
			const after = ordersOf(BOTH_CHANGED, 0).map((order): Order =>
				here === 'name' ? { ...order, name: `Here ${order.id}` } : { ...order, amount: 9_000 },
			);
			await this.putOrders(place, after);
			const deals = new Map<string, string>();
			for (const { id, properties } of hubspot.account.list('deals')) {
				deals.set((properties[key] ?? '').split(':').at(-1) ?? '', id);
				hubspot.account.edit('deals', id, { dealname: `There ${id}` });
			}
			for (const file of then) await this.run(file);
			const { rows } = await this.client.query<Order>(`SELECT id, name, amount FROM ${schema}.orders`);
			const local = new Map(rows.map((order) => [order.id, order]));
			let lost = 0;
			for (const order of after) {
				const deal = deals.get(order.id) ?? '';
				lost += Number(local.get(order.id)?.[here] !== order[here]);
				lost += Number(hubspot.account.get('deals', deal)?.properties.dealname !== `There ${deal}`);
			}
			const asked = await this.client.query<{ count: number }>(
				`SELECT count(*)::int FROM crosslink.sync_conflict WHERE tenant = $1 AND status = 'open'`,
				[tenant],
			);
			return { lost, asked: asked.rows[0]?.count ?? 0 };
		});
	}

	private async withCase<T>(rules: 'ofThePack' | 'bothWays', work: (place: Case) => Promise<T>): Promise<T> {
		const name = `case_${++this.cases}`;
		const hubspot = await startHubSpot({
			rateLimit: { perTenSeconds: 1_000_000, searchPerSecond: 100_000, daily: 10_000_000 },
		});
		try {
			hubspot.account.addProperty('deals', 'order_id');
			await this.client.query(flowTables(name));
			const { url: baseUrl, accessToken, clientSecret, appId } = hubspot;
			const connection = { baseUrl, accessToken, clientSecret, appId: String(appId) };
			await this.site.api.createCredential(name, 'crosslinkHubSpotApi', connection);
			await this.setUp(name, connection, rules);
			return await work({ hubspot, schema: name, database: this.database, crosslink: name, tenant: name });
		} finally {
			await hubspot.stop();
		}
	}

	/** Crosslink for a tenant of its own; both ways: name and amount, and a person decides. */
	private async setUp(
		tenant: string,
		connection: Record<string, string>,
		rules: 'ofThePack' | 'bothWays',
	): Promise<void> {
		const { store, release } = await acquireStore(this.site.storeUrl, { idleCloseMs: 0 });
		try {
			const access = {
				...{ tenant, integration: 'hubspot', connection: 'credential' as const, store, environment: {} },
				...{ credential: async () => connection, http: createFetchHttp() },
			};
			const both = { direction: 'both', policy: 'manual' };
			const fields = [
				{ local: 'name', external: 'dealname', ...both },
				{ local: 'amount', external: 'amount', ...both, transform: { type: 'number' } },
			];
			const entities = rules === 'bothWays' ? { order: { fields } } : {};
			const settings = { leaseSeconds: LEASE_SECONDS, entities };
			await configureIntegration(access, { settings });
			await enableIntegration(access);
			await prepareIntegration(access);
		} finally {
			release();
		}
	}

	/** What the ERP does; each write counts the order's version up. */
	private async putOrders({ schema }: Case, orders: Order[]): Promise<void> {
		await this.client.query(
			`INSERT INTO ${schema}.orders (id, name, amount, version)
			SELECT i, n, a, 1 FROM unnest($1::text[], $2::text[], $3::int[]) AS t (i, n, a)
			ON CONFLICT (id) DO UPDATE SET name = excluded.name, amount = excluded.amount, version = orders.version + 1`,
			[orders.map(({ id }) => id), orders.map(({ name }) => name), orders.map(({ amount }) => amount)],
		);
	}

	/** The same file is one workflow, however often it runs: Remove Duplicates remembers by workflow. */
	private async workflowOf(file: WorkflowFile): Promise<SavedWorkflow> {
		const workflow = this.saved.get(file) ?? (await this.site.api.importWorkflow(file));
		this.saved.set(file, workflow);
		return workflow;
	}

	/** Runs a workflow to its end; the seconds it took. */
	private async run(file: WorkflowFile): Promise<number> {
		const workflow = await this.workflowOf(file);
		return (await runToEnd(this.site.api, workflow, { maxMs: RUN_MS, pollMs: POLL_MS })).seconds;
	}
}

function damage({ hubspot }: Case, key: string): [duplicates: number, missing: number] {
	const deals = hubspot.account.list('deals');
	const made = new Set(deals.map(({ properties }) => properties[key]));
	return [deals.length - made.size, KILL_RECORDS - made.size];
}
