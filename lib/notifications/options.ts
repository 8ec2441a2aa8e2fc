import type { Fields, FieldValue } from '../adapters/field-value';
import type { ParameterDescription } from '../adapters/parameters';
import { CrosslinkError } from '../errors';
import { nearestName } from '../tenants/nearest-name';
import { boundedJson, shownName } from '../tenants/plain-json';

const MAX_CHARACTERS = 128 * 1024;

/**
 * The channel's own parameters of a message, checked against their description; what is empty is left out.
 * @param given an object, or the same as JSON text
 * @throws CrosslinkError `rejected` `parameters_invalid`; no value is ever quoted
 */
export function checkOptions(channel: string, known: readonly ParameterDescription[], given: unknown): Fields {
	const what = `channel options of ${channel}`;
	const json = boundedJson(given, { what, code: 'parameters_invalid', maxCharacters: MAX_CHARACTERS }) ?? {};
	if (typeof json !== 'object' || json === null || Array.isArray(json)) {
		throw invalid(what, 'are no object', 'Give them as one object, for example {"threadId": "..."}.');
	}
	const options: Fields = {};
	for (const [name, value] of Object.entries(json)) {
		const described = known.find((one) => one.name === name);
		if (described === undefined) throw unknown(what, name, known);
		const read = readValue(what, described, value);
		if (read !== undefined) options[name] = read;
	}
	const missing = known.find(({ name, required }) => required && options[name] === undefined);
	if (missing !== undefined) throw invalid(what, `have no "${missing.name}"`, `Give "${missing.displayName}".`);
	return options;
}

function readValue(
	what: string,
	{ name, type, choices = [], maxLength }: ParameterDescription,
	value: FieldValue,
): FieldValue | undefined {
	if (value === null || value === '') return undefined;
	const wrong = (must: string) => invalid(what, `have a "${name}" that is not ${must}`, `Correct "${name}".`);
	switch (type) {
		case 'text':
		case 'date':
		case 'datetime':
			if (typeof value !== 'string' && typeof value !== 'number') throw wrong('a text');
			if (maxLength !== undefined && String(value).length > maxLength) throw wrong(`at most ${maxLength} characters`);
			return String(value);
		case 'number':
			if (!Number.isFinite(Number(value)) || typeof value === 'boolean') throw wrong('a number');
			return Number(value);
		case 'boolean':
			if (value !== true && value !== false && value !== 'true' && value !== 'false') throw wrong('true or false');
			return value === true || value === 'true';
		case 'enumeration':
			if (!choices.some((choice) => choice.value === value))
				throw wrong(`one of ${choices.map((choice) => choice.value).join(', ')}`);
			return value;
		case 'object':
		case 'list': {
			const json =
				typeof value === 'string'
					? boundedJson(value, { what, code: 'parameters_invalid', maxCharacters: MAX_CHARACTERS })
					: value;
			if (typeof json !== 'object' || json === null || Array.isArray(json) !== (type === 'list')) {
				throw wrong(type === 'list' ? 'a list' : 'an object');
			}
			return json;
		}
	}
}

function unknown(what: string, name: string, known: readonly ParameterDescription[]): CrosslinkError {
	const names = known.map((one) => one.name);
	const near = nearestName(name, names);
	const there = names.length === 0 ? 'This channel takes none.' : `There are: ${names.join(', ')}.`;
	return invalid(
		what,
		`have an unknown "${shownName(name)}"`,
		near === undefined ? there : `Did you mean "${near}"? ${there}`,
	);
}

function invalid(what: string, reason: string, remedy: string): CrosslinkError {
	return new CrosslinkError({
		class: 'rejected',
		code: 'parameters_invalid',
		message: `The ${what} ${reason}.`,
		remedy,
	});
}
