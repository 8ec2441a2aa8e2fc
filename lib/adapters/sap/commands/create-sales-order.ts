import type { Fields } from '../../adapter';
import type { CommandAnswer, CommandRequest } from '../../command';
import { CrosslinkError } from '../../../errors';
import { SETTLES_SECONDS, WRITE_TIMEOUT_MS } from '../limits';
import type { SapServices } from '../services';
import type { CommandHandler } from './handler';
import { ORDER } from './order-parameters';
import { findOrder, orderAnswer, referenceField } from './order-reference';
import { findRejection, rejectOrder } from './reject-order';
import { day, decimal, given, invalid, part, requiredText, rows, text } from './values';

/** Creates the order with all its items in one call (a deep insert): all of it is there, or nothing. */
export const createSalesOrder: CommandHandler = {
	description: {
		command: 'createSalesOrder',
		displayName: 'Create Sales Order',
		description: 'Creates a sales order with its items in SAP, once, and returns its number.',
		parameters: ORDER,
		whenUnknown: 'lookUp',
		settlesWithinSeconds: SETTLES_SECONDS,
		undo: {
			displayName: 'Reject All Items',
			description:
				'Rejects every item of the order with the rejection reason of the connection, as long as nothing is delivered or billed.',
		},
	},
	execute,
	find: findOrder,
	compensate: rejectOrder,
	findCompensation: findRejection,
};

async function execute(sap: SapServices, { payload, reference, dryRun }: CommandRequest): Promise<CommandAnswer> {
	if (dryRun) throw noDryRun();
	const { entity, warnings } = await sap
		.service('API_SALES_ORDER_SRV')
		.create('A_SalesOrder', orderBody(payload, reference), {
			purpose: `create the sales order with the reference ${reference}`,
			idempotent: false,
			timeoutMs: WRITE_TIMEOUT_MS,
		});
	const number = entity?.values['SalesOrder'];
	if (!entity || typeof number !== 'string' || number === '') throw numberMissing(reference);
	return orderAnswer(entity.values as Fields, warnings);
}

/** The order as API_SALES_ORDER_SRV takes it. */
export function orderBody(payload: Fields, reference: string): Fields {
	const items = rows(payload, 'items');
	if (items.length === 0) throw invalid('"items" is empty');
	const note = part(payload, 'text');
	const partners = rows(payload, 'partners');
	return given({
		SalesOrderType: requiredText(payload, 'salesOrderType'),
		SalesOrganization: requiredText(payload, 'salesOrganization'),
		DistributionChannel: requiredText(payload, 'distributionChannel'),
		OrganizationDivision: requiredText(payload, 'organizationDivision'),
		SoldToParty: requiredText(payload, 'soldToParty'),
		PurchaseOrderByCustomer: text(payload, 'purchaseOrderByCustomer') || undefined,
		CustomerPurchaseOrderDate: day(payload, 'customerPurchaseOrderDate') ?? undefined,
		RequestedDeliveryDate: day(payload, 'requestedDeliveryDate') ?? undefined,
		TransactionCurrency: text(payload, 'transactionCurrency') || undefined,
		CustomerPaymentTerms: text(payload, 'customerPaymentTerms') || undefined,
		IncotermsClassification: text(payload, 'incotermsClassification') || undefined,
		IncotermsLocation1: text(payload, 'incotermsLocation1') || undefined,
		ShippingCondition: text(payload, 'shippingCondition') || undefined,
		[referenceField(payload)]: reference,
		to_Partner: partners.length === 0 ? undefined : partners.map(partnerBody),
		to_Text: note && [
			given({
				Language: requiredText(note, 'language'),
				LongTextID: requiredText(note, 'longTextId'),
				LongText: requiredText(note, 'longText'),
			}),
		],
		to_Item: items.map((item) => itemBody(item, payload)),
	});
}

function partnerBody(partner: Fields): Fields {
	return { PartnerFunction: requiredText(partner, 'partnerFunction'), Customer: requiredText(partner, 'customer') };
}

function itemBody(item: Fields, order: Fields): Fields {
	const quantity = decimal(item, 'requestedQuantity', 3);
	if (quantity === undefined) throw invalid('an item has no "requestedQuantity"');
	const price = decimal(item, 'price', 2);
	return given({
		SalesOrderItem: text(item, 'salesOrderItem') || undefined,
		Material: requiredText(item, 'material'),
		RequestedQuantity: quantity,
		RequestedQuantityUnit: text(item, 'requestedQuantityUnit') || undefined,
		SalesOrderItemText: text(item, 'salesOrderItemText') || undefined,
		ProductionPlant: text(item, 'productionPlant') || undefined,
		StorageLocation: text(item, 'storageLocation') || undefined,
		to_PricingElement:
			price === undefined
				? undefined
				: [
						given({
							ConditionType: text(item, 'priceConditionType') || 'PR00',
							ConditionRateValue: price,
							ConditionCurrency: text(order, 'transactionCurrency') || undefined,
						}),
					],
	});
}

/** A yes without a number is no proof of anything. */
export function numberMissing(reference: string): CrosslinkError {
	return new CrosslinkError({
		class: 'unknown',
		code: 'number_missing',
		message: `SAP took the sales order with the reference ${reference}, but its answer has no number.`,
		remedy: 'The order is looked up by its reference before anything is repeated.',
	});
}

export function noDryRun(): CrosslinkError {
	return new CrosslinkError({
		class: 'rejected',
		code: 'dry_run_unavailable',
		message: 'This command has no dry run over OData: SAP’s sales order service checks an order only by creating it.',
		remedy: 'Leave the dry run out, or set up the function modules over SOAP (on-prem), which have a test run.',
	});
}
