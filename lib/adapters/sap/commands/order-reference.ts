import type { Fields } from '../../adapter';
import type { CommandAnswer, CommandRequest, FoundCommand } from '../../command';
import { REFERENCE_FIELD } from '../mapping';
import { shownKey } from '../objects';
import type { SapServices } from '../services';
import { requiredText, text } from './values';

const SERVICE = 'API_SALES_ORDER_SRV';
/** Where our reference stands when the customer's own takes its usual place. */
const SECOND_FIELD = 'PurchaseOrderByShipToParty';

/** The field of the order that carries our reference. */
export function referenceField(payload: Fields): string {
	return text(payload, 'purchaseOrderByCustomer') ? SECOND_FIELD : REFERENCE_FIELD;
}

/**
 * Looks for the order by our reference. It is unique with us, but no field of SAP's is: a clerk who copies an order
 * copies the reference too, so several hits, or one of another customer, prove nothing.
 */
export async function findOrder(sap: SapServices, { payload, reference }: CommandRequest): Promise<FoundCommand> {
	const client = sap.service(SERVICE);
	const field = referenceField(payload);
	const filter = `${field} eq ${client.protocol.literals.text(reference)}`;
	const found = await client.all(
		'A_SalesOrder',
		[`$filter=${encodeURIComponent(filter)}`, '$orderby=SalesOrder', '$top=3'],
		`look up the sales order with the reference ${reference}`,
		100,
	);
	const [only] = found;
	if (!only) return { found: 'nothing' };
	const numbers = found.map(({ values }) => String(values['SalesOrder'] ?? '')).join(', ');
	if (found.length > 1)
		return { found: 'unsure', reason: `Several sales orders have the reference ${reference}: ${numbers}.` };
	const customer = shownKey(String(only.values['SoldToParty'] ?? ''));
	if (customer !== shownKey(requiredText(payload, 'soldToParty'))) {
		return {
			found: 'unsure',
			reason: `Sales order ${numbers} has the reference ${reference}, but is of customer ${customer}.`,
		};
	}
	return { found: 'done', answer: orderAnswer(only.values as Fields, []) };
}

/** What a flow gets to know of an order. */
export function orderAnswer(values: Fields, warnings: string[]): CommandAnswer {
	const number = String(values['SalesOrder'] ?? '');
	const shown = (name: string) => values[name] ?? null;
	return {
		externalId: number,
		response: {
			salesOrder: number,
			salesOrderType: shown('SalesOrderType'),
			soldToParty: shown('SoldToParty'),
			customerReference: shown('PurchaseOrderByCustomer'),
			totalNetAmount: shown('TotalNetAmount'),
			transactionCurrency: shown('TransactionCurrency'),
			requestedDeliveryDate: shown('RequestedDeliveryDate'),
			status: shown('OverallSDProcessStatus'),
		},
		warnings,
	};
}
