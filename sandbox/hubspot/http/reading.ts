import { invalid } from './vendor-error';

export type JsonObject = Record<string, unknown>;

const kindOf = (value: unknown): string => {
	if (value === null) return 'Null value (token `VALUE_NULL`)';
	if (Array.isArray(value)) return 'Array value (token `START_ARRAY`)';
	switch (typeof value) {
		case 'number':
			return `${Number.isInteger(value) ? 'Integer' : 'Floating-point'} value (token \`VALUE_NUMBER_${
				Number.isInteger(value) ? 'INT' : 'FLOAT'
			}\`)`;
		case 'boolean':
			return `Boolean value (token \`VALUE_${String(value).toUpperCase()}\`)`;
		case 'string':
			return 'String value (token `VALUE_STRING`)';
		default:
			return 'Object value (token `START_OBJECT`)';
	}
};

const wrongType = (path: string, wanted: string, value: unknown) =>
	invalid(`Invalid input JSON on field ${path}: Cannot deserialize value of type \`${wanted}\` from ${kindOf(value)}`);

/** The value as a JSON object, or the vendor's 400. */
export function asObject(value: unknown, path = 'body'): JsonObject {
	if (typeof value !== 'object' || value === null || Array.isArray(value)) throw wrongType(path, 'object', value);
	return value as JsonObject;
}

export function asArray(value: unknown, path: string): unknown[] {
	if (!Array.isArray(value)) throw wrongType(path, 'array', value);
	return value;
}

export function asString(value: unknown, path: string): string {
	if (typeof value !== 'string') throw wrongType(path, 'java.lang.String', value);
	return value;
}

export const optionalString = (value: unknown, path: string): string | undefined =>
	value === undefined || value === null ? undefined : asString(value, path);

export const optionalBoolean = (value: unknown, path: string): boolean | undefined => {
	if (value === undefined || value === null) return undefined;
	if (typeof value !== 'boolean') throw wrongType(path, 'java.lang.Boolean', value);
	return value;
};

export const strings = (value: unknown, path: string): string[] =>
	value === undefined || value === null
		? []
		: asArray(value, path).map((entry, index) => asString(entry, `${path}[${index}]`));

/** Property values are strings on the wire; anything else is refused before any property is looked at. */
export function propertyValues(value: unknown, path = 'properties'): Map<string, string> {
	const entries = Object.entries(asObject(value, path));
	return new Map(entries.map(([name, one]) => [name, asString(one, `${path}["${name}"]`)]));
}

/** The `inputs` of a batch, bounded as the vendor bounds them. */
export function batchInputs(body: unknown, limit: number): JsonObject[] {
	const inputs = asArray(asObject(body).inputs, 'inputs');
	if (inputs.length === 0) throw invalid('inputs must not be empty');
	if (inputs.length > limit) {
		throw invalid(`Invalid batch size: ${inputs.length} inputs were given, the maximum is ${limit}`);
	}
	return inputs.map((input, index) => asObject(input, `inputs[${index}]`));
}
