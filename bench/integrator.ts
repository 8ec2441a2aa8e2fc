import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import type { FieldRule, Fields } from '../lib/adapters/adapter';
import { acquireStore } from '../lib/store/open';
import { push } from '../lib/sync/push';
import type { PushItem } from '../lib/sync/replication';
import { sync } from '../lib/sync/sync';
import { confirm } from '../lib/sync/confirm';
import { startHubSpot, type HubSpotStandIn } from '../sandbox/hubspot';
import { startPostgres, type PostgresServer } from '../test/servers/postgres';
import { startChild } from './child';
import type { PushInput } from './integrator-child';
import { FLOW_TABLES, runPullFlow, runPushFlow, type FlowInput } from './integrator-flow';
import { createLinkTables, hubSpotAt, replicationOn } from './replication';
import { printTable, timed, type Row } from './report';

const RECORDS = 1_000;
/** The call that creates this record is answered by nobody: the process is killed first. */
const KILLED_AT = 500;
const BOTH_CHANGED = 100;
/** How long search does not see a new record, while the flow is run again at once. */
const SEARCH_LAG_MS = 600_000;
/** A Professional account's pace: https://developers.hubspot.com/docs/api/usage-details */
const SEARCHES_PER_SECOND = 5;
const CALLS_PER_SECOND = 19;

const idOf = (index: number): string => String(index).padStart(6, '0');
const ordersOf = (count: number, amount: number): PushItem[] =>
	Array.from({ length: count }, (_, index) => ({
		localId: idOf(index),
		fields: { name: `Order ${index}`, amount: index + amount },
	}));

interface Site {
	hubspot: HubSpotStandIn;
	/** An empty database: the flow's tables, and Crosslink's beside them. */
	databaseUrl: string;
	client: Client;
	flow(more?: Partial<FlowInput>): FlowInput;
	close(): Promise<void>;
}

/** The flow an integrator would draw today, beside Crosslink, against the same stand-in and under the same faults. */
export async function benchIntegratorFlow(): Promise<void> {
	const server = await startPostgres({ durable: true });
	try {
		await benchCost(server);
		await benchKill(server);
		await benchBothChanged(server);
	} finally {
		await server.stop();
	}
}

async function benchCost(server: PostgresServer): Promise<void> {
	const rows: Row[] = [];
	for (const way of ['flow', 'Crosslink'] as const) {
		const site = await openSite(server);
		try {
			const run = async (name: string, work: () => Promise<unknown>): Promise<void> => {
				site.hubspot.calls.clear();
				const ms = await timed(work);
				const calls = site.hubspot.calls.count;
				const searches = site.hubspot.calls.list('/search').length;
				const atPace = Math.max(searches / SEARCHES_PER_SECOND, (calls - searches) / CALLS_PER_SECOND);
				rows.push({ name: `${way}, ${name}`, cells: [calls, (ms / 1000).toFixed(1), Math.round(atPace)] });
			};
			if (way === 'flow') {
				await putOrders(site, ordersOf(RECORDS, 0));
				await run('new', () => runPushFlow(site.flow()));
				await putOrders(site, ordersOf(RECORDS, 1));
				await run('changed', () => runPushFlow(site.flow()));
				await run('unchanged', () => runPushFlow(site.flow()));
				await runPushFlow(site.flow({ removeDuplicates: true }));
				await run('unchanged, with Remove Duplicates', () => runPushFlow(site.flow({ removeDuplicates: true })));
			} else {
				await run('new', () => crosslinkPush(site, ordersOf(RECORDS, 0)));
				await run('changed', () => crosslinkPush(site, ordersOf(RECORDS, 1)));
				await run('unchanged', () => crosslinkPush(site, ordersOf(RECORDS, 1)));
			}
		} finally {
			await site.close();
		}
	}
	printTable('1,000 orders: n8n’s own nodes beside Crosslink', ['calls', 's here', 's at the account’s pace'], rows);
}

