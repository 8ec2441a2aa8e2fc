import { CrosslinkError } from '../../errors';

export type ServiceName = 'API_SALES_ORDER_SRV' | 'API_BUSINESS_PARTNER' | 'API_BILLING_DOCUMENT_SRV';

/** How records of an object are told apart and followed. */
export interface SapObject {
	/** Entity set. */
	object: string;
	service: ServiceName;
	key: string;
	/** Digits of a number, which SAP shows without its leading zeros. */
	keyLength: number;
	/** `instant`: one stamp in UTC; `wallClock`: a day and a time of the system's zone, and none of them before the first change. */
	changed:
		| { kind: 'instant'; property: string }
		| { kind: 'wallClock'; date: string; time: string; createdDate: string; createdTime: string };
}

const OBJECTS: readonly SapObject[] = [
	{
		object: 'A_SalesOrder',
		service: 'API_SALES_ORDER_SRV',
		key: 'SalesOrder',
		keyLength: 10,
		changed: { kind: 'instant', property: 'LastChangeDateTime' },
	},
	{
		object: 'A_BusinessPartner',
		service: 'API_BUSINESS_PARTNER',
		key: 'BusinessPartner',
		keyLength: 10,
		changed: {
			kind: 'wallClock',
			date: 'LastChangeDate',
			time: 'LastChangeTime',
			createdDate: 'CreationDate',
			createdTime: 'CreationTime',
		},
	},
	{
		object: 'A_BillingDocument',
		service: 'API_BILLING_DOCUMENT_SRV',
		key: 'BillingDocument',
		keyLength: 10,
		changed: { kind: 'instant', property: 'LastChangeDateTime' },
	},
];

/** @throws CrosslinkError `rejected`, `object_unknown` */
export function objectOf(name: string): SapObject {
	const found = OBJECTS.find((one) => one.object === name);
	if (found) return found;
	throw new CrosslinkError({
		class: 'rejected',
		code: 'object_unknown',
		message: `"${name}" is no object of SAP that Crosslink reads.`,
		remedy: `Use one of: ${OBJECTS.map((one) => one.object).join(', ')}.`,
	});
}

/** Properties that a read asks for besides the wanted ones. */
export function stampsOf({ key, changed }: SapObject): string[] {
	return changed.kind === 'instant'
		? [key, changed.property]
		: [key, changed.date, changed.time, changed.createdDate, changed.createdTime];
}

/** A number as SAP shows it: `0000004711` is `4711`; what is no number stays. */
export function shownKey(id: string): string {
	return /^\d+$/.test(id) ? id.replace(/^0+(?=\d)/, '') : id;
}
