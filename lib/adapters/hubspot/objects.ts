/** HubSpot's object names, by the type ids and the singular words its webhooks use. */
const OBJECTS: ReadonlyArray<{ typeId: string; singular: string; object: string }> = [
	{ typeId: '0-1', singular: 'contact', object: 'contacts' },
	{ typeId: '0-2', singular: 'company', object: 'companies' },
	{ typeId: '0-3', singular: 'deal', object: 'deals' },
	{ typeId: '0-5', singular: 'ticket', object: 'tickets' },
	{ typeId: '0-7', singular: 'product', object: 'products' },
	{ typeId: '0-8', singular: 'line_item', object: 'line_items' },
	{ typeId: '0-14', singular: 'quote', object: 'quotes' },
	{ typeId: '0-123', singular: 'order', object: 'orders' },
	{ typeId: '0-142', singular: 'cart', object: 'carts' },
];

/** Objects whose records stand in a pipeline's stage. */
const WITH_PIPELINES = new Set(['deals', 'tickets', 'orders', 'carts']);

/** `0-3` -> `deals`; the id of a custom object stands for itself, as in HubSpot's paths. */
export function objectOfTypeId(typeId: string): string {
	return OBJECTS.find((one) => one.typeId === typeId)?.object ?? typeId;
}

/** `deal` -> `deals`; undefined for what is no CRM object. */
export function objectOfSingular(singular: string): string | undefined {
	return OBJECTS.find((one) => one.singular === singular.toLowerCase())?.object;
}

export function hasPipelines(object: string): boolean {
	return WITH_PIPELINES.has(object);
}

/** Contacts keep their modification time under another name than all other objects. */
export function modifiedProperty(object: string): string {
	return object === 'contacts' ? 'lastmodifieddate' : 'hs_lastmodifieddate';
}

/** Default property group of an object; a new property must be put into one. */
export function defaultGroup(object: string): string | undefined {
	const groups: Record<string, string> = {
		contacts: 'contactinformation',
		companies: 'companyinformation',
		deals: 'dealinformation',
	};
	return groups[object];
}
