import { GatewayError, notFound } from '../odata/gateway-error';
import type { Row } from '../odata/values';
import { Clock } from './clock';
import { Tables } from './tables';

/** Who works on a document; a write by anybody else is refused. */
interface Lock {
	set: string;
	key: string;
	user: string;
}

export interface SapMessage {
	code: string;
	message: string;
	severity: 'warning' | 'info' | 'error';
}

/** Somebody who may not be ordered from, or nothing that may be ordered. */
export const UNKNOWN_CUSTOMER = '9999999';
export const UNKNOWN_MATERIAL = 'UNKNOWN';
export const UNKNOWN_COUNTRY = 'ZZ';

const PRICE = 100;
const TAX_RATE = 0.19;

/** A system's data and business rules: number ranges, prices, statuses, locks, document flow. */
export class SapSystem {
	readonly tables = new Tables();
	readonly clock: Clock;
	/** Said beside the next successful write. */
	readonly messages: SapMessage[] = [];
	private readonly locks: Lock[] = [];
	private readonly numbers = new Map<string, number>([
		['order', 0],
		['partner', 1_000_000],
		['customer', 1_000_000],
		['address', 20_000],
		['billing', 90_000_000],
		['delivery', 80_000_000],
	]);

	constructor(now: () => number) {
		this.clock = new Clock(now);
	}

	/** The next number of a range. A number taken is gone, even if the document is not made after all. */
	nextNumber(range: string): string {
		const next = (this.numbers.get(range) ?? 0) + 1;
		this.numbers.set(range, next);
		return String(next);
	}

	lock(set: string, key: string, user = 'MUELLER'): void {
		this.locks.push({ set, key, user });
	}

	unlockAll(): void {
		this.locks.length = 0;
	}

	/** @throws GatewayError 400 V1/042 */
	checkLock(set: string, key: string): void {
		const lock = this.locks.find((one) => one.set === set && one.key === key);
		if (!lock) return;
		throw new GatewayError(400, 'V1/042', `Sales document ${key} is currently being processed by user ${lock.user}`);
	}

	/** Takes the messages that were to be said. */
	takeMessages(): SapMessage[] {
		return this.messages.splice(0);
	}

	/** Rules of a sales order: number, items in tens, prices, statuses. Rows are in the tables already. */
	completeOrder(order: Row, items: Row[], conditions: Row[]): void {
		if (order['SoldToParty'] === UNKNOWN_CUSTOMER) {
			throw new GatewayError(400, 'VP/199', `Sold-to party ${UNKNOWN_CUSTOMER} is not maintained for the sales area`);
		}
		for (const field of [
			'SalesOrderType',
			'SalesOrganization',
			'DistributionChannel',
			'OrganizationDivision',
			'SoldToParty',
		]) {
			if (!order[field]) throw new GatewayError(400, 'V1/322', `Enter a value for ${field}`);
		}
		let next = 10;
		for (const item of items) {
			if (item['Material'] === UNKNOWN_MATERIAL) {
				throw new GatewayError(400, 'V1/382', `Material ${UNKNOWN_MATERIAL} is not defined for the sales organization`);
			}
			if (!item['Material']) throw new GatewayError(400, 'V1/322', 'Enter a value for Material');
			if (!item['SalesOrderItem']) item['SalesOrderItem'] = String(next);
			next = Number(item['SalesOrderItem']) + 10;
			item['RequestedQuantityUnit'] ||= 'PC';
			item['TransactionCurrency'] = order['TransactionCurrency'] || 'EUR';
			const condition = conditions.find((one) => one['SalesOrderItem'] === item['SalesOrderItem']);
			const price = condition ? Number(condition['ConditionRateValue']) : PRICE;
			item['NetAmount'] = (Number(item['RequestedQuantity'] ?? 0) * price).toFixed(2);
			item['SDProcessStatus'] = item['DeliveryStatus'] = item['OrderRelatedBillingStatus'] = 'A';
			item['SalesDocumentRjcnReason'] ??= '';
		}
		order['TransactionCurrency'] ||= 'EUR';
		order['SalesOrderDate'] ??= this.clock.day();
		order['CreationDate'] = this.clock.day();
		order['CreatedByUser'] = 'CROSSLINK';
		this.sumUp(order, items);
	}

