import { Client } from 'pg';
import { databaseAt } from '../quickstart/database-at';
import type { SavedWorkflow, WorkflowFile, WorkflowNode } from '../quickstart/n8n-api';
import { newSecret, signedRequest } from '../test/unit/adapters/own/requests';
import { until } from '../test/until';
import { N8nSite } from './n8n-site';
import { median, printTable, type Row } from './report';
import { percentile, sendAtOnce, sendAtPace, type Delivery, type Load } from './webhook-load';

/** Few enough for a disk that takes 7 ms for a flush, of which an execution needs several. */
const ROUNDS = 3;
const REQUESTS = 400;
const UNDER_WAY = 20;
const WARM_UP = 100;
/** HubSpot sends at most 100 events at once: https://developers.hubspot.com/docs/apps/legacy-apps/public-apps/create-generic-webhook-subscriptions */
const EVENTS_AT_ONCE = 100;
const FULL_REQUESTS = 40;
const FULL_UNDER_WAY = 10;
/** Of what n8n's own node answers at most. */
const STEADY_SHARES = [0.5, 0.8];
const STEADY_SECONDS = 10;
const IDLE_MS = 300_000;
const LIVE_MS = 60_000;

type Way = 'own' | 'instead' | 'each' | 'crosslink';
const NAMES: Record<Way, string> = {
	own: 'n8n’s Webhook node',
	instead: 'n8n’s Webhook and Postgres nodes',
	each: 'Crosslink Trigger, an execution for each delivery',
	crosslink: 'Crosslink Trigger',
};
const WAYS: Way[] = ['own', 'instead', 'each', 'crosslink'];
const DATABASE = 'Inbox of the bench';

interface Figures extends Load {
	/** From the first request until every event is done and every execution has ended. */
	endedSeconds: number;
	executions: number;
}

/**
 * Webhooks into a started n8n, one process, its data and the inbox on one durable PostgreSQL: through n8n's own Webhook
 * node, which keeps and checks nothing, and through the Crosslink Trigger, which checks the signature and keeps each
 * event. Between them what one would draw instead: a row for each delivery, once, and no signature; and the Crosslink
 * Trigger with an execution for each delivery. The same requests, turn by turn; all answer at once, and end in a workflow
 * of one further node.
 */
export async function benchWebhooks(): Promise<void> {
	await benchSite('as it comes', {});
	// Of n8n's own settings the one that counts here: an isolate for expressions only where one has to be evaluated.
	await benchSite('isolates when needed', { N8N_EXPRESSION_ENGINE_LAZY_ACQUIRE: 'true' });
}

async function benchSite(name: string, more: Record<string, string>): Promise<void> {
	const secret = newSecret();
	const site = await N8nSite.start({ CROSSLINK_OWN_SIGNING_SECRET: secret, ...more });
	const [n8n, store] = [new Client({ connectionString: site.n8nUrl }), new Client({ connectionString: site.storeUrl })];
	try {
		await Promise.all([n8n.connect(), store.connect()]);
		const bench = new WebhookBench(site, secret, n8n, store);
		await bench.publish();
		await bench.run(name);
	} finally {
		await Promise.all([n8n.end(), store.end()]);
		await site.stop();
	}
}

class WebhookBench {
	private sent = 0;
	private events = 0;
	private readonly requests: Record<Way, number> = { own: 0, instead: 0, each: 0, crosslink: 0 };

	constructor(
		private readonly site: N8nSite,
		private readonly secret: string,
		private readonly n8n: Client,
		private readonly store: Client,
	) {}

	async publish(): Promise<void> {
		const { api } = this.site;
		const saved: SavedWorkflow[] = [];
		await this.store.query('CREATE TABLE public.seen (id text PRIMARY KEY, body jsonb)');
		await api.createCredential(DATABASE, 'postgres', { ...databaseAt(this.site.storeUrl), ssl: 'disable' });
		for (const way of WAYS) saved.push(await api.importWorkflow(workflow(way)));
		for (const one of saved) await api.publish(one);
		for (const way of WAYS) await this.live(way);
	}

