import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { cacheFolder } from '../../quickstart/cache-folder';
import { N8nApi, type WorkflowFile, type WorkflowNode } from '../../quickstart/n8n-api';
import { startN8n, type N8nProcess, type StartN8nOptions } from '../../quickstart/n8n-process';
import { installPack } from '../../quickstart/pack-install';
import { freePort } from '../../quickstart/ports';
import { OWNER } from '../../quickstart/set-up';
import { databaseAt } from '../../quickstart/database-at';
import { acquireStore } from '../../lib/store/open';
import { leash } from '../servers/leash';
import { startPostgres, type PostgresServer } from '../servers/postgres';
import { startRedis, type RedisServer } from '../servers/redis';
import { newSecret, signedRequest } from '../unit/adapters/own/requests';

const ROOT = join(__dirname, '..', '..');
const TRIGGER_PATH = 'crosslink-queue-test';

/** n8n polls once a minute at most, for each poll time: so it is every ten seconds. */
const POLL_TIMES = [0, 10, 20, 30, 40, 50].map((second) => ({
	...{ mode: 'custom', cronExpression: `${second} * * * * *` },
}));

/** What an execution told the business system, by event id. */
export interface Told {
	begun: number;
	done: number;
}

/** n8n in queue mode, process by process, with the store on PostgreSQL and one workflow that tells what it gets. */
export class QueueSite {
	readonly told = new Map<string, Told>();
	/** Calls that begin something are not answered while this is set. */
	holding = false;
	/** How long the business system takes to begin something. */
	beginMs = 0;
	private owner: N8nApi | undefined;
	private readonly front: N8nProcess[] = [];
	private readonly workers: N8nProcess[] = [];
	private readonly held: Array<() => void> = [];
	private readonly processes: N8nProcess[] = [];
	private unleash = () => {};

	private constructor(
		private readonly folder: string,
		readonly postgres: PostgresServer,
		readonly redis: RedisServer,
		private readonly storeUrl: string,
		private readonly n8nUrl: string,
		/** A table of the business system, which one workflow follows. */
		private readonly ordersUrl: string,
		private readonly place: Omit<StartN8nOptions, 'port' | 'logFile'>,
		private readonly mainPort: number,
		private readonly webhookPort: number,
		private readonly secret: string,
		private readonly listener: Server,
	) {}

	/** Main and webhook process; workers are started by the test. The pack must have been built. */
	static async start(n8nFolder: string, options: { durable?: boolean } = {}): Promise<QueueSite> {
		const signal = new AbortController().signal;
		const folder = await mkdtemp(join(tmpdir(), 'crosslink-queue-'));
		const userFolder = join(folder, 'n8n-user');
		await mkdir(userFolder);
		const [postgres, redis] = await Promise.all([
			startPostgres(options),
			startRedis(),
			installPack({ root: ROOT, userFolder, cacheRoot: cacheFolder(), signal }),
		]);
		const n8nUrl = await postgres.createDatabase();
		const database = databaseAt(n8nUrl);
		const storeUrl = await postgres.createDatabase();
		const ordersUrl = await postgres.createDatabase();
		const [mainPort, webhookPort] = [await freePort(), await freePort()];
		const secret = newSecret();
		const env = {
			EXECUTIONS_MODE: 'queue',
			QUEUE_BULL_REDIS_HOST: '127.0.0.1',
			QUEUE_BULL_REDIS_PORT: String(redis.port),
			QUEUE_HEALTH_CHECK_ACTIVE: 'true',
			N8N_ENCRYPTION_KEY: 'only-for-tests-and-the-same-for-all',
			WEBHOOK_URL: `http://127.0.0.1:${webhookPort}/`,
			CROSSLINK_STORE_URL: storeUrl,
			CROSSLINK_OWN_SIGNING_SECRET: secret,
			...databaseVariables(ordersUrl),
		};
		const listener = createServer();
		await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
		const place = { n8nFolder, userFolder, database, env, signal };
		const site = new QueueSite(
			...([
				folder,
				postgres,
				redis,
				storeUrl,
				n8nUrl,
				ordersUrl,
				place,
				mainPort,
				webhookPort,
				secret,
				listener,
			] as const),
		);
		site.listen();
		try {
			await site.startFront();
			await site.api.setUpOwner(OWNER);
			await site.publish(site.webhookWorkflow());
			return site;
		} catch (error) {
			await site.stop();
			throw error;
		}
	}

	/** As n8n's owner, to the main process. */
	get api(): N8nApi {
		return (this.owner ??= new N8nApi(this.mainUrl));
	}

	get mainUrl(): string {
		return `http://127.0.0.1:${this.mainPort}`;
	}

	get webhookUrl(): string {
		return `http://127.0.0.1:${this.webhookPort}`;
	}

