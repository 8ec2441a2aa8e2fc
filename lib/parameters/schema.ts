// Loaded on first use by check.ts, so that zod costs nothing until parameters are checked.
import { z } from 'zod';

import type { FieldValue } from '../adapters/field-value';
import type { ParameterDescription } from '../adapters/parameters';
import { nearestName } from '../tenants/nearest-name';
import { shownName } from '../tenants/plain-json';
import { notA, READERS } from './read-value';

/** One fault of the parameters, in words. */
export interface ParameterFault {
	path: string;
	wrong: string;
	remedy: string;
}

/** More at once would bury the first; the rest shows when these are mended. */
const MAX_FAULTS = 5;

/** Either the values, defaults filled in, or the first faults in them. */
export function readParameters(
	descriptions: readonly ParameterDescription[],
	json: FieldValue,
): { values: unknown; faults: [] } | { faults: ParameterFault[] } {
	const result = partsSchema(descriptions).safeParse(json);
	if (result.success) return { values: result.data, faults: [] };
	return { faults: result.error.issues.slice(0, MAX_FAULTS).map((issue) => faultOf(issue, descriptions)) };
}

function partsSchema(parts: readonly ParameterDescription[]): z.ZodTypeAny {
	return z.object(Object.fromEntries(parts.map((part) => [part.name, valueSchema(part)]))).strict();
}

function valueSchema(parameter: ParameterDescription): z.ZodTypeAny {
	return z.unknown().transform((raw, context) => {
		const given = presentValue(raw, parameter);
		if (given === undefined) {
			if (parameter.required) refuse(context, 'is missing', `Give "${parameter.name}": ${parameter.description}`);
			return undefined;
		}
		if (parameter.type === 'object') return readObject(given, parameter, context);
		if (parameter.type === 'list') return readList(given, parameter, context);
		const reading = READERS[parameter.type](given, parameter);
		if ('value' in reading) return reading.value;
		refuse(context, reading.wrong, reading.remedy);
		return z.NEVER;
	});
}

/**
 * A form hands in null, and often '', for what nobody filled in. An empty text counts only where it can mean something:
 * of an optional text it clears the field.
 */
function presentValue(
	raw: unknown,
	{ type, required, default: fallback }: ParameterDescription,
): FieldValue | undefined {
	const empty = raw === undefined || raw === null || (typeof raw === 'string' && raw.trim() === '');
	if (!empty || (raw === '' && type === 'text' && !required && fallback === undefined)) return raw as FieldValue;
	return fallback;
}

function readObject(given: FieldValue, parameter: ParameterDescription, context: z.RefinementCtx): unknown {
	const value = fromText(given);
	if (typeof value !== 'object' || value === null || Array.isArray(value)) return refuseAs('object', value, context);
	return nested(partsSchema(parameter.parts ?? []), value, context);
}

function readList(given: FieldValue, parameter: ParameterDescription, context: z.RefinementCtx): unknown {
	const value = fromText(given);
	if (!Array.isArray(value)) return refuseAs('list', value, context);
	if (parameter.required && value.length === 0) {
		refuse(context, 'is an empty list', `Give at least one entry of "${parameter.name}".`);
		return z.NEVER;
	}
	const entry: ParameterDescription = {
		...parameter,
		type: parameter.parts === undefined ? 'text' : 'object',
		default: undefined,
		required: true,
	};
	return nested(z.array(valueSchema(entry)), value, context);
}

/** Forms hold objects and lists as JSON text. */
function fromText(given: FieldValue): FieldValue {
	if (typeof given !== 'string' || !/^\s*[[{]/.test(given)) return given;
	try {
		return JSON.parse(given) as FieldValue;
	} catch {
		return given;
	}
}

function nested(schema: z.ZodTypeAny, value: FieldValue, context: z.RefinementCtx): unknown {
	const result = schema.safeParse(value);
	if (result.success) return result.data;
	for (const issue of result.error.issues) context.addIssue(issue);
	return z.NEVER;
}

function refuse(context: z.RefinementCtx, wrong: string, remedy: string): void {
	context.addIssue({ code: 'custom', message: wrong, params: { remedy } });
}

function refuseAs(type: 'object' | 'list', value: FieldValue, context: z.RefinementCtx): unknown {
	const reading = notA(type, value);
	if ('wrong' in reading) refuse(context, reading.wrong, reading.remedy);
	return z.NEVER;
}

function faultOf(issue: z.ZodIssue, descriptions: readonly ParameterDescription[]): ParameterFault {
	if (issue.code === 'unrecognized_keys') return unknownKey(issue.path, issue.keys[0] ?? '', descriptions);
	const path = pathText(issue.path);
	const remedy = issue.code === 'custom' ? String(issue.params?.remedy) : `Give ${path} as an object.`;
	return { path, wrong: issue.code === 'custom' ? issue.message : 'must be an object', remedy };
}

function unknownKey(
	parent: Array<string | number>,
	key: string,
	descriptions: readonly ParameterDescription[],
): ParameterFault {
	const known = partsAt(descriptions, parent).map(({ name }) => name);
	const near = nearestName(key, known);
	return {
		path: pathText([...parent, key]),
		wrong: 'is not known',
		remedy: `${near === undefined ? '' : `Did you mean ${near}? `}Known here: ${known.join(', ') || 'nothing'}.`,
	};
}

function partsAt(
	descriptions: readonly ParameterDescription[],
	path: Array<string | number>,
): readonly ParameterDescription[] {
	return path
		.filter((step) => typeof step === 'string')
		.reduce<readonly ParameterDescription[]>(
			(parts, step) => parts.find(({ name }) => name === step)?.parts ?? [],
			descriptions,
		);
}

function pathText(path: Array<string | number>): string {
	if (path.length === 0) return 'the whole value';
	return path
		.map((part, index) => (typeof part === 'number' ? `[${part}]` : `${index === 0 ? '' : '.'}${shownName(part)}`))
		.join('');
}
