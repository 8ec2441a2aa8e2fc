import { randomUUID } from 'node:crypto';
import type { CommandRow } from '../store/command-log';
import { lookUpAndSettle, type Step } from './carry-out';
import type { CommandRun } from './command-run';
import { doingOf, keyOf } from './doing-of';
import { withUnnoted } from './execute';
import { findCommand, type CommandName } from './find-command';
import { outcomeOf, type CommandOutcome } from './outcome';

/**
 * What is known of a command, and of its undoing. What is unknown, or whose run has died, is looked up on the other side
 * first; nothing is ever repeated here.
 * @throws CrosslinkError `rejected` `command_not_found`
 */
export async function getCommand(run: CommandRun, name: CommandName): Promise<CommandOutcome> {
	const found = await findCommand(run, name);
	const undoing = found.kind === 'execute' ? await run.log.get({ ...keyOf(found), kind: 'compensate' }) : undefined;
	const step = await settled(run, found);
	const outcome = withUnnoted(outcomeOf(run, step.row, true), step);
	if (undoing === undefined) return outcome;
	const undone = await settled(run, undoing);
	const { outcome: compensated, reference, externalId } = withUnnoted(outcomeOf(run, undone.row, true), undone);
	return { ...outcome, compensation: { outcome: compensated, reference: reference ?? '', externalId } };
}

/** Looked up, where that can change anything and nobody else is at it. */
export async function settled(run: CommandRun, row: CommandRow): Promise<Step> {
	if (row.held || (row.status !== 'unknown' && row.status !== 'running')) return { row, replayed: true };
	const doing = await doingOf(run, row);
	const lease = { owner: `${run.runId}:${randomUUID()}`, seconds: run.leaseSeconds };
	const taken = await run.log.take(row, row.version, lease);
	if (taken === undefined) return { row: (await run.log.get(row)) ?? row, replayed: true };
	return await lookUpAndSettle(run, doing, taken, lease, 'wait');
}
