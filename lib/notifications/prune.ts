import type { NotificationRun } from './run';

/** Rows deleted in one step, and one in so many runs that does it, so that nobody has to set anything up. */
const STEP = 500;
const EVERY = 20;
const DAY_MS = 86_400_000;

/** Takes one step of deleting old messages now and then; what it cannot do another run does. */
export async function pruneNotifications(run: NotificationRun, { always = false } = {}): Promise<void> {
	if (!always && Math.random() * EVERY >= 1) return;
	const before = new Date(run.now().getTime() - run.settings.notificationDays * DAY_MS);
	await run.log.prune(run.tenant, before, STEP).catch(() => 0);
}
