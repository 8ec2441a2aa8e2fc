import type { CommandAnswer, CommandRequest } from '../../command';
import type { XmlElement } from '../../../xml/document';
import { childrenOf, textOf } from '../../../xml/document';
import { cancelBillingDocument, cancelled } from '../commands/cancel-billing-document';
import { createSalesOrder } from '../commands/create-sales-order';
import type { CommandHandler } from '../commands/handler';
import { referenceField } from '../commands/order-reference';
import { requiredText, text } from '../commands/values';
import type { SapServices } from '../services';
import { warningsIn } from './bapi-return';
import type { NameStyle } from './names';
import { abapNumber, orderParameters } from './order-parameters';
import { runBapi } from './run';

/**
 * The same commands on a customer's own system: over a function module where one is set up for them, over OData
 * otherwise. Looking up and undoing go over OData in both cases.
 */
export const createSalesOrderOnPrem: CommandHandler = {
	...createSalesOrder,
	description: { ...createSalesOrder.description, dryRun: true },
	execute: createOrder,
};

export const cancelBillingDocumentOnPrem: CommandHandler = {
	...cancelBillingDocument,
	description: { ...cancelBillingDocument.description, dryRun: true },
	execute: cancelBilling,
};

async function createOrder(sap: SapServices, request: CommandRequest): Promise<CommandAnswer> {
	const { soap } = sap.connection;
	if (!soap?.order) return await createSalesOrder.execute(sap, request);
	const { payload, reference, dryRun = false } = request;
	const { number, messages } = await runBapi(sap, soap, {
		endpoint: soap.order,
		parameters: orderParameters(payload, reference),
		purpose: `create the sales order with the reference ${reference}`,
		dryRun,
		numberIn: (answer, style) => textOf(answer, style.of('SALESDOCUMENT')),
	});
	const customerReference =
		referenceField(payload) === 'PurchaseOrderByCustomer' ? reference : text(payload, 'purchaseOrderByCustomer');
	return {
		externalId: number,
		response: {
			salesOrder: number,
			salesOrderType: requiredText(payload, 'salesOrderType'),
			soldToParty: requiredText(payload, 'soldToParty'),
			customerReference: customerReference ?? null,
			messages: messages.map(({ type, code, message }) => ({ type, code, message })),
		},
		warnings: warningsIn(messages),
	};
}

async function cancelBilling(sap: SapServices, request: CommandRequest): Promise<CommandAnswer> {
	const { soap } = sap.connection;
	if (!soap?.billing) return await cancelBillingDocument.execute(sap, request);
	const document = requiredText(request.payload, 'billingDocument');
	const { dryRun = false } = request;
	const { number, messages } = await runBapi(sap, soap, {
		endpoint: soap.billing,
		// NO_COMMIT: without it the function commits by itself, in the middle of a session that we mean to judge first.
		parameters: { BILLINGDOCUMENT: abapNumber(document), NO_COMMIT: 'X', RETURN: [], SUCCESS: [] },
		purpose: `cancel billing document ${document}`,
		dryRun,
		numberIn: cancellationIn,
	});
	const warnings = warningsIn(messages);
	if (number === null) return { externalId: null, response: { billingDocument: document }, warnings };
	return cancelled(document, number, warnings);
}

function cancellationIn(answer: XmlElement, style: NameStyle): string {
	const [row] = childrenOf(answer, style.of('SUCCESS')).flatMap((table) => childrenOf(table, 'item'));
	return textOf(row, style.of('BILL_DOC'));
}
