import type { FoundNotification, Notification, NotificationAnswer } from '../adapters/notification';
import { asCrosslinkError, type CrosslinkError, type PlainError } from '../errors';
import type { NotificationChange, NotificationKey, NotificationRow } from '../store/notification-log';
import type { Lease } from '../store/store';
import { isCancelled } from '../transport/cancelled';
import { requireCapability } from '../adapters/capability';
import { afterFailure, judge, type RetryState } from './decide';
import { holding } from './hold';
import type { NotificationRun } from './run';

/** What a step has brought: the row as it is now, and whether something was sent. */
export interface Step {
	row: NotificationRow;
	replayed: boolean;
}

/** A message with its row, whose lease is ours. */
export interface Sending {
	key: NotificationKey;
	lease: Lease;
	message: Notification;
}

/** Sends, and settles the row by what came of it. The row is `sending`, committed. */
export async function sendAndSettle(run: NotificationRun, sending: Sending, row: NotificationRow): Promise<Step> {
	let answer: NotificationAnswer;
	try {
		const notify = requireCapability(run.integration, run.adapter, 'notify');
		answer = await holding(run, sending.key, sending.lease, async () => await notify(sending.message));
	} catch (thrown) {
		return await settleFailure(run, sending, row, asCrosslinkError(thrown));
	}
	return { row: await settle(run, sending, row, arrivedAs(answer)), replayed: false };
}

/**
 * Asks the channel what became of a message, and settles the row by it; sends it when it is proven that it has not gone out.
 * @param anew when it is sent, in the place of the kept message: sealed, null = none is kept
 */
export async function lookUpAndSettle(
	run: NotificationRun,
	sending: Sending,
	row: NotificationRow,
	anew: { sealed: string | null } | undefined,
): Promise<Step> {
	const found = await lookUp(run, sending, row);
	switch (judge(found, row.sentMsAgo)) {
		case 'arrived':
			return {
				row: await settle(run, sending, row, arrivedAs((found as Arrived).answer)),
				replayed: true,
			};
		case 'notSent':
			return await sendAgain(run, sending, row, anew);
		case 'unproven':
			return { row: await settle(run, sending, row, stillUnknown(run, row, found)), replayed: true };
	}
}

/** Commits that it goes out once more, sends, and settles. */
export async function sendAgain(
	run: NotificationRun,
	sending: Sending,
	row: NotificationRow,
	anew: { sealed: string | null } | undefined,
): Promise<Step> {
	const again = await run.log.sending(sending.key, sending.lease, anew?.sealed);
	// Somebody else has it: what they find is the outcome.
	if (again === undefined) return { row: (await run.log.get(sending.key)) ?? row, replayed: true };
	return await sendAndSettle(run, sending, again);
}

type Arrived = Extract<FoundNotification, { found: 'arrived' }>;

async function lookUp(run: NotificationRun, sending: Sending, row: NotificationRow): Promise<FoundNotification> {
	if (run.adapter.findNotification === undefined) {
		return { found: 'unsure', reason: `${run.module.displayName} cannot be asked for it.` };
	}
	const find = requireCapability(run.integration, run.adapter, 'findNotification');
	const sentAt = new Date(run.now().getTime() - row.sentMsAgo);
	try {
		return await holding(run, sending.key, sending.lease, async () => await find(sending.message, sentAt));
	} catch (thrown) {
		return { found: 'unsure', reason: asCrosslinkError(thrown).message };
	}
}

async function settleFailure(
	run: NotificationRun,
	sending: Sending,
	row: NotificationRow,
	error: CrosslinkError,
): Promise<Step> {
	const change = afterFailure(error, stateOf(run, row));
	if (change.status === 'unknown' && !isCancelled(error) && run.adapter.findNotification !== undefined) {
		const failed = { ...row, failure: change.failure };
		const found = await lookUp(run, sending, failed);
		const settled = found.found === 'arrived' ? arrivedAs(found.answer) : stillUnknown(run, failed, found);
		return { row: await settle(run, sending, failed, settled), replayed: false };
	}
	return { row: await settle(run, sending, row, change), replayed: false };
}

function arrivedAs({ outcome, messageId, refused }: NotificationAnswer): NotificationChange {
	return { status: outcome, failure: null, messageId, refused, nextAttemptInSeconds: null, forget: true };
}

function stillUnknown(run: NotificationRun, row: NotificationRow, found: FoundNotification): NotificationChange {
	const failure: PlainError = row.failure ?? {
		class: 'unknown',
		code: 'answer_lost',
		message: 'The run that sent this message ended before it could note the answer; it may have gone out.',
		remedy: 'Look there, and send it with "Deliver Repeatedly" if it has not arrived.',
	};
	const [first = ''] = failure.message.split(LOOKED_UP);
	const reason =
		found.found === 'unsure'
			? found.reason
			: `${run.module.displayName} has nothing of it so far, which proves nothing yet.`;
	const { kept, canLookUp } = stateOf(run, row);
	return {
		status: 'unknown',
		failure: { ...failure, message: `${first}${LOOKED_UP}${reason}` },
		// A channel that cannot tell will not be able to later either.
		nextAttemptInSeconds: kept && canLookUp && found.found === 'nothing' ? run.settings.retry.delaySeconds : null,
	};
}

/** Between what was lost and what the last look-up said. */
const LOOKED_UP = ' Looked up: ';

function stateOf(run: NotificationRun, row: NotificationRow): RetryState {
	return {
		attempts: row.attempts,
		retry: run.settings.retry,
		kept: row.message !== null,
		canLookUp: run.adapter.findNotification !== undefined,
	};
}

/**
 * Writes the outcome. The message has gone out or not, whatever becomes of the log: a store that fails now is told beside
 * what is known, and the row is looked up once its lease is over.
 */
async function settle(
	run: NotificationRun,
	{ key, lease }: Sending,
	row: NotificationRow,
	change: NotificationChange,
): Promise<NotificationRow> {
	try {
		const settled = await run.log.settle(key, lease.owner, change);
		if (settled !== undefined) return settled;
	} catch (thrown) {
		return { ...row, ...known(change), failure: change.failure ?? unnoted(asCrosslinkError(thrown)) };
	}
	return { ...row, ...known(change) };
}

function known({ status, failure, messageId = null, refused = [] }: NotificationChange) {
	return { status, failure, messageId, refused, nextAttemptAt: null };
}

function unnoted({ message, remedy }: CrosslinkError): PlainError {
	return {
		class: 'unknown',
		code: 'outcome_not_noted',
		message: `The message has gone out, but that could not be noted: ${message}`,
		remedy,
	};
}
