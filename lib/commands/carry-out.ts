import type { CommandAnswer, FoundCommand } from '../adapters/command';
import { asCrosslinkError, type CrosslinkError } from '../errors';
import type { CommandChange, CommandRow, CommandValues } from '../store/command-log';
import type { Lease } from '../store/store';
import { isCancelled } from '../transport/cancelled';
import type { CommandRun, Doing } from './command-run';
import { afterFailure, DEFAULT_SETTLE_SECONDS, judgeLookUp } from './decide';
import { holding } from './hold';
import { boundedResponse, keep } from './kept';
import { movesTo } from './states';

/** What a step has brought: the row as it is now, and whether the outcome was known without calling. */
export interface Step {
	row: CommandRow;
	replayed: boolean;
	/** The outcome could not be noted; the row is older than what is known. */
	unnoted?: { answer: CommandAnswer; reason: string };
}

/** Spread around the delay, so that what failed together does not come back together. */
const JITTER = 0.2;

/**
 * Calls, and settles the row by what came of it. The row is `running`, committed, and its lease ours. After a lost answer
 * it is looked up at once: most often it has been done.
 */
export async function callAndSettle(run: CommandRun, doing: Doing, row: CommandRow, lease: Lease): Promise<Step> {
	let answer: CommandAnswer;
	try {
		answer = await holding(run, doing.key, lease, () => doing.call(row));
	} catch (thrown) {
		return await settleFailure(run, doing, row, lease, asCrosslinkError(thrown));
	}
	return await settleAnswer(run, doing, row, lease, answer, 'answer');
}

/**
 * Asks the other side what became of a command, and settles the row by it. The lease is ours.
 * @param then what follows when it is proven that nothing was done: `call` it now, or let it `wait` for the next run
 */
export async function lookUpAndSettle(
	run: CommandRun,
	doing: Doing,
	row: CommandRow,
	lease: Lease,
	then: 'call' | 'wait',
): Promise<Step> {
	const { description, find } = doing;
	if (find === undefined)
		return await stillUnknown(run, doing, row, lease, null, `${run.module.displayName} cannot be asked for it.`);
	let found: FoundCommand;
	try {
		found = await holding(run, doing.key, lease, () => find(row));
	} catch (thrown) {
		found = { found: 'unsure', reason: asCrosslinkError(thrown).message };
	}
	const verdict = judgeLookUp(found.found, {
		sentMsAgo: row.sentMsAgo,
		settleSeconds: settleSecondsOf(doing),
		lookUps: row.lookUps,
		delaySeconds: run.retry.delaySeconds,
		whenUnknown: description.whenUnknown,
	});
	if (verdict.proof === 'unproven') {
		const reason =
			found.found === 'unsure'
				? found.reason
				: `${run.module.displayName} has nothing of it so far, which proves nothing yet.`;
		return await stillUnknown(run, doing, row, lease, verdict.nextSeconds, reason);
	}
	if (found.found === 'done') return await settleAnswer(run, doing, row, lease, found.answer, 'lookUp');
	if (row.attempts >= run.retry.attempts && then === 'wait') {
		return {
			row: await settle(run, doing, lease, { status: 'failed', failure: notDone(doing), nextAttemptInSeconds: null }),
			replayed: true,
		};
	}
	if (then === 'wait') {
		return {
			row: await settle(run, doing, lease, { status: 'waiting', failure: notDone(doing), nextAttemptInSeconds: 0 }),
			replayed: true,
		};
	}
	return await callAgain(run, doing, row, lease, { attempts: row.attempts + 1 });
}

/** Commits that a further call is made, makes it, and settles. */
export async function callAgain(
	run: CommandRun,
	doing: Doing,
	row: CommandRow,
	lease: Lease,
	call: { attempts: number; values?: CommandValues },
): Promise<Step> {
	const sending = await run.log.sending(doing.key, lease, { ...call, from: movesTo('running') });
	// Somebody else has it: what they find is the outcome.
	if (sending === undefined) return { row: (await run.log.get(doing.key)) ?? row, replayed: true };
	return await callAndSettle(run, doing, sending, lease);
}

