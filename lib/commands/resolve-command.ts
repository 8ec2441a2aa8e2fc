import { randomUUID } from 'node:crypto';
import { CrosslinkError } from '../errors';
import type { CommandChange } from '../store/command-log';
import type { CommandRun } from './command-run';
import { findCommand, type CommandName } from './find-command';
import { keep } from './kept';
import { outcomeOf, underWay, type CommandOutcome } from './outcome';
import { movesTo } from './states';

/** Two statements are all that happens under it. */
const LEASE_SECONDS = 10;

/** What a person has found on the other side. */
export type Finding = { found: 'done'; externalId: string | null } | { found: 'nothing' };

/**
 * Settles a command of unknown outcome by what a person has found out, where the other side cannot be asked. A command that
 * was not done can be run again with its key.
 * @throws CrosslinkError `rejected` `command_not_found`, `command_settled`; `unknown` `command_under_way`
 */
export async function resolveCommand(
	run: Pick<CommandRun, 'tenant' | 'integration' | 'log' | 'vault' | 'runId'>,
	name: CommandName,
	finding: Finding,
): Promise<CommandOutcome> {
	const row = await findCommand(run, name);
	if (row.held) throw underWay(row.key);
	// One that waits for another try is given up.
	const givenUp = row.status === 'waiting' && finding.found === 'nothing';
	if (row.status !== 'unknown' && row.status !== 'running' && !givenUp) {
		throw new CrosslinkError({
			class: 'rejected',
			code: 'command_settled',
			message: `What became of the command with key "${row.key}" is known already (${row.status}); there is nothing to resolve.`,
			remedy: 'Look at it with Command → Get.',
		});
	}
	const lease = { owner: `${run.runId}:${randomUUID()}`, seconds: LEASE_SECONDS };
	const taken = await run.log.take(row, row.version, lease);
	const settled = taken && (await run.log.settle(row, lease.owner, changeOf(), movesTo(changeOf().status)));
	if (settled === undefined) throw underWay(row.key);
	return outcomeOf(run, settled, true);

	function changeOf(): CommandChange {
		if (finding.found === 'done') {
			return {
				status: 'succeeded',
				failure: null,
				externalId: finding.externalId,
				response: keep(run.vault, 'response', row.reference, {}),
				settledBy: 'person',
				nextAttemptInSeconds: null,
			};
		}
		const failure = {
			class: 'transient' as const,
			code: 'command_not_done',
			message: `A person has settled that the command with key "${row.key}" was not done.`,
			remedy: '',
		};
		return { status: 'failed', failure, settledBy: 'person', nextAttemptInSeconds: null };
	}
}
