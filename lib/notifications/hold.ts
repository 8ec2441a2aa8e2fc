import type { NotificationKey } from '../store/notification-log';
import type { Lease } from '../store/store';
import type { NotificationRun } from './run';

/** Keeps our lease for as long as the work takes: a wait for the channel's budget can be longer than a lease. */
export async function holding<T>(
	{ log }: Pick<NotificationRun, 'log'>,
	key: NotificationKey,
	lease: Lease,
	work: () => Promise<T>,
): Promise<T> {
	const timer = setInterval(
		// A store that is away for a moment answers the next time; whoever takes over meanwhile looks before it sends.
		() => void log.renew(key, lease).catch(() => undefined),
		(lease.seconds * 1000) / 3,
	);
	timer.unref();
	try {
		return await work();
	} finally {
		clearInterval(timer);
	}
}
