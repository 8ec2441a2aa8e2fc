export interface EdmProperty {
	name: string;
	/** `Edm.String`, ... */
	type: string;
	nullable: boolean;
	maxLength?: number;
	precision?: number;
	scale?: number;
	creatable: boolean;
	updatable: boolean;
	filterable: boolean;
	sortable: boolean;
	/** `UpperCase`: SAP keeps it in capitals. */
	display?: string;
	label?: string;
}

export interface EdmNavigation {
	name: string;
	/** Name of the entity type it leads to. */
	target: string;
	many: boolean;
}

export interface EdmType {
	name: string;
	keys: string[];
	properties: Map<string, EdmProperty>;
	navigations: Map<string, EdmNavigation>;
	/** Property that the ETag is made of. */
	concurrency?: string;
}

export interface EdmSet {
	name: string;
	type: string;
	creatable: boolean;
	updatable: boolean;
	deletable: boolean;
}

export interface EdmFunction {
	name: string;
	method: 'GET' | 'POST';
	parameters: string[];
}

/** A service as its $metadata describes it. */
export interface ServiceModel {
	namespace: string;
	types: Map<string, EdmType>;
	sets: Map<string, EdmSet>;
	functions: Map<string, EdmFunction>;
}

export function typeOfSet(model: ServiceModel, set: EdmSet): EdmType {
	const type = model.types.get(set.type);
	if (!type) throw new Error(`${set.name} has no type`);
	return type;
}

export function setOfType(model: ServiceModel, type: string): EdmSet {
	const set = [...model.sets.values()].find((one) => one.type === type);
	if (!set) throw new Error(`${type} has no set`);
	return set;
}
