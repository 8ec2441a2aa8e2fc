import { randomUUID } from 'node:crypto';
import type { WorkflowFile, WorkflowNode } from '../quickstart/n8n-api';
import type { HubSpotStandIn } from '../sandbox/hubspot';

/** What the flows work on: one account, one set of tables, one tenant. */
export interface FlowPlace {
	hubspot: Pick<HubSpotStandIn, 'url' | 'accessToken'>;
	/** PostgreSQL schema with the tables of {@link flowTables}. */
	schema: string;
	/** Names of the credentials. */
	database: string;
	crosslink: string;
	tenant: string;
}

/** The orders as the ERP has them, and the ids that the flow keeps. */
export const flowTables = (schema: string): string => `
	CREATE SCHEMA ${schema};
	CREATE TABLE ${schema}.orders (id text PRIMARY KEY, name text NOT NULL, amount integer NOT NULL, version integer NOT NULL);
	CREATE TABLE ${schema}.deal_ids (order_id text PRIMARY KEY, deal_id text NOT NULL);`;

const DEALS = '/crm/v3/objects/deals';
const START = 'Start';
const ORDERS = 'Orders';

type Draft = Pick<WorkflowNode, 'type' | 'typeVersion' | 'parameters' | 'credentials'>;

/**
 * What an integrator draws today with n8n's own nodes to bring orders to HubSpot:
 *
 *     Start -> Orders (Postgres, with their deal ids) -> [Remove Duplicates | Loop Over Items] -> Has a deal?
 *       yes: Update deal (HTTP Request)
 *       no:  Search deal (HTTP Request, by order id) -> Found? -> [Create deal (HTTP Request)] -> Note id (Postgres)
 *
 * HTTP Request as it comes out of the list: a call per item, all at once, no retry. The HubSpot node does the same calls one
 * after the other, and cannot be pointed at a stand-in.
 */
export function nodesPushFlow(place: FlowPlace, drawn: { loop?: boolean; removeDuplicates?: boolean } = {}) {
	const select = `SELECT orders.*, deal_id FROM ${place.schema}.orders LEFT JOIN ${place.schema}.deal_ids ON order_id = id ORDER BY id`;
	const order = `$('${ORDERS}').item.json`;
	const properties = `order_id: ${order}.id, dealname: ${order}.name, amount: String(${order}.amount)`;
	const search = `{ filterGroups: [{ filters: [{ propertyName: 'order_id', operator: 'EQ', value: ${order}.id }] }] }`;
	const stage = `pipeline: 'default', dealstage: 'appointmentscheduled'`;
	const insert = `INSERT INTO ${place.schema}.deal_ids VALUES ($1, $2) ON CONFLICT (order_id) DO NOTHING`;
	const dealId = `$json.id ?? $json.results[0].id`;
	const nodes: Record<string, Draft> = {
		[START]: START_NODE,
		[ORDERS]: postgres(place, select),
		'Remove Duplicates': REMOVE_DUPLICATES,
		'Loop Over Items': node('n8n-nodes-base.splitInBatches', 3, { batchSize: 1, options: {} }),
		'Has a deal?': condition(`={{ Boolean(${order}.deal_id) }}`),
		'Update deal': http(place, 'PATCH', `/{{ ${order}.deal_id }}`, `{ properties: { ${properties} } }`),
		'Search deal': http(place, 'POST', '/search', search),
		'Found?': condition('={{ $json.results.length > 0 }}'),
		'Create deal': http(place, 'POST', '', `{ properties: { ${properties}, ${stage} } }`),
		'Note id': postgres(place, insert, `={{ [${order}.id, ${dealId}] }}`),
	};
	const lines: Array<[from: string, to: string, output?: number]> = [
		['Has a deal?', 'Update deal', 0],
		['Has a deal?', 'Search deal', 1],
		['Search deal', 'Found?'],
		['Found?', 'Note id', 0],
		['Found?', 'Create deal', 1],
		['Create deal', 'Note id'],
		[START, ORDERS],
	];
	if (drawn.loop) {
		lines.push([ORDERS, 'Loop Over Items'], ['Loop Over Items', 'Has a deal?', 1]);
		lines.push(['Update deal', 'Loop Over Items'], ['Note id', 'Loop Over Items']);
	} else if (drawn.removeDuplicates) {
		lines.push([ORDERS, 'Remove Duplicates'], ['Remove Duplicates', 'Has a deal?']);
	} else {
		lines.push([ORDERS, 'Has a deal?']);
	}
	return workflow('Orders to HubSpot', nodes, lines);
}

/** Deals back to the ERP: each deal is read, and its mapped fields are written. */
export function nodesPullFlow(place: FlowPlace): WorkflowFile {
	const select = `SELECT order_id, deal_id FROM ${place.schema}.deal_ids ORDER BY order_id`;
	const update = `UPDATE ${place.schema}.orders SET name = $2, amount = $3 WHERE id = $1`;
	const values = `={{ [$('${ORDERS}').item.json.order_id, $json.properties.dealname, Number($json.properties.amount)] }}`;
	const nodes = {
		[START]: START_NODE,
		[ORDERS]: postgres(place, select),
		'Read deal': http(place, 'GET', `/{{ $json.deal_id }}?properties=dealname,amount`),
		'Write order': postgres(place, update, values),
	};
	return workflow('Deals back', nodes, chain([START, ORDERS, 'Read deal', 'Write order']));
}

