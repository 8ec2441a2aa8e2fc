import { isAnswered } from '../commands/decide';
import type { CommandRow } from '../store/command-log';
import { idOf, type AttentionItem, type Origin } from './trouble';

const LOOK_UP_REMEDY =
	'Run Command → Get with this key: it looks up what became of it and repeats nothing. If the other side cannot tell, look ' +
	'there yourself and say what you found with Command → Resolve.';
const GIVEN_UP_REMEDY =
	'Nothing was done. Mend what is named here, then let your flow execute it again with the same key.';

/**
 * What a command has to say that is `unknown`, or `failed` without an answer of the other side; undefined for one that the
 * other side has refused: its flow was told. The id stays the same until the command is called again. Pure.
 */
export function commandTroubleOf(
	{ tenant, integration, displayName }: Omit<Origin, 'entity'>,
	row: CommandRow,
): AttentionItem | undefined {
	if (row.status !== 'unknown' && row.status !== 'failed') return undefined;
	if (row.status === 'failed' && (isAnswered(row) || row.settledBy === 'person')) return undefined;
	const { command, key, reference, externalId, failure, kind, attempts } = row;
	const unknown = row.status === 'unknown';
	const what = kind === 'execute' ? `Command "${command}"` : `The undoing of command "${command}"`;
	return {
		kind: unknown ? 'unknown' : 'failed',
		tenant,
		integration,
		entity: null,
		localId: null,
		externalId,
		message: `${what} with key "${key}" in ${displayName} ${unknown ? 'may or may not have been done' : 'was given up'}: ${failure?.message ?? 'no reason was noted.'}`,
		remedy: unknown ? LOOK_UP_REMEDY : GIVEN_UP_REMEDY,
		since: row.updatedAt.toISOString(),
		eventId: idOf(unknown ? 'unknown' : 'failed', ['command', key, kind, reference, attempts]),
		command: { command, idempotencyKey: key, reference, compensation: kind === 'compensate' },
	};
}
