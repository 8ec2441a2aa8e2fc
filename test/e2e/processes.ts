import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

interface Listed {
	pid: number;
	parent: number;
	command: string;
}

/** Every process of the machine; needs `ps`, as every Unix has it. */
async function listed(): Promise<Listed[]> {
	const { stdout } = await promisify(execFile)('ps', ['-A', '-o', 'pid=,ppid=,args='], { maxBuffer: 16 * 1024 ** 2 });
	return stdout.split('\n').flatMap((line) => {
		const [, pid, parent, command = ''] = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? [];
		return pid === undefined ? [] : [{ pid: Number(pid), parent: Number(parent), command }];
	});
}

/** All that came from a process, by process id, gathered over several looks: an orphan no longer names its parent. */
export class Descendants {
	private readonly known = new Map<number, string>();

	constructor(root: number) {
		this.known.set(root, '');
	}

	/** Looks once more; the commands of all that live now. */
	async alive(): Promise<string[]> {
		const all = await listed();
		for (let before = 0; before !== this.known.size;) {
			before = this.known.size;
			for (const { pid, parent, command } of all) if (this.known.has(parent)) this.known.set(pid, command);
		}
		return all.filter(({ pid }) => this.known.has(pid)).map(({ command }) => command);
	}
}