/** The same work with Crosslink: orders to HubSpot. */
export function crosslinkPushFlow(place: FlowPlace): WorkflowFile {
	const nodes = {
		[START]: START_NODE,
		[ORDERS]: postgres(place, `SELECT id, name, amount FROM ${place.schema}.orders ORDER BY id`),
		Push: crosslink(place, { operation: 'push', localId: '={{ $json.id }}' }),
	};
	return workflow('Orders to HubSpot, Crosslink', nodes, chain([START, ORDERS, 'Push']));
}

/** Both ways with Crosslink; what comes back is written if nobody was faster, then confirmed. */
export function crosslinkSyncFlow(place: FlowPlace): WorkflowFile {
	const order = `$('${ORDERS}').item.json`;
	const set = 'name = coalesce($3, name), amount = coalesce($4::int, amount), version = version + 1';
	const update = `UPDATE ${place.schema}.orders SET ${set} WHERE id = $1 AND version = $2 RETURNING id`;
	const patch = `$('Sync').item.json.patch`;
	const values = `={{ [${order}.id, ${order}.version, ${patch}.name ?? null, ${patch}.amount ?? null] }}`;
	const nodes = {
		[START]: START_NODE,
		[ORDERS]: postgres(place, `SELECT * FROM ${place.schema}.orders ORDER BY id`),
		Sync: crosslink(place, { operation: 'sync', localId: '={{ $json.id }}' }, { onError: 'continueErrorOutput' }),
		'Anything to write?': condition('={{ Boolean($json.receipt) }}'),
		'Write order': postgres(place, update, values),
		Confirm: crosslink(place, { operation: 'confirm', receipt: `={{ $('Sync').item.json.receipt }}` }),
	};
	return workflow(
		'Both ways, Crosslink',
		nodes,
		chain([START, ORDERS, 'Sync', 'Anything to write?', 'Write order', 'Confirm']),
	);
}

const node = (type: string, typeVersion: number, parameters: Record<string, unknown>): Draft => ({
	type,
	typeVersion,
	parameters,
});
const START_NODE = node('n8n-nodes-base.manualTrigger', 1, {});
const REMOVE_DUPLICATES = node('n8n-nodes-base.removeDuplicates', 2, {
	operation: 'removeItemsSeenInPreviousExecutions',
	logic: 'removeItemsWithAlreadySeenKeyValues',
	dedupeValue: '={{ $json.id }} {{ $json.version }}',
	options: {},
});

function postgres({ database }: FlowPlace, query: string, queryReplacement?: string): Draft {
	const options = queryReplacement === undefined ? {} : { queryReplacement };
	return {
		...node('n8n-nodes-base.postgres', 2.6, { operation: 'executeQuery', query, options }),
		credentials: { postgres: { id: null, name: database } },
	};
}

function http({ hubspot }: FlowPlace, method: string, path: string, body?: string): Draft {
	const authorization = { name: 'Authorization', value: `Bearer ${hubspot.accessToken}` };
	return node('n8n-nodes-base.httpRequest', 4.2, {
		method,
		url: `=${hubspot.url}${DEALS}${path}`,
		sendHeaders: true,
		headerParameters: { parameters: [authorization] },
		...(body === undefined ? {} : { sendBody: true, specifyBody: 'json', jsonBody: `={{ JSON.stringify(${body}) }}` }),
		options: {},
	});
}

function condition(leftValue: string): Draft {
	const operator = { type: 'boolean', operation: 'true', singleValue: true };
	return node('n8n-nodes-base.if', 2.2, {
		conditions: {
			options: { caseSensitive: true, leftValue: '', typeValidation: 'strict', version: 2 },
			conditions: [{ id: randomUUID(), leftValue, rightValue: '', operator }],
			combinator: 'and',
		},
		options: {},
	});
}

function crosslink(place: FlowPlace, parameters: Record<string, unknown>, more: { onError?: string } = {}): Draft {
	const { tenant } = place;
	return {
		...node('n8n-nodes-crosslink.crosslink', 1, {
			...{ resource: 'record', tenant, integration: 'hubspot', entity: 'order' },
			...parameters,
		}),
		credentials: { crosslinkHubSpotApi: { id: null, name: place.crosslink } },
		...more,
	};
}

const chain = (names: string[]): Array<[string, string]> =>
	names.slice(1).map((name, index) => [names[index] as string, name]);

/** Only nodes that a line leads to, or from, are drawn. */
function workflow(
	name: string,
	drafts: Record<string, Draft>,
	lines: Array<[from: string, to: string, output?: number]>,
): WorkflowFile {
	const drawn = new Set(lines.flatMap(([from, to]) => [from, to]));
	const nodes = Object.entries(drafts)
		.filter(([key]) => drawn.has(key))
		.map(([key, draft], index): WorkflowNode => ({
			...draft,
			id: randomUUID(),
			name: key,
			position: [index * 220, 0],
		}));
	const connections: Record<string, { main: Array<Array<{ node: string; type: string; index: number }>> }> = {};
	for (const [from, to, output = 0] of lines) {
		const outputs = (connections[from] ??= { main: [] }).main;
		while (outputs.length <= output) outputs.push([]);
		outputs[output]?.push({ node: to, type: 'main', index: 0 });
	}
	return { name, nodes, connections, settings: { executionOrder: 'v1' } };
}
