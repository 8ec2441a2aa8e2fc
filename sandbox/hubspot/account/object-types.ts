import { vendorError } from '../http/vendor-error';

export type ObjectName = 'deals' | 'companies' | 'contacts';

/** What differs between the three objects of the stand-in. */
export interface ObjectType {
	name: ObjectName;
	/** As in webhook types and association names: `deal`. */
	singular: string;
	/** As in error messages: `DEAL`. */
	upper: string;
	typeId: string;
	/** First record id; the ranges of the objects do not meet, as in real accounts. */
	firstId: number;
	/** The property that moves with every write; contacts have their own name for it. */
	modifiedProperty: 'hs_lastmodifieddate' | 'lastmodifieddate';
	/** Returned by a read that names no properties. */
	defaultProperties: string[];
	/** Searched by the free-text `query`. */
	searchedProperties: string[];
	/** Names of the properties missing for a create; empty = complete. */
	missingOnCreate(properties: ReadonlyMap<string, string>): string[];
}

const missing = (properties: ReadonlyMap<string, string>, names: string[]) =>
	names.filter((name) => !properties.get(name));

export const OBJECT_TYPES: Record<ObjectName, ObjectType> = {
	deals: {
		name: 'deals',
		singular: 'deal',
		upper: 'DEAL',
		typeId: '0-3',
		firstId: 34_100_000_001,
		modifiedProperty: 'hs_lastmodifieddate',
		defaultProperties: ['amount', 'closedate', 'dealname', 'dealstage', 'pipeline'],
		searchedProperties: ['dealname', 'pipeline', 'dealstage', 'description', 'dealtype'],
		missingOnCreate: (properties) => missing(properties, ['dealname', 'dealstage', 'pipeline']),
	},
	companies: {
		name: 'companies',
		singular: 'company',
		upper: 'COMPANY',
		typeId: '0-2',
		firstId: 27_500_000_001,
		modifiedProperty: 'hs_lastmodifieddate',
		defaultProperties: ['domain', 'name'],
		searchedProperties: ['website', 'phone', 'name', 'domain'],
		missingOnCreate: (properties) => (missing(properties, ['name', 'domain']).length === 2 ? ['name', 'domain'] : []),
	},
	contacts: {
		name: 'contacts',
		singular: 'contact',
		upper: 'CONTACT',
		typeId: '0-1',
		firstId: 98_300_000_001,
		modifiedProperty: 'lastmodifieddate',
		defaultProperties: ['email', 'firstname', 'lastname'],
		searchedProperties: ['firstname', 'lastname', 'email', 'phone', 'company'],
		missingOnCreate: () => [],
	},
};

/** Properties that every answer about a record carries. */
export const alwaysReturned = (type: ObjectType): string[] => ['createdate', type.modifiedProperty, 'hs_object_id'];

/** Takes `deals`, `deal`, `DEAL` or `0-3`, as the vendor's paths do. */
export function objectTypeOf(spelled: string): ObjectType {
	const wanted = spelled.toLowerCase();
	const found = Object.values(OBJECT_TYPES).find((type) => [type.name, type.singular, type.typeId].includes(wanted));
	if (!found) throw vendorError(400, 'VALIDATION_ERROR', `Unable to infer object type from: ${spelled}`);
	return found;
}
