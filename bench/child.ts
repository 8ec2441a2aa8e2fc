import { fork, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';

/** A part of a bench in a process of its own, so that its memory is its own and it can be killed alone. */
export interface Child<Message> {
	process: ChildProcess;
	/** What it sent last, once it has ended by itself. */
	result: Promise<Message>;
}

/** Starts `bench/<file>`; it gets `input` as its first argument and answers with `process.send`. */
export function startChild<Message>(file: string, input: unknown, nodeOptions: string[] = []): Child<Message> {
	const child = fork(join(__dirname, file), [JSON.stringify(input)], {
		execArgv: ['--expose-gc', '--import', 'tsx', ...nodeOptions],
		stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
	});
	const result = new Promise<Message>((resolve, reject) => {
		let last: Message | undefined;
		child.on('message', (message) => {
			last = message as Message;
		});
		child.once('error', reject);
		child.once('exit', (code, signal) => {
			if (code === 0 && last !== undefined) resolve(last);
			else reject(new Error(`${file} ended with ${signal ?? `code ${code}`}.`));
		});
	});
	// Who kills it on purpose does not wait for a result.
	result.catch(() => undefined);
	return { process: child, result };
}

/** What the process was started with. */
export function childInput<Input>(): Input {
	return JSON.parse(process.argv[2] ?? 'null') as Input;
}
