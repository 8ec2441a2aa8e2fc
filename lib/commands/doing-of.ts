import type { Adapter } from '../adapters/adapter';
import { requireCapability } from '../adapters/capability';
import type { CommandRow } from '../store/command-log';
import { findCommandDescription } from '../parameters/find-described';
import { notFound } from './find-command';
import { compensating, executing, type CommandRun, type Doing } from './command-run';
import { keptPayload, keptResponse } from './kept';

/**
 * The call behind a row of the log, made of what the row keeps: for look-ups and for another try without the flow's item.
 * @throws CrosslinkError `command_unknown`, `capability_missing`; `auth` when the payload cannot be opened
 */
export async function doingOf(run: CommandRun, row: CommandRow): Promise<Doing> {
	if (row.kind === 'execute') {
		const description = findCommandDescription(run.module, row.command);
		const execute = requireCapability(run.integration, run.adapter as Adapter, 'execute');
		return executing(run, row, description, keptPayload(run.vault, row), execute);
	}
	const done = await run.log.get({ ...keyOf(row), kind: 'execute' });
	if (done === undefined) throw notFound(run, row.key);
	return undoingOf(run, done);
}

/** The undoing of a finished command. */
export function undoingOf(run: CommandRun, done: CommandRow): Doing {
	const description = findCommandDescription(run.module, done.command);
	const compensate = requireCapability(run.integration, run.adapter as Adapter, 'compensate');
	const { command, reference, externalId } = done;
	const request = {
		command,
		payload: keptPayload(run.vault, done),
		reference,
		externalId,
		response: keptResponse(run.vault, done),
	};
	return compensating(run, { ...keyOf(done), kind: 'compensate' }, description, request, compensate);
}

/** The key alone. */
export function keyOf({
	tenant,
	integration,
	key,
	kind,
}: CommandRow): Pick<CommandRow, 'tenant' | 'integration' | 'key' | 'kind'> {
	return { tenant, integration, key, kind };
}