	/** n8n answers 404 for a moment after it has published a workflow. */
	private async live(way: Way): Promise<void> {
		const delivery = this.delivery(1);
		this.requests[way] += 1;
		if (isCrosslink(way)) this.events += 1;
		const taken = async () => {
			return await sendAtOnce(this.urlOf(way), [delivery], 1).then(
				() => true,
				() => false,
			);
		};
		await until(taken, `${NAMES[way]} to answer`, LIVE_MS);
	}

	async run(name: string): Promise<void> {
		for (const way of WAYS) await this.load(way, WARM_UP, 1, UNDER_WAY);
		const single = await this.rounds(REQUESTS, 1, UNDER_WAY);
		const full = await this.rounds(FULL_REQUESTS, EVENTS_AT_ONCE, FULL_UNDER_WAY);
		printTable(
			`Webhooks into n8n (${name}), median of ${ROUNDS} turns`,
			['requests/s', 'beside n8n’s own', 'events/s', 'answer p50, ms', 'p95, ms', 'done/s', 'executions'],
			[
				...rowsOf(single, REQUESTS, 1, `1 event each, ${UNDER_WAY} under way`),
				...rowsOf(full, FULL_REQUESTS, EVENTS_AT_ONCE, `${EVENTS_AT_ONCE} events each, ${FULL_UNDER_WAY} under way`),
			],
		);
		const most = median(single.own.map(({ seconds }) => REQUESTS / seconds));
		const rows: Row[] = [];
		for (const perSecond of STEADY_SHARES.map((share) => Math.round(most * share))) {
			for (const way of WAYS) {
				const count = perSecond * STEADY_SECONDS;
				const url = this.urlOf(way);
				const figures = await this.ended(way, count, 1, (deliveries) => sendAtPace(url, deliveries, perSecond));
				rows.push({ name: NAMES[way], cells: [perSecond, ...answers([figures])] });
			}
		}
		printTable(
			`Webhooks at a steady pace (${name}), ${STEADY_SECONDS} s`,
			['requests/s', 'answer p50, ms', 'p95, ms'],
			rows,
		);
		await this.check();
	}

	/** Turn by turn, so that both meet the same machine. */
	private async rounds(requests: number, events: number, underWay: number): Promise<Record<Way, Figures[]>> {
		const figures: Record<Way, Figures[]> = { own: [], instead: [], each: [], crosslink: [] };
		for (let round = 0; round < ROUNDS; round++) {
			for (const way of WAYS) figures[way].push(await this.load(way, requests, events, underWay));
		}
		return figures;
	}

	private async load(way: Way, requests: number, events: number, underWay: number): Promise<Figures> {
		const url = this.urlOf(way);
		return await this.ended(way, requests, events, (deliveries) => sendAtOnce(url, deliveries, underWay));
	}

	private async ended(
		way: Way,
		requests: number,
		events: number,
		send: (deliveries: Delivery[]) => Promise<Load>,
	): Promise<Figures> {
		const deliveries = Array.from({ length: requests }, () => this.delivery(events));
		this.requests[way] += requests;
		if (isCrosslink(way)) this.events += requests * events;
		const before = await countOf(this.n8n, 'execution_entity');
		const start = performance.now();
		const load = await send(deliveries);
		await until(async () => (await this.unfinished()) === 0, 'every execution to end', IDLE_MS);
		const endedSeconds = (performance.now() - start) / 1_000;
		return { ...load, endedSeconds, executions: (await countOf(this.n8n, 'execution_entity')) - before };
	}

	private delivery(events: number): Delivery {
		const id = `msg_${++this.sent}`;
		const body = Array.from({ length: events }, (_, n) => {
			return { type: 'order.updated', timestamp: new Date().toISOString(), data: { id: `${this.sent}-${n}` } };
		});
		const { rawBody, headers } = signedRequest(this.secret, events === 1 ? body[0] : body, id, new Date());
		return {
			body: Buffer.from(rawBody),
			headers: { ...(headers as Record<string, string>), 'content-type': 'application/json' },
		};
	}

	private urlOf(way: Way): string {
		return `${this.site.api.url}/webhook/${isCrosslink(way) ? `${way}/webhook` : way}`;
	}

	private async unfinished(): Promise<number> {
		const events = await countOf(this.store, NOT_DONE);
		return (
			events + (await countOf(this.n8n, "execution_entity WHERE status IN ('new', 'running', 'waiting', 'unknown')"))
		);
	}