	/** Amounts and statuses of the header follow from its items. */
	sumUp(order: Row, items: Row[]): void {
		for (const item of items) {
			const rejected = (item['SalesDocumentRjcnReason'] ?? '') !== '';
			if (rejected) item['SDProcessStatus'] = 'C';
			else if (item['DeliveryStatus'] === 'C' && item['OrderRelatedBillingStatus'] === 'C')
				item['SDProcessStatus'] = 'C';
			else item['SDProcessStatus'] = item['DeliveryStatus'] === 'A' ? 'A' : 'B';
		}
		const live = items.filter((item) => (item['SalesDocumentRjcnReason'] ?? '') === '');
		const all = (field: string, rows: Row[]) => overall(rows.map((row) => String(row[field] ?? '')));
		order['TotalNetAmount'] = live.reduce((sum, item) => sum + Number(item['NetAmount']), 0).toFixed(2);
		order['OverallSDProcessStatus'] = all('SDProcessStatus', items);
		order['OverallTotalDeliveryStatus'] = all('DeliveryStatus', live);
		order['OverallSDDocumentRejectionSts'] = live.length === items.length ? 'A' : live.length === 0 ? 'C' : 'B';
		order['LastChangeDate'] = this.clock.day();
		order['LastChangeDateTime'] = this.clock.stamp();
	}

	/** A person's edit of an order. */
	touchOrder(number: string, fields: Row): void {
		const order = this.order(number);
		Object.assign(order, fields);
		this.sumUp(order, this.itemsOf(number));
	}

	deleteRow(set: string, key: string, value: string): void {
		const rows = this.tables.of(set);
		const at = rows.findIndex((row) => row[key] === value);
		if (at >= 0) rows.splice(at, 1);
	}

	/** The goods leave the house. */
	deliver(number: string): string {
		const delivery = this.nextNumber('delivery');
		const items = this.itemsOf(number);
		for (const item of items) item['DeliveryStatus'] = 'C';
		this.follow(number, delivery, 'J');
		this.sumUp(this.order(number), items);
		return delivery;
	}

	/** An invoice for all of an order. */
	bill(number: string): string {
		const order = this.order(number);
		const items = this.itemsOf(number);
		const billing = this.nextNumber('billing');
		const net = Number(order['TotalNetAmount']);
		this.tables.of('A_BillingDocument').push({
			BillingDocument: billing,
			BillingDocumentType: 'F2',
			SDDocumentCategory: 'M',
			CreationDate: this.clock.day(),
			CreationTime: this.clock.time(),
			LastChangeDateTime: this.clock.stamp(),
			BillingDocumentDate: this.clock.day(),
			BillingDocumentIsCancelled: false,
			CancelledBillingDocument: '',
			TotalNetAmount: net.toFixed(2),
			TaxAmount: (net * TAX_RATE).toFixed(2),
			TotalGrossAmount: (net * (1 + TAX_RATE)).toFixed(2),
			TransactionCurrency: order['TransactionCurrency'] ?? 'EUR',
			SoldToParty: order['SoldToParty'] ?? '',
			PayerParty: order['SoldToParty'] ?? '',
			PurchaseOrderByCustomer: order['PurchaseOrderByCustomer'] ?? '',
			AccountingDocument: '',
		});
		for (const item of items) {
			item['OrderRelatedBillingStatus'] = 'C';
			this.tables.of('A_BillingDocumentItem').push({
				BillingDocument: billing,
				BillingDocumentItem: item['SalesOrderItem'] ?? '',
				Material: item['Material'] ?? '',
				BillingQuantity: item['RequestedQuantity'] ?? '0',
				BillingQuantityUnit: item['RequestedQuantityUnit'] ?? 'PC',
				NetAmount: item['NetAmount'] ?? '0',
				TransactionCurrency: item['TransactionCurrency'] ?? 'EUR',
				SalesDocument: number,
				SalesDocumentItem: item['SalesOrderItem'] ?? '',
			});
		}
		this.follow(number, billing, 'M');
		this.sumUp(order, items);
		return billing;
	}

