import { randomUUID } from 'node:crypto';
import { CrosslinkError } from '../errors';
import type { CommandRow, CommandValues, NewCommand } from '../store/command-log';
import type { Lease } from '../store/store';
import { waitUnlessCancelled } from '../transport/cancelled';
import { callAgain, callAndSettle, lookUpAndSettle, type Step } from './carry-out';
import type { CommandRun, Doing } from './command-run';
import { decide } from './decide';
import { underWay } from './outcome';

/** How often a run that waits for another one looks whether it has come to an end, in milliseconds. */
const LOOK_EVERY_MS = 250;

export interface BeginOptions {
	/** A failed command is done anew. */
	tryAgain: boolean;
	/** How long to wait for another run that is at the same command. */
	waitSeconds: number;
	/** What is done anew, when it is not what was done before. */
	values(row: CommandRow): CommandValues;
	/** Names of what differs, for a key that was used with other values. */
	differing(row: CommandRow): string[];
}

/**
 * Brings a command to where it is known: begins it, waits for another run that is at it, looks it up, or gives what is
 * known already.
 * @throws CrosslinkError `rejected` `command_key_reused`; `cancelled`; of the store before anything was called
 */
export async function bringAbout(
	run: CommandRun,
	doing: Doing,
	command: NewCommand,
	options: BeginOptions,
): Promise<Step> {
	const deadline = performance.now() + options.waitSeconds * 1000;
	const lease: Lease = { owner: `${run.runId}:${randomUUID()}`, seconds: run.leaseSeconds };
	const first = await run.log.begin(command, lease);
	if (first.begun) return await callAndSettle(run, doing, first.row, lease);
	for (let row: CommandRow | undefined = first.row; ; row = await run.log.get(command)) {
		// Pruned in this moment: it begins anew.
		if (row === undefined) return await bringAbout(run, doing, command, options);
		const decision = decide(row, {
			payloadHash: command.payloadHash,
			tryAgain: options.tryAgain,
			whenUnknown: doing.description.whenUnknown,
		});
		if (decision === 'refuse') throw keyReused(doing, row, options);
		if (decision === 'replay') return { row, replayed: true };
		if (decision === 'wait') {
			if (performance.now() >= deadline) return { row, replayed: true };
			await waitUnlessCancelled(LOOK_EVERY_MS * (0.5 + Math.random()), run.signal, `wait for the ${doing.name}`);
			continue;
		}
		const taken = await run.log.take(command, row.version, lease);
		// Somebody was quicker.
		if (taken === undefined) continue;
		if (decision === 'lookUp') return await lookUpAndSettle(run, doing, taken, lease, 'call');
		const anew = taken.status === 'failed';
		const attempts = anew ? 1 : taken.attempts + 1;
		return await callAgain(run, doing, taken, lease, { attempts, ...(anew && { values: options.values(taken) }) });
	}
}

/** The same business event has one key, and one key is one business event. */
function keyReused(doing: Doing, row: CommandRow, { differing }: BeginOptions): CrosslinkError {
	if (row.held && row.status === 'failed') return underWay(row.key);
	const names = differing(row);
	const what = names.length === 0 ? 'other values' : `other values in ${names.join(', ')}`;
	return new CrosslinkError({
		class: 'rejected',
		code: 'command_key_reused',
		message: `The key "${row.key}" was used before for the command "${row.command}" with ${what}; nothing was called.`,
		remedy:
			row.status === 'failed'
				? 'That one failed and nothing was done: run it with the option "Try Again After a Failure" to do it with the new values.'
				: `Use a key of its own for each business event, for example the command's name with the order's number. The ${doing.description.displayName} of before is shown by Command → Get.`,
	});
}
