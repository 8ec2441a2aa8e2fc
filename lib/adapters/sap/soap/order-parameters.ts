import type { Fields } from '../../adapter';
import { day, decimal, invalid, requiredText, rows, text } from '../commands/values';
import { referenceField } from '../commands/order-reference';
import { REFERENCE_FIELD } from '../mapping';
import { readJsonDate } from '../../../odata/values';
import type { AbapFields } from './envelope';

/** BAPI_SALESORDER_CREATEFROMDAT2 knows partner roles by their internal keys, OData by the English ones. */
const INTERNAL_ROLES: Record<string, string> = { SP: 'AG', SH: 'WE', BP: 'RE', PY: 'RG' };

/**
 * The order as BAPI_SALESORDER_CREATEFROMDAT2 takes it, and a wrapper with the same interface. Each structure has its X twin:
 * SAP takes only what is flagged there.
 */
export function orderParameters(payload: Fields, reference: string): AbapFields {
	const items = rows(payload, 'items');
	if (items.length === 0) throw invalid('"items" is empty');
	if (payload['text'] !== undefined && payload['text'] !== null)
		throw invalid('"text" goes over OData only, not over function modules');
	const header = filled({
		DOC_TYPE: requiredText(payload, 'salesOrderType'),
		SALES_ORG: requiredText(payload, 'salesOrganization'),
		DISTR_CHAN: requiredText(payload, 'distributionChannel'),
		DIVISION: requiredText(payload, 'organizationDivision'),
		PURCH_NO_C: referenceField(payload) === REFERENCE_FIELD ? reference : text(payload, 'purchaseOrderByCustomer'),
		PURCH_NO_S: referenceField(payload) === REFERENCE_FIELD ? undefined : reference,
		PURCH_DATE: abapDay(payload, 'customerPurchaseOrderDate'),
		REQ_DATE_H: abapDay(payload, 'requestedDeliveryDate'),
		CURRENCY: text(payload, 'transactionCurrency'),
		PMNTTRMS: text(payload, 'customerPaymentTerms'),
		INCOTERMS1: text(payload, 'incotermsClassification'),
		INCOTERMS2: text(payload, 'incotermsLocation1')?.slice(0, 28),
		SHIP_COND: text(payload, 'shippingCondition'),
	});
	const numbered = items.map((item, at) => ({
		item,
		number: (text(item, 'salesOrderItem') || String((at + 1) * 10)).padStart(6, '0'),
	}));
	const itemRows = numbered.map(({ item, number }) =>
		filled({
			ITM_NUMBER: number,
			MATERIAL: requiredText(item, 'material'),
			SHORT_TEXT: text(item, 'salesOrderItemText'),
			PLANT: text(item, 'productionPlant'),
			STORE_LOC: text(item, 'storageLocation'),
			TARGET_QU: text(item, 'requestedQuantityUnit'),
		}),
	);
	const schedules = numbered.map(({ item, number }) => ({
		ITM_NUMBER: number,
		SCHED_LINE: '0001',
		REQ_QTY: decimal(item, 'requestedQuantity', 3) ?? '',
	}));
	const conditions = numbered.flatMap(({ item, number }) => {
		const price = decimal(item, 'price', 2);
		if (price === undefined) return [];
		return [
			filled({
				ITM_NUMBER: number,
				COND_TYPE: text(item, 'priceConditionType') || 'PR00',
				COND_VALUE: price,
				CURRENCY: text(payload, 'transactionCurrency'),
			}),
		];
	});
	return {
		ORDER_HEADER_IN: header,
		ORDER_HEADER_INX: { ...flags(header), UPDATEFLAG: 'I' },
		ORDER_ITEMS_IN: itemRows,
		ORDER_ITEMS_INX: itemRows.map((row) => itemFlags(row, ['ITM_NUMBER'])),
		ORDER_SCHEDULES_IN: schedules,
		ORDER_SCHEDULES_INX: schedules.map((row) => itemFlags(row, ['ITM_NUMBER', 'SCHED_LINE'])),
		ORDER_CONDITIONS_IN: conditions,
		ORDER_CONDITIONS_INX: conditions.map((row) => itemFlags(row, ['ITM_NUMBER', 'COND_TYPE'])),
		ORDER_PARTNERS: [
			{ PARTN_ROLE: 'AG', PARTN_NUMB: abapNumber(requiredText(payload, 'soldToParty')) },
			...rows(payload, 'partners').map((partner) => {
				const role = requiredText(partner, 'partnerFunction');
				return { PARTN_ROLE: INTERNAL_ROLES[role] ?? role, PARTN_NUMB: abapNumber(requiredText(partner, 'customer')) };
			}),
		],
		RETURN: [],
	};
}

function filled(fields: Record<string, string | undefined>): Record<string, string> {
	return Object.fromEntries(Object.entries(fields).filter((entry): entry is [string, string] => Boolean(entry[1])));
}

const flags = (fields: Record<string, string>) => Object.fromEntries(Object.keys(fields).map((name) => [name, 'X']));

/** Keys are repeated as values, the rest as flags. */
function itemFlags(row: Record<string, string>, keys: string[]): AbapFields {
	const marks = Object.entries(row).map(([name, value]) => [name, keys.includes(name) ? value : 'X']);
	return { ...Object.fromEntries(marks), UPDATEFLAG: 'I' };
}

/** Numbers are kept with leading zeros inside SAP; a function module does not add them. */
export const abapNumber = (value: string) => (/^\d+$/.test(value) ? value.padStart(10, '0') : value);

/** XML has days as 2026-11-28. */
function abapDay(payload: Fields, name: string): string | undefined {
	const written = day(payload, name);
	return readJsonDate(written)?.toISOString().slice(0, 10);
}
