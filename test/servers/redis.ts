import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Child } from '../../quickstart/child-process';
import { freePort } from '../../quickstart/ports';
import { until } from '../until';
import { leash } from './leash';
import { leftOut } from './left-out';

const START_TIMEOUT_MS = 10_000;

export interface RedisServer {
	port: number;
	/** Ends it as a crash does, and starts it again on the same port with what it had written. */
	restart(): Promise<void>;
	/** Loses everything it has, as one does that writes nothing down. */
	wipe(): Promise<void>;
	stop(): Promise<void>;
}

/** Whether there is a Redis to start. */
export function hasRedis(): boolean {
	try {
		execFileSync('redis-server', ['--version'], { stdio: 'ignore' });
		return true;
	} catch {
		return false;
	}
}

/**
 * `describe` for what needs a Redis. Without one it is left out with a line that says so, or fails where a missing server
 * must not pass (CI=true).
 */
export function requireRedis(what: string): boolean {
	if (hasRedis()) return true;
	if (process.env.CI) {
		it(what, () => {
			throw new Error(
				'There is no redis-server. Install the package of that name; .ci/run does that before the tests.',
			);
		});
		return false;
	}
	leftOut(what, 'there is no redis-server');
	describe.skip(what, () => it.todo('needs redis-server'));
	return false;
}

/** A Redis of its own on a free loopback port, which writes each command to its temporary folder before it answers. */
export async function startRedis(): Promise<RedisServer> {
	const folder = await mkdtemp(join(tmpdir(), 'crosslink-redis-'));
	const port = await freePort();
	const options = {
		bind: '127.0.0.1',
		port: String(port),
		dir: folder,
		appendonly: 'yes',
		appendfsync: 'always',
		save: '',
	};
	const args = Object.entries(options).flatMap(([name, value]) => [`--${name}`, value]);
	let server: Child;
	let unleash = () => {};
	async function launch(): Promise<void> {
		server = new Child('redis-server', args, { cwd: folder });
		unleash();
		unleash = leash([server.pid], [folder]);
		await until(() => accepts(port), 'Redis', START_TIMEOUT_MS);
	}
	await launch();
	return {
		port,
		async restart() {
			await server.stop('SIGKILL');
			await launch();
		},
		wipe: async () => await wipe(port),
		async stop() {
			await server.stop();
			unleash();
			await rm(folder, { recursive: true, force: true });
		},
	};
}

async function accepts(port: number): Promise<boolean> {
	return await new Promise((resolve) => {
		const socket = connect(port, '127.0.0.1');
		socket.once('connect', () => socket.end('PING\r\n'));
		socket.once('data', (data) => {
			socket.destroy();
			resolve(data.toString().startsWith('+PONG'));
		});
		socket.once('error', () => resolve(false));
	});
}

async function wipe(port: number): Promise<void> {
	await new Promise<void>((resolve, reject) => {
		const socket = connect(port, '127.0.0.1', () => socket.write('FLUSHALL\r\n'));
		socket.once('error', reject);
		socket.once('data', (answer) => {
			socket.destroy();
			if (answer.toString().startsWith('+OK')) resolve();
			else reject(new Error(`Redis answered ${answer.toString()}`));
		});
	});
}
