import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const load = createRequire(__filename);

/** Folder of the vendor's generated models, e.g. for `crm/deals`. */
const modelsOf = (area: string): string =>
	join(dirname(require.resolve('@hubspot/api-client/package.json')), 'lib', 'codegen', area, 'models');

interface Attribute {
	type: string;
	required: boolean;
}

type Model = Map<string, Attribute>;

/**
 * What the vendor's typed model says: names and types from its attribute map, and from its declaration which
 * attributes may be missing.
 */
function modelOf(area: string, name: string): Model | undefined {
	const file = join(modelsOf(area), name);
	if (!existsSync(`${file}.js`)) return undefined;
	const loaded = load(file) as Record<
		string,
		{ attributeTypeMap: Array<{ name: string; baseName: string; type: string }> }
	>;
	const declaration = readFileSync(`${file}.d.ts`, 'utf8');
	return new Map(
		(loaded[name]?.attributeTypeMap ?? []).map(({ name: property, baseName, type }) => [
			baseName,
			{ type, required: declaration.includes(`    '${property}':`) },
		]),
	);
}

/** Every way in which a body differs from the vendor's model, in words; none = it keeps the contract. */
export function contractFaults(area: string, type: string, value: unknown, path = '$'): string[] {
	const nullable = type.endsWith(' | null');
	if (nullable) return value === null ? [] : contractFaults(area, type.slice(0, -' | null'.length), value, path);
	if (type === 'any') return [];
	if (type === 'Date') return isIsoDate(value) ? [] : [`${path} is no ISO date: ${JSON.stringify(value)}`];
	if (['string', 'number', 'boolean'].includes(type)) {
		return typeof value === type ? [] : [`${path} is no ${type}: ${JSON.stringify(value)}`];
	}
	if (type.startsWith('Array<')) {
		if (!Array.isArray(value)) return [`${path} is no array`];
		return value.flatMap((one, index) => contractFaults(area, type.slice(6, -1), one, `${path}[${index}]`));
	}
	if (typeof value === 'string' && type.endsWith('Enum')) return [];
	if (typeof value !== 'object' || value === null) return [`${path} is no object: ${JSON.stringify(value)}`];
	const map = /^\{ \[key: string\]: (.*); \}$/.exec(type);
	if (map?.[1]) {
		const [, inner] = map;
		return Object.entries(value).flatMap(([key, one]) => contractFaults(area, inner, one, `${path}.${key}`));
	}
	const model = modelOf(area, type);
	if (!model) return [`${path}: the vendor has no model ${type}`];
	return [...missingAttributes(model, value, path), ...wrongAttributes(area, model, value, path)];
}

const missingAttributes = (model: Model, value: object, path: string) =>
	[...model]
		.filter(([name, { required }]) => required && !(name in value))
		.map(([name]) => `${path}.${name} is missing`);

const wrongAttributes = (area: string, model: Model, value: object, path: string): string[] =>
	Object.entries(value).flatMap(([name, one]) => {
		const attribute = model.get(name);
		if (!attribute) return [`${path}.${name} is not in the contract`];
		// The vendor's servers write null for an optional attribute without a value.
		if (one === null && !attribute.required) return [];
		return contractFaults(area, attribute.type, one, `${path}.${name}`);
	});

const isIsoDate = (value: unknown): boolean =>
	typeof value === 'string' && /^\d{4}-\d{2}-\d{2}T[\d:.]+Z$/.test(value) && !Number.isNaN(Date.parse(value));
