import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';

const CHILD_TIMEOUT_MS = 40_000;

export interface Child {
	process: ChildProcess;
	/** Complete lines it has printed so far. */
	lines(): string[];
	/** Resolves when it has printed this many lines. */
	printed(lines: number): Promise<void>;
	/** Resolves with all its lines when it has ended well. */
	done(): Promise<string[]>;
	/** Resolves when it has ended, however. */
	gone: Promise<void>;
}

/** Runs `test/store/children/<script>.ts` in a process of its own. */
export function startChild(script: string, args: string[], identity: { uid?: number; gid?: number } = {}): Child {
	const child = spawn(process.execPath, ['--import', 'tsx', join(__dirname, `${script}.ts`), ...args], {
		...identity,
		cwd: join(__dirname, '..', '..', '..'),
		stdio: ['ignore', 'pipe', 'pipe'],
	});
	let out = '';
	let problems = '';
	const waiting = new Set<() => void>();
	const lines = () => out.split('\n').slice(0, -1);
	child.stdout?.on('data', (chunk: Buffer) => {
		out += chunk.toString();
		for (const look of waiting) look();
	});
	child.stderr?.on('data', (chunk: Buffer) => (problems += chunk.toString()));
	const timer = setTimeout(() => child.kill('SIGKILL'), CHILD_TIMEOUT_MS);
	const gone = new Promise<void>((resolve) =>
		child.once('close', () => {
			clearTimeout(timer);
			for (const look of waiting) look();
			resolve();
		}),
	);
	return {
		process: child,
		lines,
		gone,
		printed: (count) =>
			new Promise((resolve, reject) => {
				const look = () => {
					if (lines().length >= count) resolve();
					else if (child.exitCode !== null || child.signalCode !== null) {
						reject(new Error(`${script} ended after ${lines().length} lines:\n${problems}`));
					} else return;
					waiting.delete(look);
				};
				waiting.add(look);
				look();
			}),
		async done() {
			await gone;
			if (child.exitCode !== 0)
				throw new Error(`${script} ended with ${child.exitCode ?? child.signalCode}:\n${problems}`);
			return lines();
		},
	};
}
