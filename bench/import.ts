import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Client } from 'pg';
import { LIMITS } from '../lib/adapters/hubspot/limits';
import { databaseAt } from '../quickstart/database-at';
import type { SavedWorkflow, WorkflowFile } from '../quickstart/n8n-api';
import { errorOf, itemsOf } from '../quickstart/run-data';
import { startHubSpot, type HubSpotStandIn } from '../sandbox/hubspot';
import { until } from '../test/until';
import { createOrders, type Orders } from './import-orders';
import { N8nSite } from './n8n-site';
import { watchMemory } from './process-memory';
import { printTable, type Row } from './report';
import { runToEnd } from './run-to-end';

const TEMPLATES = join(__dirname, '..', 'workflows-templates');
const ROWS = 100_000;
/** Of these, orders whose id leads nowhere or to another order's deal. */
const BAD_ROWS = 200;
const RUN_MS = 30 * 60_000;
const POLL_MS = 500;

/**
 * The template `legacy-links-import.json` on an orders table with 100,000 ids, and then a reconcile of its links, in a
 * started n8n with the store on PostgreSQL, at the account's pace. Seconds and memory of n8n.
 */
export async function benchImport(): Promise<void> {
	await onSite((bench) => bench.rows());
}

/** The same, killed in the middle and run again: a bench of its own, so that each takes minutes and no quarter of an hour. */
export async function benchImportKilled(): Promise<void> {
	await onSite((bench) => bench.killedRows());
}

async function onSite(rows: (bench: ImportBench) => Promise<Row[]>): Promise<void> {
	const hubspot = await startHubSpot({ rateLimit: { perTenSeconds: 1_000_000, daily: 10_000_000 } });
	const site = await N8nSite.start().catch(async (error: unknown) => {
		await hubspot.stop();
		throw error;
	});
	const client = new Client({ connectionString: site.storeUrl });
	try {
		await client.connect();
		const orders = await createOrders(client, hubspot.account, { rows: ROWS, bad: BAD_ROWS });
		const flows = await createFlows(site, hubspot);
		const bench = new ImportBench(site, hubspot, client, orders, flows);
		printTable(
			`Import of ${ROWS.toLocaleString('en-US')} ids in n8n, ${BAD_ROWS} of them wrong`,
			['s', 'calls', 's of the calls at their pace', 'adopted', 'unchanged', 'not adopted', 'start, MB', 'peak, MB'],
			await rows(bench),
		);
	} finally {
		await client.end();
		await site.stop();
		await hubspot.stop();
	}
}

interface Flows {
	adopt: SavedWorkflow;
	reconcile: SavedWorkflow;
}

class ImportBench {
	constructor(
		private readonly site: N8nSite,
		private readonly hubspot: HubSpotStandIn,
		private readonly client: Client,
		private readonly orders: Orders,
		private readonly flows: Flows,
	) {}

	async rows(): Promise<Row[]> {
		const rows = [await this.adopt('import')];
		await this.site.restart();
		rows.push(await this.adopt('import again'));
		await this.site.restart();
		rows.push(await this.reconcile('reconcile of the links'));
		rows.push(await this.reconcile('reconcile again, in the same process'));
		return rows;
	}

	async killedRows(): Promise<Row[]> {
		const rows = [await this.killed('import, killed (kill -9) half-way')];
		await this.site.resume();
		rows.push(await this.adopt('import, run again after that'));
		return rows;
	}

	/** The whole template; throws unless every row is adopted or told. */
	private async adopt(name: string): Promise<Row> {
		const { data, ...figures } = await this.run(this.flows.adopt);
		const summaries = itemsOf(data, 'Adopt the deals').map(({ summary }) => summary as Record<string, number>);
		const sum = (key: string): number => summaries.reduce((total, summary) => total + (summary[key] ?? 0), 0);
		const told = itemsOf(data, 'Why not');
		const [adopted, unchanged, notAdopted] = ['adopted', 'unchanged', 'notAdopted'].map(sum) as [
			number,
			number,
			number,
		];
		const missing = this.orders.bad.filter((id) => !told.some(({ order }) => order === id));
		if (missing.length > 0 || told.length !== BAD_ROWS || notAdopted !== BAD_ROWS) {
			throw new Error(`${name}: ${told.length} rows are told, ${notAdopted} counted; ${missing.length} are missing.`);
		}
		const links = await this.links();
		if (links.rows !== ROWS - BAD_ROWS || links.deals !== links.rows || adopted + unchanged !== links.rows) {
			throw new Error(
				`${name}: ${links.rows} links on ${links.deals} deals, ${adopted} adopted, ${unchanged} unchanged.`,
			);
		}
		return rowOf(name, figures, [adopted, unchanged, notAdopted]);
	}

