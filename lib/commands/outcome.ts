import type { FieldValue } from '../adapters/field-value';
import { asCrosslinkError, CrosslinkError, type PlainError } from '../errors';
import type { CommandRow } from '../store/command-log';
import type { CommandRun } from './command-run';
import { keptResponse } from './kept';

/** What is known of a command. */
export interface CommandOutcome {
	/** `failed`: nothing was done. `unknown`: it may have been done, and nothing is repeated before that is known. */
	outcome: 'succeeded' | 'failed' | 'unknown';
	/** It was known before: nothing was called for this answer. */
	replayed: boolean;
	tenant: string;
	integration: string;
	command: string;
	idempotencyKey: string | null;
	/** Ours, as the other side has it; null for a dry run. */
	reference: string | null;
	externalId: string | null;
	response: FieldValue;
	warnings: string[];
	/** Calls made. */
	attempts: number;
	/** When Command → Retry takes it up; null = not by itself. */
	nextAttemptAt: string | null;
	/** Only checked, not done. */
	dryRun?: true;
	/** It was undone, or an undoing was begun. */
	compensation?: { outcome: CommandOutcome['outcome']; reference: string; externalId: string | null };
	error?: PlainError;
}

/** What the log's row says, in the words of the outside. */
export function outcomeOf(run: Pick<CommandRun, 'vault'>, row: CommandRow, replayed: boolean): CommandOutcome {
	const { tenant, integration, command, key, reference, externalId, warnings, attempts, nextAttemptAt } = row;
	const outcome =
		row.status === 'succeeded'
			? 'succeeded'
			: row.status === 'failed' || row.status === 'waiting'
				? 'failed'
				: 'unknown';
	const error = outcome === 'succeeded' ? undefined : errorOf(row);
	return {
		outcome,
		replayed,
		tenant,
		integration,
		command,
		idempotencyKey: key,
		reference,
		externalId,
		response: outcome === 'succeeded' ? responseOf(run, row) : null,
		warnings,
		attempts,
		nextAttemptAt: nextAttemptAt?.toISOString() ?? null,
		...(error && { error }),
	};
}

/** That it was done is worth more than what was said about it: a lost key hides the words only. */
function responseOf(run: Pick<CommandRun, 'vault'>, row: CommandRow): FieldValue {
	try {
		return keptResponse(run.vault, row);
	} catch (thrown) {
		return { unreadable: asCrosslinkError(thrown).message };
	}
}

function errorOf({ status, failure, held, nextAttemptAt, key }: CommandRow): PlainError {
	if (status === 'running') {
		return held ? underWay(key).toPlain() : diedUnderWay(key).toPlain();
	}
	const known = failure ?? {
		class: 'unknown' as const,
		code: 'command_unknown_outcome',
		message: `What became of the command with key "${key}" is not known.`,
		remedy: '',
	};
	const next =
		status === 'waiting'
			? `Nothing was done. Command → Retry takes it up from ${nextAttemptAt?.toISOString() ?? 'now'} on; running it again with the same key does so at once.`
			: status === 'unknown'
				? `It is not repeated before the outcome is known: Command → Get looks it up${nextAttemptAt === null ? '; when the other side cannot tell, look there and say what you found with Command → Resolve' : ''}.`
				: known.class === 'rejected' || known.class === 'conflict'
					? 'Nothing was done. Once the cause is mended, run it again with the option "Try Again After a Failure".'
					: 'Nothing was done; running it again with the same key is a new try.';
	return { ...known, remedy: [known.remedy, next].filter((part) => part !== '').join(' ') };
}

/** Another run is at it and has not come to an end in the time there was to wait. */
export function underWay(key: string): CrosslinkError {
	return new CrosslinkError({
		class: 'unknown',
		code: 'command_under_way',
		message: `Another run is carrying out the command with key "${key}" at this moment.`,
		remedy: 'Look at it a little later with Command → Get, or run it again: the same key brings the same answer.',
	});
}

function diedUnderWay(key: string): CrosslinkError {
	return new CrosslinkError({
		class: 'unknown',
		code: 'command_interrupted',
		message: `The run that carried out the command with key "${key}" ended before it could note the answer.`,
		remedy: 'Run Command → Get, which looks up on the other side what became of it.',
	});
}
