import type { EntityDefaults, FieldRule } from '../adapter';

/** Field that carries our reference in a sales order, and the default key of both entities. */
export const REFERENCE_FIELD = 'PurchaseOrderByCustomer';

/** SAP owns it: read, never written by sync. Orders and partners are written by commands only. */
const pull = (local: string, external: string): FieldRule => ({
	local,
	external,
	direction: 'pull',
	owner: 'external',
	policy: 'owner',
	strength: 'onChange',
});

/** What each entity maps to before the tenant's settings. */
export const ENTITIES: EntityDefaults[] = [
	{
		entity: 'order',
		displayName: 'Order',
		object: 'A_SalesOrder',
		fields: [
			pull('customerReference', 'PurchaseOrderByCustomer'),
			pull('customerNumber', 'SoldToParty'),
			pull('amount', 'TotalNetAmount'),
			pull('currency', 'TransactionCurrency'),
			pull('dueDate', 'RequestedDeliveryDate'),
			pull('erpStatus', 'OverallSDProcessStatus'),
			pull('deliveryStatus', 'OverallTotalDeliveryStatus'),
		],
		associations: [],
		linkColumns: [],
	},
	{
		entity: 'company',
		displayName: 'Company',
		object: 'A_BusinessPartner',
		fields: [
			pull('name', 'BusinessPartnerFullName'),
			pull('customerNumber', 'Customer'),
			pull('searchTerm', 'SearchTerm1'),
			pull('industry', 'Industry'),
			pull('blocked', 'BusinessPartnerIsBlocked'),
		],
		associations: [],
		linkColumns: [],
	},
];
