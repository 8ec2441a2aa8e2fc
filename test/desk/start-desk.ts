import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { DeskFault, DeskState } from './desk';

/** The order desk in a process of its own. */
export interface RunningDesk {
	url: string;
	state(): Promise<DeskState>;
	/** Takes the place of earlier ones. */
	faults(...faults: DeskFault[]): Promise<DeskState & { faults: DeskFault[] }>;
	/** From then on it can no longer be cancelled. */
	ship(number: string): Promise<void>;
	stop(): Promise<void>;
}

export async function startDesk(): Promise<RunningDesk> {
	const child = spawn(process.execPath, ['--import', 'tsx', join(__dirname, 'main.ts')], {
		cwd: join(__dirname, '..', '..'),
		stdio: ['pipe', 'pipe', 'inherit'],
	});
	const [line] = (await once(child.stdout, 'data')) as [Buffer];
	const url = `http://127.0.0.1:${line.toString().trim()}`;
	const control = async (path: string, body: object = {}) => {
		const answer = await fetch(`${url}/control/${path}`, { method: 'POST', body: JSON.stringify(body) });
		return (await answer.json()) as DeskState & { faults: DeskFault[] };
	};
	return {
		url,
		state: () => control('state'),
		faults: (...faults) => control('faults', { faults }),
		ship: async (number) => void (await control(`ship/${number}`)),
		async stop() {
			const gone = once(child, 'exit');
			child.stdin.end();
			await gone;
		},
	};
}
