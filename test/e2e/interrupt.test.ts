import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { npmCommand } from '../../quickstart/npm-command';
import { describeWithN8n } from '../servers/n8n';
import { leash } from '../servers/leash';
import { until } from '../until';
import { Descendants } from './processes';

const ROOT = join(__dirname, '..', '..');
const START_TIMEOUT_MS = 120_000;
const STOP_TIMEOUT_MS = 20_000;

describeWithN8n('npm start, interrupted by Ctrl-C', () => {
	let folder: string;
	let npm: ChildProcess;
	let said: string;
	let family: Descendants;
	let unleash: () => void;

	beforeEach(() => {
		folder = mkdtempSync(join(tmpdir(), 'crosslink-interrupt-'));
		// PostgreSQL runs as another user when we are root, and must get through to its data.
		chmodSync(folder, 0o755);
		said = '';
		const { command, first } = npmCommand();
		npm = spawn(command, [...first, 'start', '--', '--port', '0'], {
			cwd: ROOT,
			// A process group of its own is what the terminal sends Ctrl-C to.
			detached: true,
			env: { ...process.env, TMPDIR: folder },
			stdio: ['ignore', 'pipe', 'pipe'],
		});
		for (const stream of [npm.stdout, npm.stderr]) stream?.on('data', (text) => (said += String(text)));
		family = new Descendants(npm.pid ?? 0);
		unleash = leash([npm.pid], [folder]);
	});
	afterEach(async () => {
		if (npm.exitCode === null && npm.signalCode === null) {
			interrupt();
			await once(npm, 'exit');
		}
		unleash();
		rmSync(folder, { recursive: true, force: true });
	});

	const interrupt = () => process.kill(-(npm.pid ?? 0), 'SIGINT');
	const says = async (text: string) =>
		await until(
			async () => {
				await family.alive();
				if (npm.exitCode !== null) throw new Error(`It ended by itself:\n${said}`);
				return said.includes(text);
			},
			`"${text}"`,
			START_TIMEOUT_MS,
		);
	const runs = (commands: string[], what: RegExp) => commands.filter((command) => what.test(command));

	async function leavesNothing(): Promise<void> {
		const ended = once(npm, 'exit');
		interrupt();
		await until(async () => (await family.alive()).length === 0, 'the end of all it had started', STOP_TIMEOUT_MS);
		await ended;
		expect(readdirSync(folder).filter((name) => name.startsWith('crosslink'))).toEqual([]);
		expect(said).not.toMatch(/unforeseen|\n\s+at /);
	}

	it('half-way, while n8n comes up, leaves no process and no folder', async () => {
		await says('PostgreSQL for n8n: on port');
		await until(async () => runs(await family.alive(), /bin\/n8n start/).length > 0, 'n8n to come up');
		await leavesNothing();
	}, 180_000);

	it('at the end, while everything runs, leaves no process and no folder', async () => {
		await says('Stop     Ctrl-C');
		const alive = await family.alive();
		expect(runs(alive, /bin\/n8n start/)).not.toEqual([]);
		expect(runs(alive, /postgres/)).not.toEqual([]);
		expect(readdirSync(folder).filter((name) => name.startsWith('crosslink'))).not.toEqual([]);
		await leavesNothing();
		expect(said).toContain('Stopping…');
	}, 180_000);
});
