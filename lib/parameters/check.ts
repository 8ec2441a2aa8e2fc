import type { Fields } from '../adapters/field-value';
import type { ParameterDescription } from '../adapters/parameters';
import { CrosslinkError } from '../errors';
import { boundedJson } from '../tenants/plain-json';

/** Largest set of parameters, in characters of JSON: an order of two thousand lines fits. */
export const MAX_PARAMETER_CHARACTERS = 512 * 1024;

/**
 * What a command, a query or a message is given, checked against its description and brought into one form: numbers as
 * numbers, days as `2026-12-31`, moments in UTC, defaults filled in, what is empty left out. Equal meanings become equal
 * values, so that a hash of them tells whether two requests are the same.
 * @param what in words, e.g. `command "createSalesOrder"`
 * @param given an object, or the same as JSON text; empty = nothing
 * @throws CrosslinkError `rejected` `parameters_invalid`, with up to five faults: which parameter, what is wrong with it, and
 * what to do. No value is ever quoted.
 */
export async function checkParameters(
	what: string,
	descriptions: readonly ParameterDescription[],
	given: unknown,
): Promise<Fields> {
	const json = boundedJson(given, {
		what: `parameters of the ${what}`,
		code: 'parameters_invalid',
		maxCharacters: MAX_PARAMETER_CHARACTERS,
		tooLarge: 'Give fewer of them at once.',
	});
	const { readParameters } = await import('./schema');
	const read = readParameters(descriptions, json ?? {});
	// Without the keys of what was left out.
	if ('values' in read) return JSON.parse(JSON.stringify(read.values)) as Fields;
	throw new CrosslinkError({
		class: 'rejected',
		code: 'parameters_invalid',
		message: `The ${what} was not called: ${read.faults.map(({ path, wrong }) => `${path} ${wrong}`).join('; ')}.`,
		remedy: read.faults.map(({ remedy }) => remedy).join(' '),
	});
}
