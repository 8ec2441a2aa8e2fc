export type PropertyType = 'string' | 'number' | 'date' | 'datetime' | 'enumeration' | 'bool';

export interface PropertyOption {
	label: string;
	value: string;
	displayOrder: number;
	hidden: boolean;
	description?: string;
}

/** A property as the properties endpoint shows it. */
export interface PropertyDefinition {
	name: string;
	label: string;
	description: string;
	groupName: string;
	type: PropertyType;
	fieldType: string;
	options: PropertyOption[];
	displayOrder: number;
	hasUniqueValue: boolean;
	hidden: boolean;
	formField: boolean;
	calculated: boolean;
	externalOptions: boolean;
	hubspotDefined: boolean;
	archived: boolean;
	archivedAt?: string;
	createdAt?: string;
	updatedAt?: string;
	referencedObjectType?: string;
	showCurrencySymbol?: boolean;
	modificationMetadata: {
		archivable: boolean;
		readOnlyDefinition: boolean;
		readOnlyValue: boolean;
		readOnlyOptions?: boolean;
	};
}

type Extras = Partial<Omit<PropertyDefinition, 'options' | 'modificationMetadata'>> & {
	readOnly?: boolean;
	options?: Array<[value: string, label: string]>;
};

const FIELD_TYPES: Record<PropertyType, string> = {
	string: 'text',
	number: 'number',
	date: 'date',
	datetime: 'date',
	enumeration: 'select',
	bool: 'booleancheckbox',
};

/** A property that the vendor ships: neither its definition nor its existence can be changed. */
export function stockProperty(
	groupName: string,
	name: string,
	label: string,
	type: PropertyType = 'string',
	{ readOnly = false, options = [], ...more }: Extras = {},
): PropertyDefinition {
	return {
		name,
		label,
		description: '',
		groupName,
		type,
		fieldType: FIELD_TYPES[type],
		options: options.map(([value, text], displayOrder) => ({ label: text, value, displayOrder, hidden: false })),
		displayOrder: -1,
		hasUniqueValue: false,
		hidden: false,
		formField: !readOnly,
		calculated: false,
		externalOptions: false,
		hubspotDefined: true,
		archived: false,
		modificationMetadata: {
			archivable: false,
			readOnlyDefinition: true,
			readOnlyValue: readOnly,
			...(type === 'enumeration' ? { readOnlyOptions: true } : {}),
		},
		...more,
	};
}
