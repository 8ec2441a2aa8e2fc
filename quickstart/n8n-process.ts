import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { Child } from './child-process';
import { freePort } from './ports';
import type { Postgres } from './postgres';
import { Problem } from './problem';

/** How long n8n may take to come up, in milliseconds; its first start runs all its migrations. */
const START_TIMEOUT_MS = 120_000;
const POLL_MS = 100;

export interface StartN8nOptions {
	/** As {@link installN8n} returns it. */
	n8nFolder: string;
	/** Which of n8n's processes; left out = the whole n8n. `port` is where it says that it is ready. */
	command?: 'start' | 'worker' | 'webhook';
	/** n8n's user folder; the pack is in it already. */
	userFolder: string;
	/** Port on 127.0.0.1. */
	port: number;
	database: Pick<Postgres, 'host' | 'port' | 'user' | 'password' | 'database'>;
	logFile: string;
	signal: AbortSignal;
	/** Further environment, e.g. `CROSSLINK_...`. */
	env?: Record<string, string>;
	/** Called while it comes up. */
	say?(text: string): void;
}

export interface N8nProcess {
	/** e.g. `http://127.0.0.1:5678`, without a slash at the end; also the base of public webhook URLs. */
	url: string;
	logFile: string;
	pid: number | undefined;
	/** Resolves when it has ended by itself. */
	exited: Promise<unknown>;
	stop(): Promise<void>;
}

/** Starts n8n on loopback, without telemetry or any call home, and waits until it takes requests. */
export async function startN8n(options: StartN8nOptions): Promise<N8nProcess> {
	const { n8nFolder, port, logFile, signal, command = 'start' } = options;
	signal.throwIfAborted();
	const url = `http://127.0.0.1:${port}`;
	const log = createWriteStream(logFile);
	const env = await n8nEnvironment(options);
	const script = join(n8nFolder, 'node_modules', 'n8n', 'bin', 'n8n');
	const child = new Child(process.execPath, [script, command], { env, log, cwd: options.userFolder });
	let ended = false;
	void child.exited.then(() => {
		ended = true;
		log.end();
	});
	const limit = AbortSignal.any([signal, AbortSignal.timeout(START_TIMEOUT_MS)]);
	while (!(await answers(`${url}/healthz/readiness`))) {
		if (ended || limit.aborted) {
			await child.stop();
			signal.throwIfAborted();
			const how = ended ? 'ended while coming up' : `did not come up within ${START_TIMEOUT_MS / 1000} s`;
			throw new Problem(`n8n ${how}.`, `The reason is in its log: ${logFile}`);
		}
		await delay(POLL_MS);
	}
	return { url, logFile, pid: child.pid, exited: child.exited, stop: async () => await child.stop() };
}

async function answers(url: string): Promise<boolean> {
	return await fetch(url, { signal: AbortSignal.timeout(2_000) }).then(
		async (response) => {
			await response.body?.cancel();
			return response.ok;
		},
		() => false,
	);
}

/** Someone's own n8n or Crosslink settings in the shell must not reach this one, nor what npm sets for scripts. */
function inherited(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
	const foreign = /^(N8N_|DB_|CROSSLINK_|EXECUTIONS_|QUEUE_|WEBHOOK_URL$|NODE_OPTIONS$|NODE_ENV$|NODES_|npm_)/i;
	return Object.fromEntries(Object.entries(env).filter(([name]) => !foreign.test(name)));
}

type N8nPlace = Pick<StartN8nOptions, 'userFolder' | 'port' | 'database' | 'env'>;

/** The environment of this n8n, for its server and for its command line alike. */
export async function n8nEnvironment({ userFolder, port, database, env }: N8nPlace): Promise<NodeJS.ProcessEnv> {
	const url = `http://127.0.0.1:${port}`;
	return {
		...inherited(process.env),
		N8N_USER_FOLDER: userFolder,
		N8N_HOST: '127.0.0.1',
		N8N_LISTEN_ADDRESS: '127.0.0.1',
		N8N_PORT: String(port),
		N8N_PROTOCOL: 'http',
		N8N_EDITOR_BASE_URL: `${url}/`,
		// HubSpot signs the URL it called; the trigger must know it by the same name.
		WEBHOOK_URL: `${url}/`,
		N8N_SECURE_COOKIE: 'false',
		N8N_RUNNERS_BROKER_PORT: String(await freePort()),
		DB_TYPE: 'postgresdb',
		DB_POSTGRESDB_HOST: database.host,
		DB_POSTGRESDB_PORT: String(database.port),
		DB_POSTGRESDB_DATABASE: database.database,
		DB_POSTGRESDB_USER: database.user,
		DB_POSTGRESDB_PASSWORD: database.password,
		N8N_UNVERIFIED_PACKAGES_ENABLED: 'true',
		// These ask n8n's own servers for lists that nothing here needs.
		N8N_VERIFIED_PACKAGES_ENABLED: 'false',
		N8N_DISABLED_MODULES: 'mcp-registry,instance-reporting',
		N8N_ENFORCE_SETTINGS_FILE_PERMISSIONS: 'true',
		N8N_DIAGNOSTICS_ENABLED: 'false',
		N8N_VERSION_NOTIFICATIONS_ENABLED: 'false',
		N8N_VERSION_NOTIFICATIONS_WHATS_NEW_ENABLED: 'false',
		N8N_DYNAMIC_BANNERS_ENABLED: 'false',
		N8N_TEMPLATES_ENABLED: 'false',
		N8N_PERSONALIZATION_ENABLED: 'false',
		N8N_HIRING_BANNER_ENABLED: 'false',
		N8N_LICENSE_AUTO_RENEW_ENABLED: 'false',
		N8N_LOG_LEVEL: 'info',
		NO_COLOR: '1',
		...env,
	};
}
