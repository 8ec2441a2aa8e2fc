import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cacheFolder } from '../quickstart/cache-folder';
import { databaseAt } from '../quickstart/database-at';
import { N8nApi } from '../quickstart/n8n-api';
import { startN8n, type N8nProcess, type StartN8nOptions } from '../quickstart/n8n-process';
import { installPack } from '../quickstart/pack-install';
import { freePort } from '../quickstart/ports';
import { OWNER } from '../quickstart/set-up';
import { leash } from '../test/servers/leash';
import { findN8n } from '../test/servers/n8n';
import { startPostgres, type PostgresServer } from '../test/servers/postgres';

const ROOT = join(__dirname, '..');

type Place = Pick<StartN8nOptions, 'n8nFolder' | 'userFolder' | 'port' | 'database' | 'env' | 'signal'>;

/** A started n8n with the pack; its own data and Crosslink's store on one durable PostgreSQL. */
export class N8nSite {
	readonly api: N8nApi;
	private starts = 0;
	private n8n: N8nProcess | undefined;
	private unleash = () => {};

	private constructor(
		private readonly folder: string,
		private readonly server: PostgresServer,
		/** Crosslink's store, and whatever tables a flow reads. */
		readonly storeUrl: string,
		/** n8n's own database. */
		readonly n8nUrl: string,
		private readonly place: Place,
	) {
		this.api = new N8nApi(`http://127.0.0.1:${place.port}`);
	}

	/** The pack must have been built, and n8n be there from an earlier `npm start`. `more` is further environment. */
	static async start(more: Record<string, string> = {}): Promise<N8nSite> {
		const n8nFolder = findN8n();
		if (n8nFolder === undefined) throw new Error('n8n is not here yet: `npm start -- --once` brings it.');
		const signal = new AbortController().signal;
		const folder = await mkdtemp(join(tmpdir(), 'crosslink-bench-'));
		const userFolder = join(folder, 'n8n-user');
		await mkdir(userFolder);
		const server = await startPostgres({ durable: true });
		const storeUrl = await server.createDatabase();
		const n8nUrl = await server.createDatabase();
		const database = databaseAt(n8nUrl);
		const env = { CROSSLINK_STORE_URL: storeUrl, ...more };
		const place = { n8nFolder, userFolder, port: await freePort(), database, env, signal };
		const site = new N8nSite(folder, server, storeUrl, n8nUrl, place);
		try {
			await installPack({ root: ROOT, userFolder, cacheRoot: cacheFolder(), signal });
			await site.resume();
			await site.api.setUpOwner(OWNER);
			return site;
		} catch (error) {
			await site.stop();
			throw error;
		}
	}

	/** The process to look at. */
	get pid(): number {
		if (this.n8n?.pid === undefined) throw new Error('n8n does not run.');
		return this.n8n.pid;
	}

	/** Starts n8n on what there is. */
	async resume(): Promise<void> {
		const logFile = join(this.folder, `n8n-${++this.starts}.log`);
		this.n8n = await startN8n({ ...this.place, logFile });
		this.unleash();
		this.unleash = leash([this.n8n.pid], [this.folder]);
	}

	/** `kill -9` of n8n and what it has started; resolves when it is gone. */
	async kill(): Promise<void> {
		process.kill(-this.pid, 'SIGKILL');
		await this.n8n?.exited;
	}

	/** Stops n8n as a service manager does, and starts it again. */
	async restart(): Promise<void> {
		await this.n8n?.stop();
		await this.resume();
	}

	async stop(): Promise<void> {
		await this.n8n?.stop();
		await this.server.stop();
		this.unleash();
		await rm(this.folder, { recursive: true, force: true, maxRetries: 5 });
	}
}
