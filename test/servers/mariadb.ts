import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, chown, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { freePort } from '../../quickstart/ports';
import { leftOut } from './left-out';

const START_TIMEOUT_MS = 40_000;
const STOP_TIMEOUT_MS = 15_000;
/** Another process may take the free port between the look and the start. */
const START_TRIES = 3;
const PASSWORD = 'only-for-tests';

export interface MariaDbServer {
	port: number;
	/** Connection values of a user with all rights. */
	user: string;
	password: string;
	/** Stops the server as a restart of the service does, and starts it again on the same port. */
	restart(): Promise<void>;
	/** Stops it by its process id and removes its folder. */
	stop(): Promise<void>;
}

/** Whether there is a MariaDB server to start. */
export function hasMariaDb(): boolean {
	return binary('mariadbd') !== undefined && binary('mariadb-install-db') !== undefined;
}

/**
 * Whether what needs a MariaDB can run. Without one it is left out with a line that says so, or fails where a missing server
 * must not pass (CI=true).
 */
export function requireMariaDb(what: string): boolean {
	if (hasMariaDb()) return true;
	if (process.env['CI']) {
		it(what, () => {
			throw new Error('There is no mariadbd. Install the package mariadb-server; .ci/run does that before the tests.');
		});
		return false;
	}
	leftOut(what, 'there is no mariadbd');
	describe.skip(what, () => it.todo('needs mariadbd'));
	return false;
}

/**
 * A real MariaDB on a free loopback port with its data in a temporary folder. Works as root too: the server then runs as
 * `mysql` or `nobody`.
 * @param more options of the server, such as `--default-time-zone=+05:30`
 */
export async function startMariaDb(more: string[] = []): Promise<MariaDbServer> {
	const identity = serverIdentity();
	const folder = await mkdtemp(join(tmpdir(), 'crosslink-mariadb-'));
	try {
		await chmod(folder, 0o755);
		const data = join(folder, 'data');
		await mkdir(data, { mode: 0o700 });
		const init = join(folder, 'init.sql');
		await writeFile(
			init,
			`CREATE USER IF NOT EXISTS crosslink@'%' IDENTIFIED BY '${PASSWORD}';\nGRANT ALL ON *.* TO crosslink@'%' WITH GRANT OPTION;\n`,
		);
		if (identity) await chown(data, identity.uid, identity.gid);
		execFileSync(
			binary('mariadb-install-db') as string,
			[
				'--no-defaults',
				`--datadir=${data}`,
				'--auth-root-authentication-method=normal',
				'--skip-test-db',
				'--skip-name-resolve',
			],
			{ ...identity, cwd: data, stdio: 'pipe' },
		);
		return await serve({ data, folder, init, identity, more });
	} catch (error) {
		await rm(folder, { recursive: true, force: true });
		throw error;
	}
}

interface Site {
	data: string;
	folder: string;
	init: string;
	identity: { uid: number; gid: number } | undefined;
	more: string[];
}

async function serve(site: Site): Promise<MariaDbServer> {
	let started = await launchOnFreePort(site);
	const { port } = started;
	const endWithUs = () => started.server.kill('SIGKILL');
	process.once('exit', endWithUs);
	return {
		port,
		user: 'crosslink',
		password: PASSWORD,
		async restart() {
			await end(started.server);
			started = { server: await launch(site, port), port };
		},
		async stop() {
			process.removeListener('exit', endWithUs);
			await end(started.server);
			await rm(site.folder, { recursive: true, force: true });
		},
	};
}

async function launchOnFreePort(site: Site): Promise<{ server: ChildProcess; port: number }> {
	for (let tries = 1; ; tries++) {
		const port = await freePort();
		try {
			return { server: await launch(site, port), port };
		} catch (error) {
			if (tries >= START_TRIES) throw error;
		}
	}
}

/** Resolves when the server says that it accepts connections. */
async function launch({ data, folder, init, identity, more }: Site, port: number): Promise<ChildProcess> {
	const server = spawn(
		binary('mariadbd') as string,
		[
			'--no-defaults',
			`--datadir=${data}`,
			`--port=${port}`,
			'--bind-address=127.0.0.1',
			`--socket=${join(data, 's.sock')}`,
			`--pid-file=${join(data, 'pid')}`,
			`--init-file=${init}`,
			'--innodb-buffer-pool-size=32M',
			'--innodb-log-file-size=16M',
			'--innodb-flush-log-at-trx-commit=0',
			'--skip-name-resolve',
			'--max-connections=60',
			...more,
		],
		{ ...identity, cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] },
	);
	let log = '';
	await new Promise<void>((resolve, reject) => {
		const timer = setTimeout(() => {
			server.kill('SIGKILL');
			reject(new Error(`MariaDB was not ready within ${START_TIMEOUT_MS} ms:\n${log}`));
		}, START_TIMEOUT_MS);
		server.once('error', reject);
		server.once('exit', (code) => {
			clearTimeout(timer);
			reject(new Error(`MariaDB ended while starting (exit code ${code}):\n${log}`));
		});
		server.stderr?.on('data', (chunk: Buffer) => {
			log = (log + chunk.toString()).slice(-4_000);
			if (!log.includes('ready for connections')) return;
			clearTimeout(timer);
			resolve();
		});
	});
	return server;
}

async function end(server: ChildProcess): Promise<void> {
	if (server.exitCode !== null || server.signalCode !== null) return;
	const gone = new Promise<void>((resolve) => server.once('exit', () => resolve()));
	server.kill('SIGTERM');
	const timer = setTimeout(() => server.kill('SIGKILL'), STOP_TIMEOUT_MS);
	await gone;
	clearTimeout(timer);
}

/** MariaDB refuses to run as root. */
function serverIdentity(): { uid: number; gid: number } | undefined {
	if (process.getuid?.() !== 0) return undefined;
	for (const user of ['mysql', 'nobody']) {
		try {
			const [uid, gid] = ['-u', '-g'].map((flag) =>
				Number(execFileSync('id', [flag, user], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })),
			);
			if (uid && gid) return { uid, gid };
		} catch {
			// No such user; the next one.
		}
	}
	throw new Error('Tests run as root, and there is neither a user "mysql" nor "nobody" to run MariaDB as.');
}

function binary(name: string): string | undefined {
	const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin', '/usr/local/bin'];
	return folders
		.filter((folder) => folder !== '')
		.map((folder) => join(folder, name))
		.find((file) => existsSync(file));
}
