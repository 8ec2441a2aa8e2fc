import { Client } from 'pg';
import type { Remote } from './replication';

/**
 * The flow an integrator draws with n8n's own nodes, carried out as those nodes do:
 *
 *     Postgres (orders LEFT JOIN deal_ids) -> [Remove Duplicates] -> IF has a deal id
 *       no:  HubSpot Search by order_id -> IF found -> HubSpot Create -> Postgres Insert into deal_ids
 *       yes: HubSpot Update
 *
 * - n8n runs node by node: all items go through one node before the next begins. With `loop` it is drawn with Loop Over
 *   Items, one at a time.
 * - The HubSpot node makes one call per item, one after the other; the Postgres node writes all its items in one statement.
 * - An update sends all mapped fields: the flow does not know which of them has changed.
 * - Remove Duplicates ("items processed in previous executions", by id and `updated_at`) notes an item when it passes, not
 *   when the flow has finished with it.
 *
 * Left out, in the flow's favour: n8n's own time per node and item, its storage of execution data, and the account's pace.
 */
export interface FlowInput extends Remote {
	databaseUrl: string;
	loop: boolean;
	removeDuplicates: boolean;
}

interface OrderItem {
	id: string;
	name: string;
	amount: number;
	version: number;
	deal_id: string | null;
}

const DEALS = '/crm/v3/objects/deals';
/** What the account wants of every new deal. */
const STAGE = { pipeline: 'default', dealstage: 'appointmentscheduled' };

/** Tables of the flow: the orders as the ERP has them, the ids, and what Remove Duplicates has seen. */
export const FLOW_TABLES = `
	CREATE TABLE orders (id text PRIMARY KEY, name text NOT NULL, amount integer NOT NULL, version integer NOT NULL);
	CREATE TABLE deal_ids (order_id text PRIMARY KEY, deal_id text NOT NULL);
	CREATE TABLE seen_items (item text PRIMARY KEY);`;

/** One execution of the flow that brings orders to HubSpot. */
export async function runPushFlow(input: FlowInput): Promise<void> {
	const client = new Client({ connectionString: input.databaseUrl });
	await client.connect();
	try {
		const items = await selectOrders(client, input.removeDuplicates);
		const runs = input.loop ? items.map((item) => [item]) : [items];
		for (const run of runs) await pushItems(input, client, run);
	} finally {
		await client.end();
	}
}

/** One execution of the flow that brings deals to the ERP: each deal is read and its mapped fields are written. */
export async function runPullFlow(input: FlowInput): Promise<void> {
	const client = new Client({ connectionString: input.databaseUrl });
	await client.connect();
	try {
		for (const { deal_id: dealId, order_id: orderId } of (await client.query('SELECT * FROM deal_ids')).rows) {
			const deal = await call(input, 'GET', `${DEALS}/${dealId}?properties=dealname,amount`);
			const { dealname, amount } = deal.properties ?? {};
			await client.query('UPDATE orders SET name = $2, amount = $3 WHERE id = $1', [orderId, dealname, Number(amount)]);
		}
	} finally {
		await client.end();
	}
}

async function selectOrders(client: Client, removeDuplicates: boolean): Promise<OrderItem[]> {
	const { rows } = await client.query<OrderItem>(
		'SELECT orders.*, deal_ids.deal_id FROM orders LEFT JOIN deal_ids ON order_id = id ORDER BY id',
	);
	if (!removeDuplicates) return rows;
	const keys = rows.map((item) => `${item.id} ${item.version}`);
	const fresh = await client.query<{ item: string }>(
		'INSERT INTO seen_items SELECT unnest($1::text[]) ON CONFLICT DO NOTHING RETURNING item',
		[keys],
	);
	const unseen = new Set(fresh.rows.map(({ item }) => item));
	return rows.filter((item) => unseen.has(`${item.id} ${item.version}`));
}

async function pushItems(input: FlowInput, client: Client, items: OrderItem[]): Promise<void> {
	const linked = items.filter((item) => item.deal_id !== null);
	const searched = items.filter((item) => item.deal_id === null);
	const found = new Map<string, string>();
	for (const { id } of searched) {
		const filter = { propertyName: 'order_id', operator: 'EQ', value: id };
		const { results } = await call(input, 'POST', `${DEALS}/search`, { filterGroups: [{ filters: [filter] }] });
		const deal = results?.[0];
		if (deal) found.set(id, deal.id);
	}
	for (const item of searched) {
		if (found.has(item.id)) continue;
		const created = await call(input, 'POST', DEALS, { properties: { ...propertiesOf(item), ...STAGE } });
		found.set(item.id, created.id);
	}
	if (found.size > 0) {
		await client.query('INSERT INTO deal_ids SELECT * FROM unnest($1::text[], $2::text[])', [
			[...found.keys()],
			[...found.values()],
		]);
	}
	for (const item of linked) {
		await call(input, 'PATCH', `${DEALS}/${item.deal_id}`, { properties: propertiesOf(item) });
	}
}

const propertiesOf = ({ id, name, amount }: OrderItem) => ({ order_id: id, dealname: name, amount: String(amount) });

interface Answer {
	id: string;
	properties?: Record<string, string>;
	results?: Array<{ id: string }>;
}

async function call({ url, accessToken }: Remote, method: string, path: string, body?: unknown): Promise<Answer> {
	const response = await fetch(url + path, {
		method,
		headers: { authorization: `Bearer ${accessToken}`, 'content-type': 'application/json' },
		...(body === undefined ? {} : { body: JSON.stringify(body) }),
	});
	if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
	return (await response.json()) as Answer;
}
