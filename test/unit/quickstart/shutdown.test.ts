import { Child, run } from '../../../quickstart/child-process';
import { Interrupted, Shutdown } from '../../../quickstart/shutdown';
import { waitUntil } from '../../../quickstart/wait-until';

const ENDLESS = 'setInterval(() => {}, 1000); console.log("up");';

function isAlive(pid: number): boolean {
	try {
		process.kill(pid, 0);
		return true;
	} catch {
		return false;
	}
}

it('stops in reverse order, once, and all of it even when one fails', async () => {
	const shutdown = new Shutdown();
	const stopped: string[] = [];
	const failures: unknown[] = [];
	for (const name of ['first', 'second', 'third']) {
		shutdown.add(async () => {
			stopped.push(name);
			if (name === 'second') throw new Error('stuck');
			await Promise.resolve();
		});
	}
	await Promise.all([shutdown.stop((error) => failures.push(error)), shutdown.stop(() => undefined)]);
	expect(stopped).toEqual(['third', 'second', 'first']);
	expect(failures).toMatchObject([{ message: 'stuck' }]);
});

it('ends a command and what it started when interrupted', async () => {
	const shutdown = new Shutdown();
	const nested = `const c = require('child_process').spawn(process.execPath, ['-e', ${JSON.stringify(ENDLESS)}]); console.log('pid ' + c.pid); setInterval(() => {}, 1000);`;
	let grandchild = 0;
	const running = run(process.execPath, ['-e', nested], {
		signal: shutdown.signal,
		onOutput: (text) => {
			grandchild = Number(/pid (\d+)/.exec(text)?.[1]);
			shutdown.interrupt('SIGINT');
		},
	});
	await expect(running).rejects.toThrow(Interrupted);
	expect(grandchild).toBeGreaterThan(0);
	const { signal } = new AbortController();
	expect(await waitUntil(() => !isAlive(grandchild), { signal, timeoutMs: 5_000 })).toBe(true);
});

it('makes a child end that does not want to', async () => {
	let up = () => {};
	const isUp = new Promise<void>((resolve) => (up = resolve));
	const stubborn = new Child(process.execPath, ['-e', `process.on('SIGTERM', () => {}); ${ENDLESS}`], {
		onOutput: () => up(),
	});
	await isUp;
	await stubborn.stop('SIGTERM', 200);
	expect(await stubborn.exited).toMatchObject({ signal: 'SIGKILL' });
});

it('starts nothing after an interrupt, and says why a command does not start', async () => {
	const { signal } = new AbortController();
	const missing = await run('/no/such/command', [], { signal });
	expect(missing).toMatchObject({ code: null, error: { code: 'ENOENT' } });
	const shutdown = new Shutdown();
	shutdown.interrupt('SIGTERM');
	await expect(run(process.execPath, ['-e', ENDLESS], { signal: shutdown.signal })).rejects.toThrow(
		'Interrupted by SIGTERM.',
	);
});

it('waits for a condition, not longer than told', async () => {
	const { signal } = new AbortController();
	let looks = 0;
	expect(await waitUntil(() => ++looks === 3, { signal, timeoutMs: 5_000 })).toBe(true);
	expect(await waitUntil(() => false, { signal, timeoutMs: 60 })).toBe(false);
	await expect(waitUntil(() => true, { signal: AbortSignal.abort('over'), timeoutMs: 60 })).rejects.toBe('over');
});
