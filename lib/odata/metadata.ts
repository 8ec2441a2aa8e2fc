import { childrenOf, descendants, parseXml, type XmlElement } from '../xml/document';

export interface ODataProperty {
	name: string;
	/** `Edm.String`, ... */
	type: string;
	label: string;
	isKey: boolean;
	creatable: boolean;
	updatable: boolean;
	filterable: boolean;
	maxLength: number | undefined;
	scale: number | undefined;
}

export interface ODataEntitySet {
	name: string;
	creatable: boolean;
	updatable: boolean;
	properties: ODataProperty[];
	navigations: string[];
}

export interface ODataModel {
	sets: Map<string, ODataEntitySet>;
	/** Names of function imports (V2) and of actions and functions (V4). */
	functions: Set<string>;
}

/** Reads a service's $metadata, V2 with SAP's annotations or V4. */
export async function parseMetadata(text: string): Promise<ODataModel> {
	const root = await parseXml(text);
	const types = new Map<string, XmlElement>();
	for (const schema of descendants(root, 'Schema')) {
		for (const type of childrenOf(schema, 'EntityType')) {
			types.set(`${schema.attributes['Namespace'] ?? ''}.${type.attributes['Name'] ?? ''}`, type);
		}
	}
	const sets = new Map<string, ODataEntitySet>();
	for (const set of descendants(root, 'EntitySet')) {
		const name = set.attributes['Name'];
		const type = types.get(set.attributes['EntityType'] ?? '');
		if (!name || !type) continue;
		sets.set(name, {
			name,
			creatable: allows(set, 'creatable'),
			updatable: allows(set, 'updatable'),
			properties: propertiesOf(type),
			navigations: childrenOf(type, 'NavigationProperty').map((one) => one.attributes['Name'] ?? ''),
		});
	}
	const imports = ['FunctionImport', 'ActionImport'].flatMap((kind) => descendants(root, kind));
	return { sets, functions: new Set(imports.map((one) => one.attributes['Name'] ?? '')) };
}

function propertiesOf(type: XmlElement): ODataProperty[] {
	const keys = new Set(descendants(type, 'PropertyRef').map((one) => one.attributes['Name']));
	return childrenOf(type, 'Property').map((property) => ({
		name: property.attributes['Name'] ?? '',
		type: property.attributes['Type'] ?? 'Edm.String',
		label: property.attributes['label'] || property.attributes['Name'] || '',
		isKey: keys.has(property.attributes['Name']),
		creatable: allows(property, 'creatable'),
		updatable: allows(property, 'updatable'),
		filterable: allows(property, 'filterable'),
		maxLength: numberIn(property, 'MaxLength'),
		scale: numberIn(property, 'Scale'),
	}));
}

/** SAP's annotations count as "true" when they are not there. */
const allows = (element: XmlElement, annotation: string) => element.attributes[annotation] !== 'false';

function numberIn(element: XmlElement, name: string): number | undefined {
	const value = Number(element.attributes[name]);
	return Number.isInteger(value) && value > 0 ? value : undefined;
}
