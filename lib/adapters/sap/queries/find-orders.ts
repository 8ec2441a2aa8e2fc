import type { Fields } from '../../adapter';
import type { ParameterDescription } from '../../parameters';
import { CrosslinkError } from '../../../errors';
import type { ODataEntity } from '../../../odata/protocol';
import { text } from '../commands/values';
import type { SapServices } from '../services';

const SERVICE = 'API_SALES_ORDER_SRV';
/** Orders with one customer reference. */
const MAX_ORDERS = 50;
const MAX_ITEMS = 5_000;

/** An order is asked for by its number, or by a reference that several may have. */
export const WHICH_ORDER: ParameterDescription[] = [
	{
		name: 'salesOrder',
		displayName: 'Sales Order',
		description: 'Number of the order in SAP. Empty means that the reference decides.',
		type: 'text',
		required: false,
		maxLength: 10,
	},
	{
		name: 'reference',
		displayName: 'Reference',
		description: 'Customer reference of the order, or Crosslink’s own from the command that created it.',
		type: 'text',
		required: false,
		maxLength: 35,
	},
];

/** Orders by number or reference, in the order of their numbers; none = there is no such order. */
export async function findOrders(sap: SapServices, parameters: Fields): Promise<ODataEntity[]> {
	const number = text(parameters, 'salesOrder');
	const reference = text(parameters, 'reference');
	const client = sap.service(SERVICE);
	const { literals } = client.protocol;
	if (number) {
		const path = `A_SalesOrder(${encodeURIComponent(literals.text(number))})`;
		const order = await client.get(path, [], `read sales order ${number}`);
		return order ? [order] : [];
	}
	if (!reference) throw notAsked();
	const quoted = literals.text(reference);
	const filter = `PurchaseOrderByCustomer eq ${quoted} or PurchaseOrderByShipToParty eq ${quoted}`;
	const query = [`$filter=${encodeURIComponent(filter)}`, '$orderby=SalesOrder', `$top=${MAX_ORDERS}`];
	return await client.all('A_SalesOrder', query, `find sales orders with the reference ${reference}`, MAX_ORDERS);
}

export async function itemsOf(sap: SapServices, number: string): Promise<ODataEntity[]> {
	const client = sap.service(SERVICE);
	const path = `A_SalesOrder(${encodeURIComponent(client.protocol.literals.text(number))})/to_Item`;
	return await client.all(path, ['$orderby=SalesOrderItem'], `read the items of sales order ${number}`, MAX_ITEMS);
}

/** An item in a flow's words. */
export function itemFields({ values }: ODataEntity): Fields {
	const shown = (name: string) => values[name] ?? null;
	return {
		salesOrderItem: shown('SalesOrderItem'),
		material: shown('Material'),
		text: shown('SalesOrderItemText'),
		requestedQuantity: shown('RequestedQuantity'),
		requestedQuantityUnit: shown('RequestedQuantityUnit'),
		netAmount: shown('NetAmount'),
		currency: shown('TransactionCurrency'),
		plant: shown('ProductionPlant'),
		rejectionReason: shown('SalesDocumentRjcnReason'),
		status: statusWord(values['SDProcessStatus']),
		deliveryStatus: statusWord(values['DeliveryStatus']),
		billingStatus: statusWord(values['OrderRelatedBillingStatus']),
	};
}

/** SAP's one-letter statuses; empty means that the step is not needed. */
export function statusWord(status: unknown): string {
	switch (status) {
		case 'A':
			return 'open';
		case 'B':
			return 'partly';
		case 'C':
			return 'complete';
		default:
			return 'notRelevant';
	}
}

function notAsked(): CrosslinkError {
	return new CrosslinkError({
		class: 'rejected',
		code: 'parameters_invalid',
		message: 'Neither a sales order nor a reference is given.',
		remedy: 'Fill in one of them.',
	});
}
