import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { until } from '../until';

export interface Child {
	process: ChildProcess;
	lines(): string[];
	/** Waits for this many lines that say this. */
	said(line: string, times?: number): Promise<void>;
	kill(): Promise<void>;
	/** Resolves with its lines when it has ended well. */
	done(): Promise<string[]>;
}

/** Runs `test/crash/children/<script>.ts` in a process of its own. */
export function startChild(script: string, args: string[]): Child {
	const child = spawn(process.execPath, ['--import', 'tsx', join(__dirname, 'children', `${script}.ts`), ...args], {
		cwd: join(__dirname, '..', '..'),
		stdio: ['pipe', 'pipe', 'pipe'],
	});
	let out = '';
	let problems = '';
	child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
	child.stderr.on('data', (chunk: Buffer) => (problems += chunk.toString()));
	const gone = new Promise<void>((resolve) => child.once('close', () => resolve()));
	const ended = (): boolean => child.exitCode !== null || child.signalCode !== null;
	const lines = (): string[] => out.split('\n').slice(0, -1);
	return {
		process: child,
		lines,
		async said(line, times = 1) {
			await until(() => ended() || lines().filter((one) => one === line).length >= times);
			if (ended()) throw new Error(`${script} ended early:\n${problems}`);
		},
		async kill() {
			child.kill('SIGKILL');
			await gone;
			if (child.signalCode !== 'SIGKILL') throw new Error(`${script} ended by itself:\n${problems}`);
		},
		async done() {
			await gone;
			if (child.exitCode !== 0)
				throw new Error(`${script} ended with ${child.exitCode ?? child.signalCode}:\n${problems}`);
			return lines();
		},
	};
}
