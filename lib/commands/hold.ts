import type { CommandKey } from '../store/command-log';
import type { Lease } from '../store/store';
import type { CommandRun } from './command-run';

/** A lease is renewed this often within its time, so that one lost renewal does no harm. */
const RENEWALS = 3;

/**
 * Keeps a lease while `work` goes on: a call may take longer than a lease lasts, and a lease that runs out says that its
 * run has died. A renewal that fails is tried again with the next; the lease may then run out, which is safe as well:
 * whoever takes over looks up first.
 */
export async function holding<T>(run: CommandRun, key: CommandKey, lease: Lease, work: () => Promise<T>): Promise<T> {
	const everyMs = (lease.seconds * 1000) / RENEWALS;
	const timer = setInterval(() => void run.log.renew(key, lease).catch(() => undefined), everyMs);
	timer.unref();
	try {
		return await work();
	} finally {
		clearInterval(timer);
	}
}