	/**
	 * Cancels an invoice by a document of its own.
	 * @returns the cancellation's number, or what speaks against it
	 */
	cancelBilling(number: string): { cancellation: string } | { code: string; message: string } {
		const documents = this.tables.of('A_BillingDocument');
		const document = documents.find((one) => one['BillingDocument'] === number);
		if (!document) return { code: 'VF/001', message: `Billing document ${number} does not exist` };
		if (document['BillingDocumentIsCancelled'] === true) {
			return { code: 'VF/047', message: `Billing document ${number} has already been cancelled` };
		}
		if (document['CancelledBillingDocument'])
			return { code: 'VF/048', message: `Document ${number} is a cancellation itself` };
		const cancellation = this.nextNumber('billing');
		document['BillingDocumentIsCancelled'] = true;
		document['LastChangeDateTime'] = this.clock.stamp();
		documents.push({
			...document,
			BillingDocument: cancellation,
			BillingDocumentType: 'S1',
			SDDocumentCategory: 'N',
			BillingDocumentIsCancelled: false,
			CancelledBillingDocument: number,
			LastChangeDateTime: this.clock.stamp(),
		});
		return { cancellation };
	}

	/** Rules of a business partner: number, names, customer number with a customer's role. Never changed = no stamp of change. */
	completePartner(partner: Row, roles: Row[], addresses: Row[]): void {
		if (addresses.some((one) => one['Country'] === UNKNOWN_COUNTRY)) {
			throw new GatewayError(400, 'AM/053', `Country/region ${UNKNOWN_COUNTRY} is not defined`);
		}
		const isPerson = partner['BusinessPartnerCategory'] === '1';
		if (!partner['BusinessPartnerCategory'])
			throw new GatewayError(400, 'R11/124', 'Enter a business partner category');
		const name = isPerson ? partner['LastName'] : partner['OrganizationBPName1'];
		if (!name) throw new GatewayError(400, 'R11/401', 'Enter a name for the business partner');
		partner['BusinessPartnerFullName'] = [
			isPerson ? partner['FirstName'] : undefined,
			name,
			isPerson ? undefined : partner['OrganizationBPName2'],
		]
			.filter(Boolean)
			.join(' ');
		partner['Customer'] = roles.some((role) => String(role['BusinessPartnerRole']).startsWith('FLCU'))
			? this.nextNumber('customer')
			: '';
		partner['CreationDate'] = this.clock.day();
		partner['CreationTime'] = this.clock.time();
		partner['LastChangeDate'] = null;
		partner['LastChangeTime'] = null;
		partner['BusinessPartnerIsBlocked'] ??= false;
		partner['IsMarkedForArchiving'] ??= false;
	}

	touchPartner(number: string, fields: Row): void {
		const partner = this.tables.of('A_BusinessPartner').find((one) => one['BusinessPartner'] === number);
		if (!partner) throw notFound(`Business partner ${number} does not exist`);
		Object.assign(partner, fields);
		partner['LastChangeDate'] = this.clock.day();
		partner['LastChangeTime'] = this.clock.time();
	}

	order(number: string): Row {
		const order = this.tables.of('A_SalesOrder').find((one) => one['SalesOrder'] === number);
		if (!order) throw notFound(`Sales order ${number} does not exist`);
		return order;
	}

	itemsOf(number: string): Row[] {
		return this.tables.of('A_SalesOrderItem').filter((one) => one['SalesOrder'] === number);
	}

	private follow(order: string, document: string, category: string): void {
		const flow = this.tables.of('A_SalesOrderSubsqntProcFlow');
		flow.push({
			SalesOrder: order,
			DocRelationshipUUID: `00000000-0000-0000-0000-${String(flow.length).padStart(12, '0')}`,
			SubsequentDocument: document,
			SubsequentDocumentCategory: category,
			ProcessFlowLevel: '1',
			OverallSDProcessStatus: 'C',
			CreationDate: this.clock.day(),
			CreationTime: this.clock.time(),
		});
	}
}

function overall(statuses: string[]): string {
	const relevant = statuses.filter((status) => status !== '');
	if (relevant.length === 0) return '';
	if (relevant.every((status) => status === 'C')) return 'C';
	return relevant.every((status) => status === 'A') ? 'A' : 'B';
}
