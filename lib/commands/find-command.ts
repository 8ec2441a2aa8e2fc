import { CrosslinkError } from '../errors';
import type { CommandRow } from '../store/command-log';
import type { CommandRun } from './command-run';

type Place = Pick<CommandRun, 'tenant' | 'integration' | 'log'>;

/** Names a command: by the flow's key, or by our reference as it stands in the other system. */
export type CommandName = { idempotencyKey: string } | { reference: string };

/**
 * The row of a command; by a reference also that of an undoing.
 * @throws CrosslinkError `rejected` `command_not_found`
 */
export async function findCommand(place: Place, name: CommandName): Promise<CommandRow> {
	const { tenant, integration, log } = place;
	const row =
		'reference' in name
			? await log.findByReference(tenant, integration, name.reference)
			: await log.get({ tenant, integration, key: name.idempotencyKey, kind: 'execute' });
	if (row !== undefined) return row;
	throw notFound(place, 'reference' in name ? name.reference : name.idempotencyKey);
}

export function notFound({ tenant, integration }: Pick<Place, 'tenant' | 'integration'>, name: string): CrosslinkError {
	return new CrosslinkError({
		class: 'rejected',
		code: 'command_not_found',
		message: `No command "${name}" of tenant "${tenant}" to ${integration} is in the log.`,
		remedy: 'Check the key or reference; a command settled longer ago than the settings keep (commandLogDays) is gone.',
	});
}