async function benchKill(server: PostgresServer): Promise<void> {
	const rows: Row[] = [];
	const kinds: Array<{ name: string; flow?: Partial<FlowInput> }> = [
		{ name: 'flow', flow: {} },
		{ name: 'flow, Loop Over Items', flow: { loop: true } },
		{ name: 'flow, Remove Duplicates first', flow: { removeDuplicates: true } },
		{ name: 'Crosslink' },
	];
	for (const { name, flow } of kinds) {
		const cells: number[] = [];
		for (const lagMs of [SEARCH_LAG_MS, 0]) {
			const site = await openSite(server);
			try {
				site.hubspot.account.indexDelayMs = lagMs;
				const items = ordersOf(RECORDS, 0);
				if (flow) await putOrders(site, items);
				const input: PushInput = flow
					? { way: 'flow', ...site.flow(flow) }
					: { way: 'crosslink', ...remoteOf(site), storeUrl: site.databaseUrl, leaseSeconds: 1, items };
				if (!flow) await makeTables(site);
				await killAtCreate(site, input);
				await startChild('integrator-child.ts', input).result;
				cells.push(...damage(site, flow ? 'order_id' : 'crosslink_id'));
			} finally {
				await site.close();
			}
		}
		rows.push({ name, cells });
	}
	printTable(
		`kill -9 while order ${KILLED_AT} of ${RECORDS.toLocaleString('en-US')} is created, then run again`,
		['duplicates, run again at once', 'never created', 'duplicates, once search has caught up', 'never created'],
		rows,
	);
}

/** Kills the process when HubSpot has made the record, and the answer has not come. */
async function killAtCreate(site: Site, input: PushInput): Promise<void> {
	const { faults } = site.hubspot;
	const match = input.way === 'flow' ? { pathIncludes: '/objects/deals', bodyIncludes: `"${idOf(KILLED_AT)}"` } : {};
	// Search bodies name the order too; only the create holds its name.
	const create = { ...match, bodyIncludes: `Order ${KILLED_AT}"` };
	faults.add({ kind: 'lostAnswer', match: create });
	const child = startChild('integrator-child.ts', input);
	const gone = new Promise<NodeJS.Signals | null>((resolve) => {
		child.process.once('exit', (_code, signal) => resolve(signal));
	});
	while (faults.pending.length > 0 && child.process.exitCode === null) await sleep(0);
	child.process.kill('SIGKILL');
	if ((await gone) !== 'SIGKILL') throw new Error('The push had ended before it could be killed.');
}

function damage({ hubspot }: Site, key: string): [duplicates: number, missing: number] {
	const deals = hubspot.account.list('deals');
	const made = new Set(deals.map(({ properties }) => properties[key]));
	return [deals.length - made.size, RECORDS - made.size];
}

async function benchBothChanged(server: PostgresServer): Promise<void> {
	const rows: Row[] = [];
	for (const [name, field] of [
		['another field on each side', 'amount'],
		['the same field on both sides', 'name'],
	] as const) {
		const flow = await bothChanged(server, 'flow', field);
		const ours = await bothChanged(server, 'crosslink', field);
		rows.push({ name, cells: [flow.lost, ours.lost, ours.asked] });
	}
	printTable(
		`${BOTH_CHANGED} orders changed on both sides between two runs: edits that are gone afterwards`,
		['flow (push, then pull)', 'Crosslink (sync both ways)', 'of these orders, kept as a question'],
		rows,
	);
}

/** `here` is the field changed here; there it is always the name. Both fields are mapped both ways. */
async function bothChanged(server: PostgresServer, way: 'flow' | 'crosslink', here: 'name' | 'amount') {
	const site = await openSite(server);
	try {
		const before = ordersOf(BOTH_CHANGED, 0);
		const after = before.map(({ localId, fields }): PushItem => ({
			localId,
			fields: { ...fields, ...(here === 'name' ? { name: `Here ${localId}` } : { amount: 9_000 + Number(localId) }) },
		}));
		const keyName = way === 'flow' ? 'order_id' : 'crosslink_id';
		const key = (localId: string): string => (way === 'flow' ? localId : `default:${localId}`);
		const idIn = new Map<string, string>();
		const sales = (): void => {
			for (const { id, properties } of site.hubspot.account.list('deals')) {
				idIn.set(properties[keyName] ?? '', id);
				site.hubspot.account.edit('deals', id, { dealname: `There ${id}` });
			}
		};
		const local = new Map(after.map(({ localId, fields }): [string, Fields] => [localId, { ...fields }]));
		const asked = new Set<string>();
		if (way === 'flow') {
			await putOrders(site, before);
			await runPushFlow(site.flow());
			await putOrders(site, after);
			sales();
			await runPushFlow(site.flow());
			await runPullFlow(site.flow());
			for (const row of (await site.client.query('SELECT id, name, amount FROM orders')).rows) {
				local.set(row.id, { name: row.name, amount: row.amount });
			}
		} else {
			await crosslinkSync(site, before);
			sales();
			for (const outcome of await crosslinkSync(site, after)) {
				Object.assign(local.get(outcome.localId ?? '') ?? {}, outcome.patch);
				if (outcome.outcome === 'conflict') asked.add(outcome.localId ?? '');
			}
		}
		let lost = 0;
		for (const { localId, fields } of after) {
			const id = idIn.get(key(localId)) ?? '';
			const deal = site.hubspot.account.get('deals', id)?.properties;
			const row = local.get(localId);
			const ownKept = String(row?.[here]) === String(fields[here]);
			const theirsKept = deal?.['dealname'] === `There ${id}`;
			lost += Number(!ownKept) + Number(!theirsKept);
		}
		return { lost, asked: asked.size };
	} finally {
		await site.close();
	}
}

