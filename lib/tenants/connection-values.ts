import type { AdapterModule, ConnectionField, ConnectionValues } from '../adapters/adapter';
import { CrosslinkError } from '../errors';
import { variableName } from './environment';
import { nearestName } from './nearest-name';
import { shownName } from './plain-json';

type Pack = Pick<AdapterModule, 'integration' | 'displayName' | 'connectionFields'>;

const MAX_VALUE_CHARACTERS = 32 * 1024;

/** How much of a connection one source holds. */
export type Completeness = 'complete' | 'incomplete' | 'empty';

/**
 * The values among `given` that are fields of this integration, as trimmed text; empty ones are left out.
 * Fields of other names are dropped, because n8n credentials carry some of their own. Throws `connection_value_invalid`.
 */
export function pickConnectionValues(pack: Pack, given: Readonly<Record<string, unknown>>): ConnectionValues {
	const values: ConnectionValues = {};
	for (const field of pack.connectionFields) {
		const value = Object.hasOwn(given, field.name) ? given[field.name] : undefined;
		if (value === undefined || value === null) continue;
		if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean') {
			throw invalidValue(pack, field, 'is not text');
		}
		// Copied secrets often bring a space or a newline along, which no header may hold.
		const text = String(value).trim();
		if (text.length > MAX_VALUE_CHARACTERS) {
			throw invalidValue(pack, field, `is longer than ${MAX_VALUE_CHARACTERS} characters`);
		}
		if (text !== '') values[field.name] = text;
	}
	return values;
}

/** Refuses names that are no field of this integration: `connection_field_unknown`, with the nearest known name. */
export function refuseUnknownFields(pack: Pack, given: Readonly<Record<string, unknown>>): void {
	const known = pack.connectionFields.map((field) => field.name);
	const unknown = Object.keys(given).find((name) => !known.includes(name));
	if (unknown === undefined) return;
	const near = nearestName(unknown, known);
	throw new CrosslinkError({
		class: 'rejected',
		code: 'connection_field_unknown',
		message: `${pack.displayName} has no connection field "${shownName(unknown)}".`,
		remedy: `${near === undefined ? '' : `Did you mean "${near}"? `}Its fields are: ${known.join(', ')}.`,
	});
}

/**
 * A source counts as used once it holds one of the fields that cannot be left out. Sources are never mixed field by field:
 * a token of the environment must not go to a base URL that a tenant chose.
 */
export function completeness(pack: Pack, values: ConnectionValues): Completeness {
	const required = requiredFields(pack);
	const set = required.filter((field) => values[field.name] !== undefined);
	if (required.length === 0) return Object.keys(values).length > 0 ? 'complete' : 'empty';
	if (set.length === 0) return 'empty';
	return set.length === required.length ? 'complete' : 'incomplete';
}

export function missingFields(pack: Pack, values: ConnectionValues): ConnectionField[] {
	return requiredFields(pack).filter((field) => values[field.name] === undefined);
}

/** Fills in what the integration declares as defaults. */
export function withFieldDefaults(pack: Pack, values: ConnectionValues): ConnectionValues {
	const complete: ConnectionValues = {};
	for (const field of pack.connectionFields) {
		const value = values[field.name] ?? field.default;
		if (value !== undefined) complete[field.name] = value;
	}
	return complete;
}

/** The three places where fields can be set, as a sentence for remedies. */
export function placesFor(pack: Pack, fields: readonly ConnectionField[]): string {
	const variables = fields.map((field) => variableName(pack.integration, field.name)).join(' and ');
	const names = fields.map((field) => `"${field.displayName}"`).join(' and ');
	return (
		`Set ${variables} (or ${fields.length === 1 ? 'its' : 'their'} _FILE) in the environment, or store ${names} ` +
		`for the tenant with Integration → Configure, or give ${names} in a ${pack.displayName} credential.`
	);
}

/** The fields without which nothing works: required, and no default to fall back on. */
export function requiredFields(pack: Pack): ConnectionField[] {
	return pack.connectionFields.filter((field) => field.required && field.default === undefined);
}

function invalidValue(pack: Pack, field: ConnectionField, reason: string): CrosslinkError {
	return new CrosslinkError({
		class: 'rejected',
		code: 'connection_value_invalid',
		message: `The connection value "${field.name}" of ${pack.displayName} ${reason}.`,
		remedy: `Give "${field.name}" as text of at most ${MAX_VALUE_CHARACTERS} characters.`,
	});
}
