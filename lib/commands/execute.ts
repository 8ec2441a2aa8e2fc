import type { Adapter } from '../adapters/adapter';
import { requireCapability } from '../adapters/capability';
import type { CommandDescription } from '../adapters/command';
import type { Fields } from '../adapters/field-value';
import { hashOf } from '../canonical-json';
import { CrosslinkError } from '../errors';
import { checkParameters } from '../parameters/check';
import { findCommandDescription } from '../parameters/find-described';
import type { CommandKey, CommandRow, CommandValues } from '../store/command-log';
import { bringAbout } from './begin';
import type { Step } from './carry-out';
import { executing, type CommandRun } from './command-run';
import { differingNames } from './difference';
import { keep, keptPayload } from './kept';
import { outcomeOf, type CommandOutcome } from './outcome';
import { pruneCommands } from './prune';
import { newReference } from './reference';

export interface CommandAsked {
	command: string;
	/** An object or JSON text. */
	payload: unknown;
	/** Names the business event. */
	idempotencyKey: string;
	/** A failed command is done anew, also with other values. */
	tryAgain: boolean;
	/** How long to wait for another run that is at the same command. */
	waitSeconds: number;
}

/**
 * Does something on the other side once, and says what is known of it. The intent is committed before the call; the same
 * key with the same values brings the recorded answer; what may have been done is looked up before anything is repeated.
 * @throws CrosslinkError `rejected`: `command_unknown`, `parameters_invalid`, `command_key_reused`, `capability_missing`; of
 * the store before anything was called
 */
export async function executeCommand(run: CommandRun, asked: CommandAsked): Promise<CommandOutcome> {
	const { description, payload, execute } = await checked(run, asked);
	const key: CommandKey = {
		tenant: run.tenant,
		integration: run.integration,
		key: asked.idempotencyKey,
		kind: 'execute',
	};
	const reference = newReference();
	const valuesUnder = (ours: string): CommandValues => ({
		command: description.command,
		payloadHash: hashOf([description.command, payload]),
		payload: keep(run.vault, 'payload', ours, payload),
	});
	const step = await bringAbout(
		run,
		executing(run, key, description, payload, execute),
		{ ...key, ...valuesUnder(reference), reference, run: run.runId },
		{
			tryAgain: asked.tryAgain,
			waitSeconds: asked.waitSeconds,
			differing: (row) => differing(run, row, description.command, payload),
			values: (row) => valuesUnder(row.reference),
		},
	);
	await pruneCommands(run);
	return withUnnoted(outcomeOf(run, step.row, step.replayed), step);
}

/**
 * Lets the other side check a command and do nothing: nothing is logged, no key is used up.
 * @throws CrosslinkError as above; `dry_run_missing`; what the other side objects to
 */
export async function tryCommand(
	run: CommandRun,
	asked: Pick<CommandAsked, 'command' | 'payload'>,
): Promise<CommandOutcome> {
	const { description, payload, execute } = await checked(run, asked);
	if (description.dryRun !== true) {
		throw new CrosslinkError({
			class: 'rejected',
			code: 'dry_run_missing',
			message: `${run.module.displayName} cannot check the command "${description.command}" without doing it.`,
			remedy: 'Take the option "Dry Run" away; the values are checked against their description in any case.',
		});
	}
	const answer = await execute({ command: description.command, payload, reference: newReference(), dryRun: true });
	return {
		outcome: 'succeeded',
		replayed: false,
		tenant: run.tenant,
		integration: run.integration,
		command: description.command,
		idempotencyKey: null,
		reference: null,
		externalId: null,
		response: answer.response,
		warnings: answer.warnings,
		attempts: 1,
		nextAttemptAt: null,
		dryRun: true,
	};
}

async function checked(
	run: CommandRun,
	asked: Pick<CommandAsked, 'command' | 'payload'>,
): Promise<{
	description: CommandDescription;
	payload: Fields;
	execute: ReturnType<typeof requireCapability<'execute'>>;
}> {
	const description = findCommandDescription(run.module, asked.command);
	const payload = await checkParameters(`command "${description.command}"`, description.parameters, asked.payload);
	const execute = requireCapability(run.integration, run.adapter as Adapter, 'execute');
	return { description, payload, execute };
}

/** By name only; nothing where the earlier values cannot be read any more. */
function differing(run: CommandRun, row: CommandRow, command: string, payload: Fields): string[] {
	if (row.command !== command) return ['the command itself'];
	try {
		return differingNames(keptPayload(run.vault, row), payload);
	} catch {
		return [];
	}
}

/** It was done, but the log could not be written: the flow hears what is known. */
export function withUnnoted(outcome: CommandOutcome, { unnoted }: Step): CommandOutcome {
	if (unnoted === undefined) return outcome;
	const { externalId, response, warnings } = unnoted.answer;
	const { error: _error, ...known } = outcome;
	const warning = `It was done, but that could not be noted: ${unnoted.reason}`;
	return { ...known, outcome: 'succeeded', externalId, response, warnings: [...warnings, warning] };
}
