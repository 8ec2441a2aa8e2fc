import { randomUUID } from 'node:crypto';
import { asCrosslinkError } from '../errors';
import type { CommandRow } from '../store/command-log';
import { callAgain, lookUpAndSettle, type Step } from './carry-out';
import type { CommandRun } from './command-run';
import { doingOf } from './doing-of';
import { withUnnoted } from './execute';
import { outcomeOf, type CommandOutcome } from './outcome';

/**
 * Takes up commands whose time has come, longest waiting first: what failed in passing is tried again, what is unknown is
 * looked up, and tried again once it is proven that nothing was done. One after the other; what fails is a result.
 */
export async function retryCommands(run: CommandRun, limit: number): Promise<CommandOutcome[]> {
	const outcomes: CommandOutcome[] = [];
	for (const row of await run.log.due(run.tenant, run.integration, limit)) {
		if (run.signal?.aborted) break;
		const step = await takeUp(run, row);
		if (step !== undefined) outcomes.push(withUnnoted(outcomeOf(run, step.row, step.replayed), step));
	}
	return outcomes;
}

async function takeUp(run: CommandRun, row: CommandRow): Promise<Step | undefined> {
	const lease = { owner: `${run.runId}:${randomUUID()}`, seconds: run.leaseSeconds };
	const taken = await run.log.take(row, row.version, lease);
	// Another run is at it.
	if (taken === undefined) return undefined;
	try {
		const doing = await doingOf(run, taken);
		const safe = taken.status === 'waiting' || doing.description.whenUnknown === 'repeat';
		if (!safe) {
			const then = taken.attempts < run.retry.attempts ? 'call' : 'wait';
			return await lookUpAndSettle(run, doing, taken, lease, then);
		}
		return await callAgain(run, doing, taken, lease, { attempts: taken.attempts + 1 });
	} catch (thrown) {
		// What keeps one command from being taken up (a key that is gone, a command that is not offered any more).
		const failure = asCrosslinkError(thrown).toPlain();
		return { row: { ...taken, held: false, failure }, replayed: true };
	}
}