	/** Main and webhook process on the ports they always have. `more` is further environment. */
	async startFront(more: Record<string, string> = {}): Promise<void> {
		this.front.push(await this.launch('start', this.mainPort, more));
		this.front.push(await this.launch('webhook', this.webhookPort, more));
	}

	/** `kill -9` of both, at the same moment. */
	async killFront(): Promise<void> {
		await Promise.all(this.front.splice(0).map((n8n) => this.kill(n8n)));
	}

	/** One more of them, as a load balancer would have behind it. */
	async startWebhookProcess(): Promise<N8nProcess> {
		return await this.launch('webhook', await freePort());
	}

	async startWorker(): Promise<N8nProcess> {
		const worker = await this.launch('worker', await freePort());
		this.workers.push(worker);
		return worker;
	}

	/** Stops the workers that were started before this one, as a service manager does. */
	async stopOtherWorkers(worker: N8nProcess): Promise<void> {
		const others = this.workers.splice(0).filter((one) => one !== worker);
		this.workers.push(worker);
		await Promise.all(others.map((one) => one.stop()));
	}

	/** A webhook process that nobody has told of the store on PostgreSQL. */
	async startWithoutStore(): Promise<N8nProcess> {
		return await this.launch('webhook', await freePort(), { CROSSLINK_STORE_URL: '' });
	}

	/** `kill -9`; resolves when it is gone. */
	async kill(n8n: N8nProcess): Promise<void> {
		if (n8n.pid !== undefined) process.kill(-n8n.pid, 'SIGKILL');
		await n8n.exited;
	}

	/** A signed delivery to the webhook process, or to another one; its status, or 0 when there was no answer. */
	async deliver(id: string, records: string[], to = this.webhookUrl): Promise<number> {
		const body = records.map((record) => ({
			...{ type: 'order.updated', timestamp: new Date().toISOString(), data: { id: record } },
		}));
		const { rawBody, headers } = signedRequest(this.secret, body, id, new Date());
		return await fetch(`${to}/webhook/${TRIGGER_PATH}/webhook`, {
			method: 'POST',
			body: new Uint8Array(rawBody),
			headers: { ...(headers as Record<string, string>), 'content-type': 'application/json' },
			signal: AbortSignal.timeout(10_000),
		}).then(
			async (response) => {
				await response.arrayBuffer();
				return response.status;
			},
			() => 0,
		);
	}

	/** As a vendor does: again and again until it is taken. */
	async deliverSurely(id: string, records: string[], to?: string): Promise<void> {
		for (let tries = 0; tries < 60; tries++) {
			if ((await this.deliver(id, records, to)) === 200) return;
			await new Promise((resolve) => setTimeout(resolve, 1_000));
		}
		throw new Error(`The delivery ${id} was never taken.`);
	}

	/** Lets those calls go on that were held back. */
	letGo(): void {
		this.holding = false;
		for (const answer of this.held.splice(0)) answer();
	}

	/** How many executions ended without n8n telling its nodes so: it runs these hooks in turn, and its own before them failed. */
	async endsNotTold(): Promise<number> {
		const logs = await Promise.all(this.processes.map(async ({ logFile }) => await readFile(logFile, 'utf8')));
		return logs.join('').split('There was a problem running hook "workflowExecuteAfter"').length - 1;
	}

	/** Pollers whose state n8n keeps itself, as it does only in its durable polls. */
	async durablePolls(): Promise<number> {
		return (await query(this.n8nUrl, 'SELECT 1 FROM poller_state')).length;
	}

	/** Rows of the store. */
	async select(sql: string): Promise<Array<Record<string, unknown>>> {
		return await query(this.storeUrl, sql);
	}

	/**
	 * Publishes two workflows that poll: one follows the inbox, one a table of the business system. What they tell of a
	 * record has `inbox:` and `table:` before its id.
	 */
	async publishPolls(): Promise<void> {
		await query(this.ordersUrl, 'CREATE TABLE orders (id text PRIMARY KEY, updated_at timestamptz NOT NULL)');
		const { store, release } = await acquireStore(this.storeUrl, { idleCloseMs: 0 });
		const settings = {
			entities: { order: { object: 'public.orders', source: { id: 'id', changed: 'updated_at' } } },
		};
		await store.configs.save({ tenant: 'default', integration: 'database', mode: 'onprem', enabled: true, settings });
		release();
		const followed = { what: 'inbox', integration: 'own', start: 'beginning' };
		await this.publish(this.pollWorkflow('inbox', followed));
		await this.publish(this.pollWorkflow('table', { what: 'changes', integration: 'database', start: 'beginning' }));
	}