	private async reconcile(name: string): Promise<Row> {
		const { data, ...figures } = await this.run(this.flows.reconcile);
		const items = itemsOf(data, 'Reconcile');
		const { counts } = (items.at(-1)?.summary ?? {}) as { counts?: Record<string, number> };
		if (items.length !== 1 || counts?.checked !== ROWS - BAD_ROWS) {
			throw new Error(`${name}: ${items.length} items, ${JSON.stringify(counts)}.`);
		}
		return rowOf(name, figures, ['', counts.checked, '']);
	}

	/** Kills n8n as soon as half of the rows are adopted. */
	private async killed(name: string): Promise<Row> {
		this.hubspot.calls.clear();
		const start = performance.now();
		const { startMb, peakMb } = await watchMemory(this.site.pid, async () => {
			await this.site.api.run(this.flows.adopt, 'Start');
			await until(async () => (await this.links()).rows >= ROWS / 2, 'half of the links', RUN_MS);
			await this.site.kill();
		});
		const seconds = (performance.now() - start) / 1000;
		const { rows } = await this.links();
		return rowOf(name, { seconds, calls: this.hubspot.calls.count, startMb, peakMb }, [rows, 0, '']);
	}

	private async run(workflow: SavedWorkflow) {
		const { api, pid } = this.site;
		this.hubspot.calls.clear();
		const limits = { maxMs: RUN_MS, pollMs: POLL_MS };
		const { result, startMb, peakMb } = await watchMemory(pid, async () => await runToEnd(api, workflow, limits));
		return { ...result, calls: this.hubspot.calls.count, startMb, peakMb };
	}

	private async links(): Promise<{ rows: number; deals: number }> {
		const { rows } = await this.client.query<{ rows: number; deals: number }>(
			'SELECT count(*)::int AS rows, count(DISTINCT external_id)::int AS deals FROM crosslink.hubspot_order_link',
		);
		return rows[0] ?? { rows: 0, deals: 0 };
	}
}

interface Figures {
	seconds: number;
	calls: number;
	startMb: number;
	peakMb: number;
}

function rowOf(name: string, { seconds, calls, startMb, peakMb }: Figures, counted: Array<number | string>): Row {
	const atPace = (calls * LIMITS.general.intervalMs) / 1000;
	const numbers = [seconds, calls, atPace].map(Math.round);
	return { name, cells: [...numbers, ...counted, Math.round(startMb), Math.round(peakMb)] };
}

/** Credentials and workflows as a person makes them; HubSpot is set up. */
async function createFlows({ api, storeUrl }: N8nSite, hubspot: HubSpotStandIn): Promise<Flows> {
	const { url: baseUrl, accessToken, clientSecret, appId } = hubspot;
	const access = { baseUrl, accessToken, clientSecret, appId: String(appId) };
	await api.createCredential('HubSpot - Crosslink', 'crosslinkHubSpotApi', access);
	await api.createCredential('Orders database - Crosslink', 'postgres', { ...databaseAt(storeUrl), ssl: 'disable' });
	const template = async (name: string): Promise<WorkflowFile> =>
		JSON.parse(await readFile(join(TEMPLATES, `${name}.json`), 'utf8')) as WorkflowFile;
	const setUp = await api.importWorkflow(await template('hubspot-set-up'));
	const { status, data } = await api.finished(await api.run(setUp, 'Start'), AbortSignal.timeout(RUN_MS));
	if (status !== 'success') throw new Error(`${setUp.name} ended with ${status}: ${errorOf(data)}`);
	const adopt = await template('legacy-links-import');
	return { adopt: await api.importWorkflow(adopt), reconcile: await api.importWorkflow(reconcileFlow(adopt)) };
}

/** Start, then Reconcile as it comes out of the list of operations. */
function reconcileFlow({ nodes, settings }: WorkflowFile): WorkflowFile {
	const [start, adopt] = ['Start', 'Adopt the deals'].map((wanted) => nodes.find(({ name }) => name === wanted));
	if (!start || !adopt) throw new Error('The template has other nodes than it had.');
	const parameters = { resource: 'record', operation: 'reconcile', integration: 'hubspot', entity: 'order' };
	const reconcile = { ...adopt, name: 'Reconcile', parameters: { ...parameters, options: { maxMinutes: 60 } } };
	return {
		name: 'Reconcile all orders',
		nodes: [start, reconcile],
		connections: { Start: { main: [[{ node: 'Reconcile', type: 'main', index: 0 }]] } },
		settings,
	};
}
