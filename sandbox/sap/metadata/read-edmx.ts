import { XMLParser } from 'fast-xml-parser';
import type { EdmFunction, EdmNavigation, EdmProperty, EdmSet, EdmType, ServiceModel } from './model';

type Node = Record<string, unknown>;

const LISTS = new Set([
	'Schema',
	'EntityType',
	'Property',
	'PropertyRef',
	'NavigationProperty',
	'Association',
	'End',
	'EntitySet',
	'FunctionImport',
	'Parameter',
	'EntityContainer',
]);

/**
 * Reads a V2 $metadata document. On purpose not with the reader of the adapter: what one of them misreads, the other does
 * not.
 */
export function readEdmx(text: string): ServiceModel {
	const parser = new XMLParser({
		ignoreAttributes: false,
		attributeNamePrefix: '',
		removeNSPrefix: true,
		isArray: (name) => LISTS.has(name),
		processEntities: true,
	});
	const document = parser.parse(text) as { Edmx: { DataServices: Node } };
	const [schema] = list(document.Edmx.DataServices, 'Schema');
	if (!schema) throw new Error('no schema');
	const [container] = list(schema, 'EntityContainer');
	const ends = associationEnds(schema);
	const types = list(schema, 'EntityType').map((type) => readType(type, ends));
	const sets = list(container ?? {}, 'EntitySet').map(readSet);
	const functions = list(container ?? {}, 'FunctionImport').map(readFunction);
	return {
		namespace: text_(schema, 'Namespace'),
		types: byName(types),
		sets: byName(sets),
		functions: byName(functions),
	};
}

function readType(type: Node, ends: Map<string, { type: string; many: boolean }>): EdmType {
	const properties = list(type, 'Property').map(readProperty);
	const concurrency = list(type, 'Property').find((one) => one['ConcurrencyMode'] === 'Fixed');
	const [key] = [type['Key'] as Node | undefined];
	const navigations = list(type, 'NavigationProperty').map((one): EdmNavigation => {
		const end = ends.get(text_(one, 'ToRole'));
		return { name: text_(one, 'Name'), target: end?.type ?? '', many: end?.many ?? true };
	});
	return {
		name: text_(type, 'Name'),
		keys: list(key ?? {}, 'PropertyRef').map((one) => text_(one, 'Name')),
		properties: byName(properties),
		navigations: byName(navigations),
		...(concurrency ? { concurrency: text_(concurrency, 'Name') } : {}),
	};
}

function readProperty(property: Node): EdmProperty {
	const number = (name: string) => (property[name] === undefined ? undefined : Number(property[name]));
	const [maxLength, precision, scale] = [number('MaxLength'), number('Precision'), number('Scale')];
	return {
		name: text_(property, 'Name'),
		type: text_(property, 'Type'),
		nullable: property['Nullable'] !== 'false',
		creatable: property['creatable'] !== 'false',
		updatable: property['updatable'] !== 'false',
		filterable: property['filterable'] !== 'false',
		sortable: property['sortable'] !== 'false',
		...(maxLength !== undefined && Number.isFinite(maxLength) ? { maxLength } : {}),
		...(precision === undefined ? {} : { precision }),
		...(scale === undefined ? {} : { scale }),
		...(property['display-format'] === undefined ? {} : { display: text_(property, 'display-format') }),
		...(property['label'] === undefined ? {} : { label: text_(property, 'label') }),
	};
}

function readSet(set: Node): EdmSet {
	return {
		name: text_(set, 'Name'),
		type: text_(set, 'EntityType').split('.').at(-1) ?? '',
		creatable: set['creatable'] !== 'false',
		updatable: set['updatable'] !== 'false',
		deletable: set['deletable'] !== 'false',
	};
}

function readFunction(one: Node): EdmFunction {
	return {
		name: text_(one, 'Name'),
		method: one['HttpMethod'] === 'GET' ? 'GET' : 'POST',
		parameters: list(one, 'Parameter').map((parameter) => text_(parameter, 'Name')),
	};
}

/** By role: SAP gives every role a name of its own. */
function associationEnds(schema: Node): Map<string, { type: string; many: boolean }> {
	const ends = list(schema, 'Association').flatMap((association) => list(association, 'End'));
	return new Map(
		ends.map((end) => [
			text_(end, 'Role'),
			{ type: text_(end, 'Type').split('.').at(-1) ?? '', many: end['Multiplicity'] === '*' },
		]),
	);
}

function list(node: Node, name: string): Node[] {
	const held = node[name];
	return Array.isArray(held) ? (held as Node[]) : [];
}

const text_ = (node: Node, name: string) => String(node[name] ?? '');

export function byName<T extends { name: string }>(all: T[]): Map<string, T> {
	return new Map(all.map((one) => [one.name, one]));
}