	/** The business system changes these orders, in one transaction. */
	async changeOrders(records: string[]): Promise<void> {
		const values = records.map((record) => `('${record}', now())`).join(', ');
		await query(
			this.ordersUrl,
			`INSERT INTO orders VALUES ${values} ON CONFLICT (id) DO UPDATE SET updated_at = excluded.updated_at`,
		);
	}

	async stop(): Promise<void> {
		this.letGo();
		await Promise.all(this.processes.map((n8n) => n8n.stop()));
		this.listener.closeAllConnections();
		this.listener.close();
		await this.redis.stop();
		await this.postgres.stop();
		this.unleash();
		await rm(this.folder, { recursive: true, force: true, maxRetries: 5 });
	}

	private async launch(
		command: 'start' | 'worker' | 'webhook',
		port: number,
		more: Record<string, string> = {},
	): Promise<N8nProcess> {
		const logFile = join(this.folder, `${command}-${this.processes.length}.log`);
		const env = { ...this.place.env, QUEUE_HEALTH_CHECK_PORT: String(port), ...more };
		const n8n = await startN8n({ ...this.place, env, command, port, logFile });
		this.processes.push(n8n);
		this.unleash();
		this.unleash = leash(
			this.processes.map(({ pid }) => pid),
			[this.folder],
		);
		return n8n;
	}

	private listen(): void {
		this.listener.on('request', (request, response) => {
			const { pathname, searchParams } = new URL(request.url ?? '', 'http://localhost');
			const id = searchParams.get('record') ?? '';
			const told = this.told.get(id) ?? { begun: 0, done: 0 };
			this.told.set(id, told);
			const answer = () => response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
			if (pathname === '/done') told.done++;
			else told.begun++;
			if (pathname === '/done') answer();
			else if (this.holding) this.held.push(answer);
			else setTimeout(answer, this.beginMs);
		});
	}

	private async publish(workflow: WorkflowFile): Promise<void> {
		await this.api.publish(await this.api.importWorkflow(workflow));
	}

	private webhookWorkflow(): WorkflowFile {
		return this.workflow('Tell what changes', '', {
			...{ id: 'trigger', name: 'Trigger', type: 'n8n-nodes-crosslink.crosslinkTrigger', typeVersion: 2 },
			...{ position: [0, 0] as [number, number], webhookId: TRIGGER_PATH },
			// As expressions: n8n evaluates them while it publishes the workflow, and refuses to at any later time.
			parameters: {
				...{ integration: 'own', connection: 'environment', tenant: "={{ 'default' }}" },
				options: { includeRaw: '={{ false }}' },
			},
		});
	}

	private pollWorkflow(prefix: string, parameters: Record<string, string>): WorkflowFile {
		return this.workflow(`Follow the ${prefix}`, `${prefix}:`, {
			...{ id: prefix, name: 'Trigger', type: 'n8n-nodes-crosslink.crosslinkPollTrigger', typeVersion: 1 },
			position: [0, 0] as [number, number],
			parameters: { connection: 'environment', ...parameters, pollTimes: { item: POLL_TIMES } },
		});
	}

	/** Trigger, a call that begins something at the business system, and one that says it is done. */
	private workflow(name: string, prefix: string, trigger: WorkflowNode): WorkflowFile {
		const { port } = this.listener.address() as AddressInfo;
		const call = (name: string, x: number, record: string) => ({
			...{ id: name, name, type: 'n8n-nodes-base.httpRequest', typeVersion: 4.2, position: [x, 0] as [number, number] },
			parameters: {
				method: 'POST',
				url: `=http://127.0.0.1:${port}/${name.toLowerCase()}?record=${prefix}{{ ${record} }}`,
			},
		});
		const to = (node: string) => ({ main: [[{ node, type: 'main', index: 0 }]] });
		return {
			name,
			nodes: [trigger, call('Begin', 200, '$json.externalId'), call('Done', 400, "$('Trigger').item.json.externalId")],
			connections: { Trigger: to('Begin'), Begin: to('Done') },
			settings: { executionOrder: 'v1' },
		};
	}
}

/** The connection of the integration `database`, as an air-gapped site sets it. */
function databaseVariables(url: string): Record<string, string> {
	const { hostname, port, pathname, username, password } = new URL(url);
	return {
		CROSSLINK_DATABASE_HOST: hostname,
		CROSSLINK_DATABASE_PORT: port,
		CROSSLINK_DATABASE_DATABASE: pathname.slice(1),
		CROSSLINK_DATABASE_USER: username,
		CROSSLINK_DATABASE_PASSWORD: password,
		CROSSLINK_DATABASE_SSL_MODE: 'disable',
	};
}

async function query(url: string, sql: string): Promise<Array<Record<string, unknown>>> {
	const client = new Client({ connectionString: url });
	await client.connect();
	try {
		return (await client.query<Record<string, unknown>>(sql)).rows;
	} finally {
		await client.end();
	}
}
