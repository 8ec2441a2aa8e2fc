import { byName } from './read-edmx';
import type { EdmProperty, EdmType, ServiceModel } from './model';

/**
 * The part of API_BILLING_DOCUMENT_SRV that is used here. No official file of it may be used, so this subset is written
 * by hand from what SAP documents: names, types and lengths of the fields, everything read-only, and two functions.
 */
export function billingModel(): ServiceModel {
	const header = type(
		'A_BillingDocumentType',
		['BillingDocument'],
		[
			text('BillingDocument', 10),
			text('BillingDocumentType', 4),
			text('SDDocumentCategory', 4),
			other('CreationDate', 'Edm.DateTime'),
			other('CreationTime', 'Edm.Time'),
			other('LastChangeDate', 'Edm.DateTime'),
			{ ...other('LastChangeDateTime', 'Edm.DateTimeOffset'), precision: 7 },
			text('SalesOrganization', 4),
			text('DistributionChannel', 2),
			text('Division', 2),
			other('BillingDocumentDate', 'Edm.DateTime'),
			other('BillingDocumentIsCancelled', 'Edm.Boolean'),
			text('CancelledBillingDocument', 10),
			decimal('TotalNetAmount', 16, 3),
			text('TransactionCurrency', 5),
			decimal('TaxAmount', 14, 3),
			decimal('TotalGrossAmount', 17, 3),
			text('PayerParty', 10),
			text('SoldToParty', 10),
			text('CompanyCode', 4),
			text('FiscalYear', 4),
			text('AccountingDocument', 10),
			text('PurchaseOrderByCustomer', 35),
			text('OverallSDProcessStatus', 1),
			text('AccountingPostingStatus', 1),
		],
	);
	header.concurrency = 'LastChangeDateTime';
	header.navigations.set('to_Item', { name: 'to_Item', target: 'A_BillingDocumentItemType', many: true });
	const item = type(
		'A_BillingDocumentItemType',
		['BillingDocument', 'BillingDocumentItem'],
		[
			text('BillingDocument', 10),
			text('BillingDocumentItem', 6),
			text('Material', 40),
			text('BillingDocumentItemText', 40),
			decimal('BillingQuantity', 13, 3),
			text('BillingQuantityUnit', 3),
			decimal('NetAmount', 16, 3),
			text('TransactionCurrency', 5),
			text('SalesDocument', 10),
			text('SalesDocumentItem', 6),
		],
	);
	const readOnly = { creatable: false, updatable: false, deletable: false };
	return {
		namespace: 'API_BILLING_DOCUMENT_SRV',
		types: byName([header, item]),
		sets: byName([
			{ name: 'A_BillingDocument', type: header.name, ...readOnly },
			{ name: 'A_BillingDocumentItem', type: item.name, ...readOnly },
		]),
		functions: byName([
			{ name: 'Cancel', method: 'POST', parameters: ['BillingDocument'] },
			{ name: 'GetPDF', method: 'GET', parameters: ['BillingDocument'] },
		]),
	};
}

function type(name: string, keys: string[], properties: EdmProperty[]): EdmType {
	return { name, keys, properties: byName(properties), navigations: new Map() };
}

function other(name: string, edm: string): EdmProperty {
	return { name, type: edm, nullable: true, creatable: true, updatable: true, filterable: true, sortable: true };
}

const text = (name: string, maxLength: number): EdmProperty => ({
	...other(name, 'Edm.String'),
	maxLength,
	display: 'UpperCase',
});

const decimal = (name: string, precision: number, scale: number): EdmProperty => ({
	...other(name, 'Edm.Decimal'),
	precision,
	scale,
});
