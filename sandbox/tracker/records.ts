/** The Tracker's own words for what it keeps. */
export type Entity = 'order' | 'company';

/** In the order in which a full resend goes out: an order names its company. */
export const ENTITIES: readonly Entity[] = ['company', 'order'];

export type OrderStatus = 'draft' | 'open' | 'shipped' | 'invoiced' | 'cancelled';

export const ORDER_STATUSES: readonly OrderStatus[] = ['draft', 'open', 'shipped', 'invoiced', 'cancelled'];

/** Set by the Tracker itself, never by a caller. */
interface Stamps {
	/** 1 for a new record, one more with each change. */
	version: number;
	/** ISO 8601, UTC, milliseconds. */
	updatedAt: string;
	/** `seed`, `api` (a caller with the token) or `page` (a person at the Tracker's page). */
	updatedBy: string;
}

export type CustomFieldValue = string | number | boolean | null;

export interface Order extends Stamps {
	id: string;
	number: string;
	name: string;
	/** In units of `currency`, at most two decimals. */
	amount: number | null;
	/** ISO 4217. */
	currency: string;
	status: OrderStatus;
	/** ISO 8601 date without time. */
	dueDate: string | null;
	companyId: string | null;
	notes: string | null;
	/** Where the sales team has it; written by whoever brings it back from the CRM. */
	salesStage: string | null;
	salesNotes: string | null;
	custom_fields: Record<string, CustomFieldValue>;
}

export interface Company extends Stamps {
	id: string;
	name: string;
	domain: string | null;
	phone: string | null;
	city: string | null;
	/** ISO 3166-1 alpha-2. */
	country: string | null;
	industry: string | null;
	/** Who looks after it in sales; an id of the CRM's. */
	salesNotes: string | null;
}

/** Of {@link Stamps}: what a new record is made of comes without them. */
export type Stamp = keyof Stamps;

export interface RecordOf {
	order: Order;
	company: Company;
}
