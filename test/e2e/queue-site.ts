import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { cacheFolder } from '../../quickstart/cache-folder';
import { N8nApi, type WorkflowFile } from '../../quickstart/n8n-api';
import { startN8n, type N8nProcess, type StartN8nOptions } from '../../quickstart/n8n-process';
import { installPack } from '../../quickstart/pack-install';
import { freePort } from '../../quickstart/ports';
import { OWNER } from '../../quickstart/set-up';
import { databaseAt } from '../../quickstart/database-at';
import { leash } from '../servers/leash';
import { startPostgres, type PostgresServer } from '../servers/postgres';
import { startRedis, type RedisServer } from '../servers/redis';
import { newSecret, signedRequest } from '../unit/adapters/own/requests';

const ROOT = join(__dirname, '..', '..');
const TRIGGER_PATH = 'crosslink-queue-test';

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
	private readonly held: Array<() => void> = [];
	private readonly processes: N8nProcess[] = [];
	private unleash = () => {};

	private constructor(
		private readonly folder: string,
		readonly postgres: PostgresServer,
		readonly redis: RedisServer,
		private readonly storeUrl: string,
		private readonly place: Omit<StartN8nOptions, 'port' | 'logFile'>,
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
		const database = databaseAt(await postgres.createDatabase());
		const storeUrl = await postgres.createDatabase();
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
		};
		const listener = createServer();
		await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
		const place = { n8nFolder, userFolder, database, env, signal };
		const site = new QueueSite(folder, postgres, redis, storeUrl, place, webhookPort, secret, listener);
		site.listen();
		try {
			const main = await site.launch('start', mainPort);
			await site.launch('webhook', webhookPort);
			const api = new N8nApi(main.url);
			await api.setUpOwner(OWNER);
			await api.publish(await api.importWorkflow(site.workflow()));
			return site;
		} catch (error) {
			await site.stop();
			throw error;
		}
	}

	async startWorker(): Promise<N8nProcess> {
		return await this.launch('worker', await freePort());
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
	async deliver(id: string, records: string[], to = `http://127.0.0.1:${this.webhookPort}`): Promise<number> {
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
	async deliverSurely(id: string, records: string[]): Promise<void> {
		for (let tries = 0; tries < 60; tries++) {
			if ((await this.deliver(id, records)) === 200) return;
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

	/** Rows of the store. */
	async select(sql: string): Promise<Array<Record<string, unknown>>> {
		const client = new Client({ connectionString: this.storeUrl });
		await client.connect();
		try {
			return (await client.query<Record<string, unknown>>(sql)).rows;
		} finally {
			await client.end();
		}
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

	/** Trigger, a call that begins something at the business system, and one that says it is done. */
	private workflow(): WorkflowFile {
		const { port } = this.listener.address() as AddressInfo;
		const call = (name: string, x: number, record: string) => ({
			...{ id: name, name, type: 'n8n-nodes-base.httpRequest', typeVersion: 4.2, position: [x, 0] as [number, number] },
			parameters: { method: 'POST', url: `=http://127.0.0.1:${port}/${name.toLowerCase()}?record={{ ${record} }}` },
		});
		const trigger = {
			...{ id: 'trigger', name: 'Trigger', type: 'n8n-nodes-crosslink.crosslinkTrigger', typeVersion: 1 },
			...{ position: [0, 0] as [number, number], webhookId: TRIGGER_PATH },
			parameters: { integration: 'own', connection: 'environment' },
		};
		const to = (node: string) => ({ main: [[{ node, type: 'main', index: 0 }]] });
		return {
			name: 'Tell what changes',
			nodes: [trigger, call('Begin', 200, '$json.externalId'), call('Done', 400, "$('Trigger').item.json.externalId")],
			connections: { Trigger: to('Begin'), Begin: to('Done') },
			settings: { executionOrder: 'v1' },
		};
	}
}
