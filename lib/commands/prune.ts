import type { CommandRun } from './command-run';

/** Rows deleted in one step, and one in so many runs that does it, so that nobody has to set anything up. */
const STEP = 500;
const EVERY = 20;
const DAY_MS = 86_400_000;

/** Takes one step of deleting old commands now and then; what it cannot do another run does. */
export async function pruneCommands(run: CommandRun): Promise<void> {
	if (Math.random() * EVERY >= 1) return;
	const before = new Date(run.now().getTime() - run.logDays * DAY_MS);
	await run.log.prune(run.tenant, before, STEP).catch(() => 0);
}