	/** Figures of something that does not work are worth nothing. */
	private async check(): Promise<void> {
		const events = await countOf(this.store, 'crosslink.event_delivery');
		const failed = await countOf(this.n8n, "execution_entity WHERE status <> 'success'");
		if (events !== this.events || failed !== 0) {
			throw new Error(`Of ${this.events} events for Crosslink ${events} were kept; ${failed} executions failed.`);
		}
		for (const way of WAYS) {
			const ofWay = `"workflowId" IN (SELECT id FROM workflow_entity WHERE name = '${NAMES[way]}')`;
			const executions = await countOf(this.n8n, `execution_entity WHERE ${ofWay}`);
			const requests = this.requests[way];
			if (executions > requests || (executions < requests && way !== 'crosslink')) {
				throw new Error(`${NAMES[way]}: ${requests} requests started ${executions} executions.`);
			}
		}
	}
}

const NOT_DONE = 'crosslink.event_delivery WHERE done_at IS NULL';

const isCrosslink = (way: Way): boolean => way === 'each' || way === 'crosslink';

async function countOf(client: Client, what: string): Promise<number> {
	const { rows } = await client.query<{ count: number }>(`SELECT count(*)::int AS count FROM ${what}`);
	return rows[0]?.count ?? 0;
}

function rowsOf(figures: Record<Way, Figures[]>, requests: number, events: number, how: string): Row[] {
	const rate = (way: Way, key: 'seconds' | 'endedSeconds') => median(figures[way].map((one) => requests / one[key]));
	return WAYS.map((way) => {
		const perSecond = rate(way, 'seconds');
		const beside = `${Math.round((100 * perSecond) / rate('own', 'seconds'))} %`;
		const cells = [
			beside,
			Math.round(perSecond * events),
			...answers(figures[way]),
			Math.round(rate(way, 'endedSeconds')),
			median(figures[way].map((one) => one.executions)),
		];
		return { name: `${NAMES[way]}, ${how}`, cells: [Math.round(perSecond), ...cells] };
	});
}

function answers(figures: Figures[]): number[] {
	return [0.5, 0.95].map((share) => Math.round(median(figures.map((one) => percentile(one, share)))));
}

function workflow(way: Way): WorkflowFile {
	const to = (node: string) => ({ main: [[{ node, type: 'main', index: 0 }]] });
	const at = (x: number) => ({ position: [x, 0] as [number, number] });
	const own: WorkflowNode = {
		...{ id: 'trigger', name: 'Trigger', type: 'n8n-nodes-base.webhook', typeVersion: 2, ...at(0) },
		webhookId: way,
		parameters: { httpMethod: 'POST', path: way, responseMode: 'onReceived', options: {} },
	};
	const crosslink: WorkflowNode = {
		...{ id: 'trigger', name: 'Trigger', type: 'n8n-nodes-crosslink.crosslinkTrigger', typeVersion: 2, ...at(0) },
		webhookId: way,
		parameters: {
			...{ integration: 'own', connection: 'environment' },
			...(way === 'each' ? { options: { gatherDeliveries: false } } : {}),
		},
	};
	const keep: WorkflowNode = {
		...{ id: 'keep', name: 'Keep', type: 'n8n-nodes-base.postgres', typeVersion: 2.6, ...at(100) },
		parameters: {
			operation: 'executeQuery',
			query: 'INSERT INTO public.seen (id, body) VALUES ($1, $2) ON CONFLICT DO NOTHING RETURNING id',
			options: { queryReplacement: "={{ [$json.headers['webhook-id'], JSON.stringify($json.body)] }}" },
		},
		credentials: { postgres: { id: null, name: DATABASE } },
	};
	const end: WorkflowNode = {
		...{ id: 'end', name: 'End', type: 'n8n-nodes-base.noOp', typeVersion: 1, ...at(200) },
		parameters: {},
	};
	return {
		name: NAMES[way],
		nodes: way === 'instead' ? [own, keep, end] : [isCrosslink(way) ? crosslink : own, end],
		connections: way === 'instead' ? { Trigger: to('Keep'), Keep: to('End') } : { Trigger: to('End') },
		settings: { executionOrder: 'v1' },
	};
}
