import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { cacheFolder } from '../../quickstart/cache-folder';
import { run } from '../../quickstart/child-process';
import type { CredentialToCreate } from '../../quickstart/credentials';
import type { SavedWorkflow } from '../../quickstart/n8n-api';
import type { N8nProcess } from '../../quickstart/n8n-process';
import { n8nEnvironment, startN8n } from '../../quickstart/n8n-process';
import { installPack } from '../../quickstart/pack-install';
import { freePort } from '../../quickstart/ports';
import type { Postgres } from '../../quickstart/postgres';
import { startPostgres } from '../../quickstart/postgres';
import type { Run } from '../../quickstart/replicate';
import type { Sandboxes } from '../../quickstart/sandboxes';
import { startSandboxes } from '../../quickstart/sandboxes';
import { setUp } from '../../quickstart/set-up';
import type { Workflows } from '../../quickstart/templates';
import { quiet } from '../../quickstart/quiet';
import { leash } from '../servers/leash';
import { EditorApi } from './editor-api';

const ROOT = join(__dirname, '..', '..');
export const TEMPLATES = join(ROOT, 'workflows-templates');

export const SET_UP = 'hubspot-set-up';
export const SET_UP_FORM = 'hubspot-set-up-form';
/** Without it nobody sees the form. */
export const FORM_LOGIN = { user: 'set-up', password: 'form-login-of-the-test' };
/** What the asking system sends. */
export const DIRECTORY_SECRET = { name: 'X-Directory-Token', value: 'directory-token-of-the-test' };
export const TO_HUBSPOT = 'orders-companies-to-hubspot';
export const FROM_HUBSPOT = 'hubspot-back-to-your-system';

/** A real n8n with the pack, both stand-ins and the templates published: what `npm start` leaves behind. */
export class World {
	private readonly never = new AbortController().signal;
	private starts = 0;
	private n8n: N8nProcess | undefined;
	private unleash = () => {};

	private constructor(
		readonly folder: string,
		private readonly n8nFolder: string,
		private readonly port: number,
		readonly database: Postgres,
		readonly sandboxes: Sandboxes,
		readonly api: EditorApi,
		/** By the template's file name. */
		private workflows: Workflows = new Map(),
	) {}

	/** Takes some 20 s, most of it n8n's migrations. The pack must have been built. */
	static async start(n8nFolder: string): Promise<World> {
		const signal = new AbortController().signal;
		const folder = await mkdtemp(join(tmpdir(), 'crosslink-e2e-'));
		const userFolder = join(folder, 'n8n-user');
		await mkdir(userFolder);
		const port = await freePort();
		const [database] = await Promise.all([
			startPostgres({ logFile: join(folder, 'postgres.log'), signal }),
			installPack({ root: ROOT, userFolder, cacheRoot: cacheFolder(), signal }),
		]);
		const sandboxes = await startSandboxes();
		const api = new EditorApi(`http://127.0.0.1:${port}`);
		const world = new World(folder, n8nFolder, port, database, sandboxes, api);
		try {
			await world.startN8n();
			const { host, port: dbPort, user, password } = database;
			const orders = { host, port: dbPort, user, password, database: database.database, ssl: 'disable' };
			const own = { type: 'postgresql', ...orders, port: String(dbPort), sslMode: 'disable' };
			const credentials: CredentialToCreate[] = [
				['Orders database - Crosslink', 'postgres', orders],
				['Orders database - Crosslink', 'crosslinkDatabaseApi', own],
				['Set-up form - Crosslink', 'httpBasicAuth', FORM_LOGIN],
				['Your system - Crosslink', 'crosslinkOwnSystemApi', { signingSecret: sandboxes.signingSecret }],
				// Of systems that only some parts have: those fill them in.
				['Slack - Crosslink', 'crosslinkSlackApi', { botToken: 'xoxb-of-the-test' }],
				['SAP - Crosslink', 'crosslinkSapApi', { baseUrl: 'http://127.0.0.1:9' }],
				['SAP stock - Crosslink', 'httpBasicAuth', { user: 'stock', password: 'stock-login-of-the-test' }],
				['Directory - Crosslink', 'crosslinkLdapApi', { host: 'localhost' }],
				['Directory look-up - Crosslink', 'httpHeaderAuth', DIRECTORY_SECRET],
			];
			const options = { api, sandboxes, templates: TEMPLATES, credentials, signal, say: () => undefined };
			const done = await setUp(options);
			world.workflows = done.workflows;
			return world;
		} catch (error) {
			await world.stop();
			throw error;
		}
	}

	get url(): string {
		return this.api.url;
	}

	/** The embedded store's file, where it lies when nobody says otherwise. */
	get storeFile(): string {
		return join(this.folder, 'n8n-user', '.n8n', 'crosslink.sqlite');
	}

	/** A template as n8n has saved it. */
	workflow(name: string): SavedWorkflow {
		const workflow = this.workflows.get(name);
		if (!workflow) throw new Error(`There is no template ${name}.`);
		return workflow;
	}

	/** What the quickstart's own waves take. */
	get run(): Run {
		const { api, sandboxes } = this;
		return { api, sandboxes, toHubSpot: this.workflow(TO_HUBSPOT), signal: this.never, say: () => undefined };
	}

	/** Resolves when no message is under way and no execution runs. */
	async quiet(): Promise<void> {
		await quiet(this.api, this.sandboxes, this.never);
	}

	/** Stops n8n and starts it again on the same database and user folder, with this environment besides. */
	async restart(env: Record<string, string> = {}): Promise<void> {
		await this.n8n?.stop();
		this.unleash();
		await this.startN8n(env);
	}

	/** Runs a command of n8n's own command line beside the running n8n. */
	async cli(...args: string[]): Promise<{ code: number | null; output: string }> {
		const env = await n8nEnvironment(this.place());
		const script = join(this.n8nFolder, 'node_modules', 'n8n', 'bin', 'n8n');
		return await run(process.execPath, [script, ...args], { env, cwd: this.folder, signal: this.never });
	}

	async stop(): Promise<void> {
		await this.n8n?.stop();
		await this.sandboxes.stop();
		await this.database.stop();
		this.unleash();
		await rm(this.folder, { recursive: true, force: true, maxRetries: 5 });
	}

	private async startN8n(env: Record<string, string> = {}): Promise<void> {
		this.unleash = leash([this.database.pid], [this.folder, this.database.folder]);
		const logFile = join(this.folder, `n8n-${++this.starts}.log`);
		this.n8n = await startN8n({ ...this.place(), n8nFolder: this.n8nFolder, logFile, signal: this.never, env });
		this.unleash();
		this.unleash = leash([this.n8n.pid, this.database.pid], [this.folder, this.database.folder]);
	}

	private place() {
		return { userFolder: join(this.folder, 'n8n-user'), port: this.port, database: this.database };
	}
}
