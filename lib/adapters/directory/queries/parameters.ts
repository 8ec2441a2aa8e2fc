import { CrosslinkError } from '../../../errors';
import type { Fields } from '../../adapter';
import type { ParameterDescription } from '../../parameters';
import { DEFAULT_ROWS, MAX_ROWS } from '../limits';

export const ATTRIBUTES: ParameterDescription = {
	name: 'attributes',
	displayName: 'Further Attributes',
	description: 'Names of attributes that each row gets besides the usual ones, under "attributes"',
	type: 'list',
	required: false,
};

export const NESTED: ParameterDescription = {
	name: 'nested',
	displayName: 'Groups Within Groups',
	description: 'Whether to follow groups that are members of groups',
	type: 'boolean',
	required: false,
	default: true,
};

export const LIMIT: ParameterDescription = {
	name: 'limit',
	displayName: 'Limit',
	description: `How many rows there may be; more are an error, never a part (at most ${MAX_ROWS})`,
	type: 'number',
	required: false,
	default: DEFAULT_ROWS,
	decimals: 0,
};

/** @throws CrosslinkError `rejected`, `parameter_invalid` */
export function textParameter(parameters: Fields, name: string): string {
	const value = parameters[name];
	if (typeof value === 'string' && value.trim() !== '' && !value.includes('\0')) return value.trim();
	if (typeof value === 'number') return String(value);
	throw invalid(name, 'a text that is not empty');
}

export function flagParameter(parameters: Fields, name: string, otherwise: boolean): boolean {
	const value = parameters[name] ?? otherwise;
	if (typeof value === 'boolean') return value;
	throw invalid(name, 'true or false');
}

export function choiceParameter<T extends string>(
	parameters: Fields,
	name: string,
	choices: readonly T[],
	otherwise: T,
): T {
	const value = parameters[name] ?? otherwise;
	const choice = choices.find((one) => one === value);
	if (choice !== undefined) return choice;
	throw invalid(name, `one of ${choices.join(', ')}`);
}

export function limitParameter(parameters: Fields): number {
	const value = parameters['limit'] ?? DEFAULT_ROWS;
	if (typeof value === 'number' && Number.isInteger(value) && value > 0 && value <= MAX_ROWS) return value;
	throw invalid('limit', `a whole number from 1 to ${MAX_ROWS}`);
}

export function namesParameter(parameters: Fields, name: string): string[] {
	const value = parameters[name] ?? [];
	const names = Array.isArray(value) ? value : typeof value === 'string' ? value.split(',') : undefined;
	if (names === undefined || names.some((one) => typeof one !== 'string')) throw invalid(name, 'a list of names');
	return names.map((one) => String(one).trim()).filter((one) => one !== '');
}

function invalid(name: string, wanted: string): CrosslinkError {
	return new CrosslinkError({
		class: 'rejected',
		code: 'parameter_invalid',
		message: `The parameter "${name}" has no usable value.`,
		remedy: `Give ${wanted}.`,
	});
}
