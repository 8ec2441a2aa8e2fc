import type { ParameterDescription } from '../../parameters';
import { code } from './text-parameter';

const REQUESTED_DELIVERY_DATE: ParameterDescription = {
	name: 'requestedDeliveryDate',
	displayName: 'Requested Delivery Date',
	description: 'Day on which the customer wants the goods.',
	type: 'date',
	required: false,
};

const quantity = (required: boolean): ParameterDescription => ({
	name: 'requestedQuantity',
	displayName: 'Quantity',
	description: 'How much is ordered, with at most three decimal places.',
	type: 'number',
	required,
	decimals: 3,
});

/** Of an order, and of a customer's sales area. */
export const DELIVERY_TERMS: readonly ParameterDescription[] = [
	code('incotermsClassification', 'Incoterms', 'Incoterms code, such as EXW.', 3),
	code('incotermsLocation1', 'Incoterms Location', 'Place that the Incoterms code refers to.', 70),
	code('shippingCondition', 'Shipping Condition', 'Key of the shipping condition.', 2),
];

/** Lengths and decimals are those of API_SALES_ORDER_SRV. */
export const ORDER_ITEM: ParameterDescription[] = [
	code('material', 'Material', 'Number of the product in SAP.', 40, true),
	quantity(true),
	code(
		'requestedQuantityUnit',
		'Unit',
		'Unit of the quantity, such as PC. Empty means the sales unit of the product.',
		3,
	),
	code('salesOrderItem', 'Item Number', 'Number of the item, such as 10. Empty means that SAP counts.', 6),
	code('salesOrderItemText', 'Item Text', 'Description of the item. Empty means that of the product.', 40),
	code('productionPlant', 'Plant', 'Plant that delivers the item.', 4),
	code('storageLocation', 'Storage Location', 'Storage location within the plant.', 4),
	{
		name: 'price',
		displayName: 'Price',
		description: 'Manual price for one unit, as a condition of the type below. Empty means SAP’s own pricing.',
		type: 'number',
		required: false,
		decimals: 2,
	},
	code('priceConditionType', 'Price Condition Type', 'Condition type of the manual price. Empty means PR00.', 4),
];

export const ORDER: ParameterDescription[] = [
	{
		...code('salesOrderType', 'Order Type', 'Type of the sales document in SAP. OR is the standard order.', 4, true),
		default: 'OR',
	},
	code('salesOrganization', 'Sales Organization', 'Sales organization that sells.', 4, true),
	code('distributionChannel', 'Distribution Channel', 'Distribution channel of the sales area.', 2, true),
	code('organizationDivision', 'Division', 'Division of the sales area.', 2, true),
	code('soldToParty', 'Sold-To Party', 'Customer number of the party that orders.', 10, true),
	code(
		'purchaseOrderByCustomer',
		'Customer Reference',
		'The customer’s own order number. Empty means that Crosslink’s reference stands there; given, that reference goes to the ship-to party’s order number.',
		35,
	),
	{
		name: 'customerPurchaseOrderDate',
		displayName: 'Customer Reference Date',
		description: 'Day of the customer’s own order.',
		type: 'date',
		required: false,
	},
	REQUESTED_DELIVERY_DATE,
	code('transactionCurrency', 'Currency', 'Currency of the order, such as EUR. Empty means that of the customer.', 5),
	code('customerPaymentTerms', 'Payment Terms', 'Key of the terms of payment. Empty means those of the customer.', 4),
	...DELIVERY_TERMS,
	{
		name: 'partners',
		displayName: 'Partners',
		description: 'Other parties of the order, such as a differing ship-to party. Empty means those of the customer.',
		type: 'list',
		required: false,
		parts: [
			code('partnerFunction', 'Function', 'Key of the partner function, such as SH for the ship-to party.', 2, true),
			code('customer', 'Customer', 'Number of the party.', 10, true),
		],
	},
	{
		name: 'text',
		displayName: 'Header Text',
		description: 'A note at the order’s header.',
		type: 'object',
		required: false,
		parts: [
			code('longText', 'Text', 'The note itself.', 5_000, true),
			code('language', 'Language', 'Language of the note, such as EN.', 2, true),
			code('longTextId', 'Text Type', 'Key of the text type, such as TX01.', 4, true),
		],
	},
	{
		name: 'items',
		displayName: 'Items',
		description: 'What is ordered: at least one item.',
		type: 'list',
		required: true,
		parts: ORDER_ITEM,
	},
];

export const ORDER_CHANGE: ParameterDescription[] = [
	code('salesOrder', 'Sales Order', 'Number of the order in SAP.', 10, true),
	REQUESTED_DELIVERY_DATE,
	code('purchaseOrderByCustomer', 'Customer Reference', 'The customer’s own order number.', 35),
	code('customerPaymentTerms', 'Payment Terms', 'Key of the terms of payment.', 4),
	code('deliveryBlockReason', 'Delivery Block', 'Key of the block; an empty text takes it away.', 2),
	code('headerBillingBlockReason', 'Billing Block', 'Key of the block; an empty text takes it away.', 2),
	...DELIVERY_TERMS,
	{
		name: 'items',
		displayName: 'Items',
		description: 'Items that change, by their number. Items are not added: that could not be repeated safely.',
		type: 'list',
		required: false,
		parts: [
			code('salesOrderItem', 'Item Number', 'Number of the item, such as 10.', 6, true),
			quantity(false),
			code('salesOrderItemText', 'Item Text', 'Description of the item.', 40),
			code('productionPlant', 'Plant', 'Plant that delivers the item.', 4),
			code('storageLocation', 'Storage Location', 'Storage location within the plant.', 4),
			code(
				'salesDocumentRjcnReason',
				'Rejection Reason',
				'Key of the reason that rejects the item; an empty text takes it back.',
				2,
			),
		],
	},
];