async function settleAnswer(
	run: CommandRun,
	doing: Doing,
	row: CommandRow,
	lease: Lease,
	answer: CommandAnswer,
	settledBy: 'answer' | 'lookUp',
): Promise<Step> {
	try {
		const change: CommandChange = {
			status: 'succeeded',
			failure: null,
			externalId: answer.externalId,
			response: keep(run.vault, 'response', row.reference, boundedResponse(answer.response)),
			warnings: answer.warnings,
			settledBy,
			nextAttemptInSeconds: null,
		};
		return { row: await settle(run, doing, lease, change), replayed: settledBy === 'lookUp' };
	} catch (thrown) {
		// It was done, whatever the log says; a later look-up finds it and writes it down.
		return { row, replayed: false, unnoted: { answer, reason: asCrosslinkError(thrown).message } };
	}
}

async function settleFailure(
	run: CommandRun,
	doing: Doing,
	row: CommandRow,
	lease: Lease,
	error: CrosslinkError,
): Promise<Step> {
	const { whenUnknown } = doing.description;
	const cancelled = isCancelled(error);
	const change = afterFailure(error, {
		attempts: row.attempts,
		maxAttempts: run.retry.attempts,
		delaySeconds: run.retry.delaySeconds * (1 + Math.random() * JITTER),
		whenUnknown,
		settleSeconds: settleSecondsOf(doing),
		cancelled,
	});
	if (change.status !== 'unknown') {
		return { row: await settle(run, doing, lease, { ...change, failure: error.toPlain() }), replayed: false };
	}
	try {
		if (cancelled || doing.find === undefined) {
			return { row: await settle(run, doing, lease, { ...change, failure: error.toPlain() }), replayed: false };
		}
		const step = await lookUpAndSettle(run, doing, { ...row, failure: error.toPlain() }, lease, 'wait');
		return { ...step, replayed: false };
	} catch {
		// The store is away: the row stays `running` until the lease is over, and is looked up from then on.
		return { row, replayed: false };
	}
}

async function stillUnknown(
	run: CommandRun,
	doing: Doing,
	row: CommandRow,
	lease: Lease,
	nextSeconds: number | null,
	reason: string,
): Promise<Step> {
	const failure = row.failure ?? {
		class: 'unknown' as const,
		code: 'answer_lost',
		message: `The run that carried out the ${doing.name} ended before it could note the answer.`,
		remedy: '',
	};
	const [first = ''] = failure.message.split(LOOKED_UP);
	const change: CommandChange = {
		status: 'unknown',
		failure: { ...failure, message: `${first}${LOOKED_UP}${reason}` },
		lookUps: row.lookUps + 1,
		nextAttemptInSeconds: nextSeconds,
	};
	return { row: await settle(run, doing, lease, change), replayed: true };
}

/** Between what was lost and what the last look-up said. */
const LOOKED_UP = ' Looked up: ';

async function settle(run: CommandRun, doing: Doing, lease: Lease, change: CommandChange): Promise<CommandRow> {
	const settled = await run.log.settle(doing.key, lease.owner, change, movesTo(change.status));
	if (settled !== undefined) return settled;
	const row = await run.log.get(doing.key);
	if (row === undefined) throw new TypeError('A command that was being carried out is not in the log any more.');
	return row;
}

function settleSecondsOf({ description }: Doing): number {
	return description.settlesWithinSeconds ?? DEFAULT_SETTLE_SECONDS;
}

function notDone({ name }: Doing) {
	return {
		class: 'transient' as const,
		code: 'command_not_done',
		message: `The answer to the ${name} was lost, and it is proven that nothing was done.`,
		remedy: '',
	};
}
