import type { Replication } from './replication';

/** Entries deleted in one step: a few milliseconds, so that no run is held up by it. */
const STEP = 1_000;
/** One in so many runs prunes, so that nobody has to set anything up for it. */
const EVERY = 20;
const DAY_MS = 86_400_000;

/** Takes one step of deleting old log entries now and then; `always` where the run is housekeeping anyway. */
export async function pruneLog(replication: Replication, { always = false } = {}): Promise<void> {
	if (!always && Math.random() * EVERY >= 1) return;
	const before = new Date(replication.now().getTime() - replication.syncLogDays * DAY_MS);
	await replication.store.log.prune(replication.tenant, before, STEP);
}