async function openSite(server: PostgresServer): Promise<Site> {
	const databaseUrl = await server.createDatabase();
	const hubspot = await startHubSpot({
		rateLimit: { perTenSeconds: 1_000_000, searchPerSecond: 100_000, daily: 10_000_000 },
	});
	hubspot.account.addProperty('deals', 'order_id');
	const client = new Client({ connectionString: databaseUrl });
	await client.connect();
	await client.query(FLOW_TABLES);
	const site: Site = {
		hubspot,
		databaseUrl,
		client,
		flow: (more) => ({
			url: hubspot.url,
			accessToken: hubspot.accessToken,
			databaseUrl,
			loop: false,
			removeDuplicates: false,
			...more,
		}),
		async close() {
			await client.end();
			await hubspot.stop();
		},
	};
	const adapter = hubSpotAt(remoteOf(site));
	const { store, release } = await acquireStore(databaseUrl, { idleCloseMs: 0 });
	await adapter.prepare?.([replicationOn(store, adapter, 'order').binding]);
	release();
	return site;
}

const remoteOf = ({ hubspot }: Site) => ({ url: hubspot.url, accessToken: hubspot.accessToken });

async function makeTables({ databaseUrl }: Site): Promise<void> {
	const { store, release } = await acquireStore(databaseUrl, { idleCloseMs: 0 });
	await createLinkTables(store);
	release();
}

/** What the ERP does; each write counts the order's version up. */
async function putOrders({ client }: Site, items: PushItem[]): Promise<void> {
	await client.query(
		`INSERT INTO orders (id, name, amount, version) SELECT i, n, a, 1 FROM unnest($1::text[], $2::text[], $3::int[]) AS t (i, n, a)
		ON CONFLICT (id) DO UPDATE SET name = excluded.name, amount = excluded.amount, version = orders.version + 1`,
		[
			items.map(({ localId }) => localId),
			items.map(({ fields }) => fields['name']),
			items.map(({ fields }) => fields['amount']),
		],
	);
}

async function crosslinkPush(site: Site, items: PushItem[]) {
	const { store, release } = await acquireStore(site.databaseUrl, { idleCloseMs: 0 });
	try {
		await createLinkTables(store);
		return await push(replicationOn(store, hubSpotAt(remoteOf(site)), 'order'), items);
	} finally {
		release();
	}
}

/** Sync Both Ways with both fields mapped both ways; what comes out is taken and confirmed. */
async function crosslinkSync(site: Site, items: PushItem[]) {
	const { store, release } = await acquireStore(site.databaseUrl, { idleCloseMs: 0 });
	try {
		await createLinkTables(store);
		const replication = replicationOn(store, hubSpotAt(remoteOf(site)), 'order');
		const both = (rule: FieldRule): FieldRule => ({ ...rule, direction: 'both', policy: 'manual' });
		const fields = replication.binding.fields.filter(({ direction }) => direction === 'push').map(both);
		const twoWay = { ...replication, binding: { ...replication.binding, fields } };
		const outcomes = await sync(twoWay, items);
		await confirm(
			twoWay,
			outcomes.flatMap(({ receipt }) => (receipt === null ? [] : [receipt])),
		);
		return outcomes;
	} finally {
		release();
	}
}
