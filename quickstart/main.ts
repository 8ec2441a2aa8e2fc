import { explain, type Problem } from './problem';
import { requireNode } from './node-version';
import { Interrupted, Shutdown } from './shutdown';
import { parseStartOptions, USAGE } from './start-options';

/** How often to see whether whoever started us is still there, in milliseconds. */
const PARENT_POLL_MS = 500;
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

async function main(): Promise<number> {
	const shutdown = new Shutdown();
	for (const signal of SIGNALS) process.on(signal, () => shutdown.interrupt(signal));
	stopWithParent(shutdown);
	try {
		requireNode();
		const options = parseStartOptions(process.argv.slice(2));
		if (options.help) {
			console.log(USAGE.join('\n'));
			return 0;
		}
		// Only now: on an older Node the rest might not even load.
		const { start } = await import('./start');
		return await start(options, shutdown);
	} catch (error) {
		if (error instanceof Interrupted) return 130;
		complain(explain(error));
		return 1;
	} finally {
		await shutdown.stop((error) => complain(explain(error)));
	}
}

/** Of a SIGTERM to npm, only the shell between it and us hears: it dies and tells nobody. */
function stopWithParent(shutdown: Shutdown): void {
	const parent = process.ppid;
	const look = () => process.ppid !== parent && shutdown.interrupt('the end of its parent');
	setInterval(look, PARENT_POLL_MS).unref();
}

function complain({ what, remedy, details }: Problem): void {
	console.error(`\n${what} ${remedy}`);
	for (const line of details) console.error(`  ${line}`);
}

void main().then((code) => process.exit(code));
