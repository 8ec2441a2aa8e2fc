import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

const SAMPLE_MS = 100;

/** What another process takes of the machine's memory, in MB. */
async function residentMb(pid: number): Promise<number> {
	// Linux tells without a process of its own; others have `ps`.
	const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => undefined);
	const kb = status
		? /^VmRSS:\s+(\d+)/m.exec(status)?.[1]
		: (await promisify(execFile)('ps', ['-o', 'rss=', '-p', String(pid)])).stdout;
	return Number(kb ?? 0) / 1024;
}

/** Memory of a process before, and at most while `work` runs, in MB. */
export async function watchMemory<T>(
	pid: number,
	work: () => Promise<T>,
): Promise<{ result: T; startMb: number; peakMb: number }> {
	const startMb = await residentMb(pid);
	let peakMb = startMb;
	const sampling = setInterval(() => {
		// A process that has been killed has none.
		void residentMb(pid).then(
			(mb) => (peakMb = Math.max(peakMb, mb)),
			() => undefined,
		);
	}, SAMPLE_MS);
	try {
		const result = await work();
		return { result, startMb, peakMb };
	} finally {
		clearInterval(sampling);
	}
}
