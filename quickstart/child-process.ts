import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import type { WriteStream } from 'node:fs';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';

export interface ChildOptions {
	cwd?: string;
	env?: NodeJS.ProcessEnv;
	/** Gets all the child says. */
	log?: WriteStream;
	/** Hears each chunk of the child's standard output and error. */
	onOutput?(text: string): void;
	/** Runs the child as another user; only root may. */
	uid?: number;
	gid?: number;
}

export interface Exit {
	code: number | null;
	signal: NodeJS.Signals | null;
	/** Set when it never started. */
	error?: Error;
}

/** How long a child may take to end by itself, in milliseconds. */
const GRACE_MS = 10_000;

/**
 * A child in a process group of its own: Ctrl-C in the terminal reaches only us, and what it started in turn
 * ends with it.
 */
export class Child {
	readonly exited: Promise<Exit>;
	private readonly process: ChildProcess;
	private ended = false;

	constructor(command: string, args: string[], options: ChildOptions = {}) {
		const { log, onOutput, ...rest } = options;
		this.process = spawn(command, args, {
			...rest,
			detached: process.platform !== 'win32',
			windowsHide: true,
			stdio: ['ignore', 'pipe', 'pipe'],
		});
		for (const stream of [this.process.stdout, this.process.stderr]) {
			stream?.setEncoding('utf8').on('data', (text: string) => {
				log?.write(text);
				onOutput?.(text);
			});
		}
		this.exited = new Promise((resolve) => {
			this.process.once('error', (error) => resolve({ code: null, signal: null, error }));
			this.process.once('close', (code, signal) => resolve({ code, signal }));
		});
		void this.exited.then(() => (this.ended = true));
	}

	get pid(): number | undefined {
		return this.process.pid;
	}

	/** Asks it to end, and makes it end when it does not; resolves when its whole group is gone. */
	async stop(signal: NodeJS.Signals = 'SIGTERM', graceMs = GRACE_MS): Promise<void> {
		if (!this.ended) {
			this.kill(signal);
			const gone = await Promise.race([this.exited, delay(graceMs, undefined, { ref: false })]);
			if (!gone && !this.ended) this.kill('SIGKILL');
		}
		// Whoever of the group is left, a grandchild that ignored the request, ends now.
		this.kill('SIGKILL');
		await this.exited;
	}

	private kill(signal: NodeJS.Signals): void {
		const pid = this.process.pid;
		if (pid === undefined) return;
		if (process.platform === 'win32') {
			spawn('taskkill', ['/pid', String(pid), '/t', '/f'], { stdio: 'ignore', windowsHide: true });
			return;
		}
		try {
			process.kill(-pid, signal);
		} catch {
			// ESRCH: the group is gone, which is what was asked for.
		}
	}
}

/** Runs a command to its end; an abort ends it and its children, and throws the signal's reason. */
export async function run(
	command: string,
	args: string[],
	options: ChildOptions & { signal: AbortSignal },
): Promise<Exit & { output: string }> {
	const { signal, onOutput, ...rest } = options;
	signal.throwIfAborted();
	const kept: string[] = [];
	const child = new Child(command, args, {
		...rest,
		onOutput: (text) => {
			kept.push(text);
			onOutput?.(text);
		},
	});
	const aborted = once(signal, 'abort').then(() => undefined);
	const exit = await Promise.race([child.exited, aborted]);
	if (!exit) {
		await child.stop('SIGTERM', 2_000);
		throw signal.reason;
	}
	return { ...exit, output: kept.join('') };
}
