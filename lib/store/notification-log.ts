import type { PlainError } from '../errors';
import type { Lease } from './store';

/**
 * `sending`: a run is at it, or died at it. `unknown`: it may have gone out, and is not sent again before a look-up has
 * proven that it has not. `failed`: it has not gone out.
 */
export type NotificationStatus = 'sending' | 'delivered' | 'accepted' | 'failed' | 'unknown';

export interface NotificationKey {
	tenant: string;
	integration: string;
	/** Ours: made of event, event key and addressees, so that each goes once to each place. */
	reference: string;
}

/** What a row begins with. */
export interface NewNotification extends NotificationKey {
	event: string;
	/** The flow's own. */
	eventKey: string;
	/** The run: n8n execution id. */
	run: string;
	/** Sealed, for later tries; null = it is kept nowhere. */
	message: string | null;
}

export interface NotificationRow extends NewNotification {
	status: NotificationStatus;
	attempts: number;
	failure: PlainError | null;
	messageId: string | null;
	refused: Array<{ to: string; reason: string }>;
	/** Somebody holds a live lease. */
	held: boolean;
	leaseOwner: string | null;
	/** How long ago it was handed to the channel, in milliseconds of the store's clock. */
	sentMsAgo: number;
	/** When {@link NotificationLog.due} offers it; null = never by itself. */
	nextAttemptAt: Date | null;
	version: number;
	createdAt: Date;
	updatedAt: Date;
}

/** What came of it; ends the lease. */
export interface NotificationChange {
	status: Exclude<NotificationStatus, 'sending'>;
	failure: PlainError | null;
	messageId?: string | null;
	refused?: NotificationRow['refused'];
	/** null = not again by itself. */
	nextAttemptInSeconds: number | null;
	/** The kept message is of no more use. */
	forget?: boolean;
}

/** Messages to people with their outcomes (table `notification_log`): one row for each event key and place. */
export interface NotificationLog {
	get(key: NotificationKey): Promise<NotificationRow | undefined>;
	/** Commits that a message is about to go out. `begun` is false where there is a row already: it comes back untouched. */
	begin(notification: NewNotification, lease: Lease): Promise<{ row: NotificationRow; begun: boolean }>;
	/** Takes the lease of a row that nobody holds and that is as it was read; undefined = somebody was quicker. */
	take(key: NotificationKey, version: number, lease: Lease): Promise<NotificationRow | undefined>;
	/**
	 * Commits that it goes out once more, over a lease we hold; undefined = the lease is another's.
	 * @param message sealed, null = none; left out = the kept one stays
	 */
	sending(key: NotificationKey, lease: Lease, message?: string | null): Promise<NotificationRow | undefined>;
	/** Puts off the end of our lease; false = it is another's. */
	renew(key: NotificationKey, lease: Lease): Promise<boolean>;
	/** Writes the outcome and ends our lease; undefined = the lease is another's, nothing was written. */
	settle(key: NotificationKey, owner: string, change: NotificationChange): Promise<NotificationRow | undefined>;
	/** Whose next try has come, and those a dead run has left behind; longest waiting first. */
	due(tenant: string, integration: string, limit: number): Promise<NotificationRow[]>;
	/** `failed` or `unknown` and not tried again by themselves, by when they became so, starting behind this place. */
	troubled(
		tenant: string,
		integration: string,
		after: { updatedAt: Date; key: string } | undefined,
		limit: number,
	): Promise<NotificationRow[]>;
	/** Deletes at most `limit` rows that nobody is at and that are older than `before`; returns how many. In small steps. */
	prune(tenant: string, before: Date, limit: number): Promise<number>;
}
