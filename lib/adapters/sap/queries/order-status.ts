import type { Fields, FieldValue } from '../../adapter';
import type { QueryAnswer, QueryRequest } from '../../query';
import { CrosslinkError } from '../../../errors';
import type { ODataEntity } from '../../../odata/protocol';
import type { SapServices } from '../services';
import { findOrders, itemFields, itemsOf, statusWord, WHICH_ORDER } from './find-orders';
import type { QueryHandler } from './handler';

const SERVICE = 'API_SALES_ORDER_SRV';
const MAX_FLOW = 2_000;

/** SD document categories that a flow of sales meets (domain VBTYPL). */
const CATEGORIES: Record<string, string> = {
	A: 'inquiry',
	B: 'quotation',
	C: 'order',
	H: 'return',
	J: 'delivery',
	K: 'creditMemoRequest',
	M: 'invoice',
	N: 'invoiceCancellation',
	O: 'creditMemo',
	P: 'debitMemo',
	Q: 'pickingRequest',
	R: 'goodsMovement',
	S: 'creditMemoCancellation',
	T: 'returnsDelivery',
	h: 'goodsReceiptCancellation',
	'+': 'accountingDocument',
};

export const orderStatus: QueryHandler = {
	description: {
		query: 'orderStatus',
		displayName: 'Order Status',
		description:
			'Status of a sales order with its items and the documents that follow it: deliveries, goods movements, invoices.',
		parameters: WHICH_ORDER,
	},
	run,
};

async function run(sap: SapServices, { parameters }: QueryRequest): Promise<QueryAnswer> {
	const orders = await findOrders(sap, parameters);
	const rows: Fields[] = [];
	for (const order of orders) rows.push(await statusOf(sap, order));
	return { rows };
}

async function statusOf(sap: SapServices, { values }: ODataEntity): Promise<Fields> {
	const number = String(values['SalesOrder'] ?? '');
	const shown = (name: string): FieldValue => values[name] ?? null;
	const items = await itemsOf(sap, number);
	const flow = await documentFlow(sap, number);
	return {
		salesOrder: number,
		salesOrderType: shown('SalesOrderType'),
		soldToParty: shown('SoldToParty'),
		customerReference: shown('PurchaseOrderByCustomer'),
		totalNetAmount: shown('TotalNetAmount'),
		currency: shown('TransactionCurrency'),
		requestedDeliveryDate: shown('RequestedDeliveryDate'),
		lastChanged: shown('LastChangeDateTime'),
		status: statusWord(values['OverallSDProcessStatus']),
		deliveryStatus: statusWord(values['OverallTotalDeliveryStatus'] ?? values['OverallDeliveryStatus']),
		rejectionStatus: statusWord(values['OverallSDDocumentRejectionSts']),
		deliveryBlock: shown('DeliveryBlockReason'),
		billingBlock: shown('HeaderBillingBlockReason'),
		creditStatus: shown('TotalCreditCheckStatus'),
		items: items.map(itemFields),
		documentFlow: flow,
		documentFlowKnown: flow !== null,
	};
}

/** null = this release of the service does not tell (the 2020 one has 11 entity types, none for the flow). */
async function documentFlow(sap: SapServices, number: string): Promise<FieldValue> {
	const client = sap.service(SERVICE);
	const path = `A_SalesOrder(${encodeURIComponent(client.protocol.literals.text(number))})/to_SubsequentProcFlowDoc`;
	try {
		const found = await client.all(path, [], `read the document flow of sales order ${number}`, MAX_FLOW);
		return found.map(({ values }) => ({
			document: values['SubsequentDocument'] ?? null,
			category: categoryWord(values['SubsequentDocumentCategory']),
			level: values['ProcessFlowLevel'] ?? null,
			status: statusWord(values['OverallSDProcessStatus']),
			created: values['CreationDate'] ?? null,
		}));
	} catch (thrown) {
		if (thrown instanceof CrosslinkError && NOT_TOLD.has(thrown.code) && thrown.class === 'rejected') return null;
		throw thrown;
	}
}

/** An unknown segment is a 404 with Gateway, and a 400 with some releases. */
const NOT_TOLD = new Set(['not_found', 'sap_refused', 'not_supported']);

function categoryWord(category: unknown): FieldValue {
	if (typeof category !== 'string' || category === '') return null;
	return CATEGORIES[category] ?? category;
}
