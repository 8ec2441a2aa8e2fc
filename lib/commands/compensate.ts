import type { FieldValue } from '../adapters/field-value';
import { hashOf } from '../canonical-json';
import { CrosslinkError } from '../errors';
import { findCommandDescription } from '../parameters/find-described';
import type { CommandRow } from '../store/command-log';
import { bringAbout } from './begin';
import type { CommandRun } from './command-run';
import { keyOf, undoingOf } from './doing-of';
import { withUnnoted, type CommandAsked } from './execute';
import { findCommand, type CommandName } from './find-command';
import { settled } from './get-command';
import { keep } from './kept';
import { outcomeOf, type CommandOutcome } from './outcome';
import { newReference } from './reference';

/**
 * Undoes a finished command once, under a reference of its own, by the same rules as the command itself. A command of
 * unknown outcome is looked up first, and is not undone before it is known that it was done.
 * @throws CrosslinkError `rejected`: `command_not_found`, `nothing_to_undo`, `compensation_impossible`; `unknown`
 * `command_unsettled`
 */
export async function compensateCommand(
	run: CommandRun,
	name: CommandName,
	options: Pick<CommandAsked, 'tryAgain' | 'waitSeconds'>,
): Promise<CommandOutcome> {
	const named = await findCommand(run, name);
	const found = named.kind === 'execute' ? named : await findCommand(run, { idempotencyKey: named.key });
	const done = await finished(run, found);
	const doing = undoingOf(run, done);
	const reference = newReference();
	const payload: FieldValue = { undoes: done.reference };
	const valuesUnder = (ours: string) => ({
		command: done.command,
		payloadHash: hashOf(payload),
		payload: keep(run.vault, 'payload', ours, payload),
	});
	const step = await bringAbout(
		run,
		doing,
		{ ...keyOf(done), kind: 'compensate', ...valuesUnder(reference), reference, run: run.runId },
		{ ...options, differing: () => [], values: (row) => valuesUnder(row.reference) },
	);
	return withUnnoted(outcomeOf(run, step.row, step.replayed), step);
}

/** The command, known to be done and one that can be undone. */
async function finished(run: CommandRun, found: CommandRow): Promise<CommandRow> {
	const { displayName, undo } = findCommandDescription(run.module, found.command);
	if (undo === undefined || run.adapter.compensate === undefined) {
		throw new CrosslinkError({
			class: 'rejected',
			code: 'compensation_impossible',
			message: `Nothing undoes "${displayName}" (${found.command}) in ${run.module.displayName}.`,
			remedy: `Undo it there by hand; it is ${found.externalId === null ? `under our reference ${found.reference}` : `number ${found.externalId}`}.`,
		});
	}
	const { row } = await settled(run, found);
	if (row.status === 'succeeded') return row;
	if (row.status === 'unknown' || row.status === 'running') {
		throw new CrosslinkError({
			class: 'unknown',
			code: 'command_unsettled',
			message: `The command with key "${row.key}" cannot be undone before it is known whether it was done.`,
			remedy: 'Look it up with Command → Get, or say what you found with Command → Resolve; then undo it.',
		});
	}
	throw new CrosslinkError({
		class: 'rejected',
		code: 'nothing_to_undo',
		message: `The command with key "${row.key}" was not done, so there is nothing to undo.`,
		remedy:
			row.status === 'waiting'
				? 'It waits for another try; if it is not wanted any more, say so with Command → Resolve.'
				: 'Take this as done.',
	});
}
