import type { AdapterModule } from '../adapters/adapter';
import type { CommandDescription } from '../adapters/command';
import type { QueryDescription } from '../adapters/query';
import { CrosslinkError } from '../errors';
import { nearestName } from '../tenants/nearest-name';
import { shownName } from '../tenants/plain-json';

type Pack = Pick<AdapterModule, 'displayName' | 'commands' | 'queries'>;

/** @throws CrosslinkError `rejected` `command_unknown`, with the nearest name and all there are */
export function findCommandDescription(module: Pack, command: string): CommandDescription {
	const found = module.commands?.find((one) => one.command === command);
	if (found !== undefined) return found;
	const known = module.commands?.map((one) => one.command) ?? [];
	throw unknown('command', module.displayName, command, known);
}

/** @throws CrosslinkError `rejected` `query_unknown`, with the nearest name and all there are */
export function findQueryDescription(module: Pack, query: string): QueryDescription {
	const found = module.queries?.find((one) => one.query === query);
	if (found !== undefined) return found;
	const known = module.queries?.map((one) => one.query) ?? [];
	throw unknown('query', module.displayName, query, known);
}

function unknown(kind: 'command' | 'query', displayName: string, name: string, known: string[]): CrosslinkError {
	const near = nearestName(name, known);
	const remedy =
		known.length === 0
			? `Choose an integration that offers ${kind === 'query' ? 'queries' : 'commands'}.`
			: `${near === undefined ? '' : `Did you mean "${near}"? `}It knows: ${known.join(', ')}.`;
	return new CrosslinkError({
		class: 'rejected',
		code: `${kind}_unknown`,
		message: `${displayName} has no ${kind} "${shownName(name)}".`,
		remedy,
	});
}
