import type { Fields } from '../../adapter';
import type { CommandAnswer, CommandRequest } from '../../command';
import { CrosslinkError } from '../../../errors';
import type { BatchWrite } from '../../../odata/batch';
import { SETTLES_SECONDS, WRITE_TIMEOUT_MS } from '../limits';
import type { SapServices } from '../services';
import type { CommandHandler } from './handler';
import { ORDER_CHANGE } from './order-parameters';
import { orderAnswer } from './order-reference';
import { itemPath } from './reject-order';
import { day, decimal, given, invalid, requiredText, rows, text } from './values';

const SERVICE = 'API_SALES_ORDER_SRV';
/** Somebody else may change the order between our reading and our writing; more often than this is a conflict. */
const MAX_TRIES = 3;

/**
 * Sets fields of the header and of items to given values, all of them or none. Doing it twice is as good as once,
 * so a lost answer is simply repeated.
 */
export const changeSalesOrder: CommandHandler = {
	description: {
		command: 'changeSalesOrder',
		displayName: 'Change Sales Order',
		description: 'Sets fields of a sales order and of its items to the given values; what is left out stays.',
		parameters: ORDER_CHANGE,
		whenUnknown: 'repeat',
		settlesWithinSeconds: SETTLES_SECONDS,
	},
	execute,
	find: async () => ({ found: 'unsure', reason: 'A change leaves no reference in SAP; repeating it does no harm.' }),
};

async function execute(sap: SapServices, { payload, dryRun }: CommandRequest): Promise<CommandAnswer> {
	const number = requiredText(payload, 'salesOrder');
	if (dryRun) throw invalid('a change has no dry run');
	const header = headerBody(payload);
	const items = rows(payload, 'items').map((item) => ({
		item: requiredText(item, 'salesOrderItem'),
		body: itemBody(item),
	}));
	if (Object.keys(header).length === 0 && items.length === 0) throw invalid('nothing is to be changed');
	const client = sap.service(SERVICE);
	const path = `A_SalesOrder(${encodeURIComponent(client.protocol.literals.text(number))})`;
	const purpose = `change sales order ${number}`;
	for (let tried = 1; ; tried++) {
		const order = await client.get(path, [], `read sales order ${number}`);
		if (!order) throw notThere(number);
		try {
			const options = { purpose, idempotent: true, timeoutMs: WRITE_TIMEOUT_MS };
			if (items.length === 0) {
				await client.merge(path, header, { ...options, ...(order.etag !== undefined && { etag: order.etag }) });
			} else {
				await client.changeSet(writesOf(sap, { path, number, etag: order.etag, header, items }), options);
			}
			const now = await client.get(path, [], `read sales order ${number}`);
			return orderAnswer((now ?? order).values as Fields, []);
		} catch (thrown) {
			// Also our own first attempt whose answer was lost: it has moved the version on.
			if (!isStale(thrown) || tried >= MAX_TRIES) throw thrown;
		}
	}
}

function writesOf(
	sap: SapServices,
	order: {
		path: string;
		number: string;
		etag: string | undefined;
		header: Fields;
		items: Array<{ item: string; body: Fields }>;
	},
): BatchWrite[] {
	const writes: BatchWrite[] = [];
	if (Object.keys(order.header).length > 0) {
		writes.push({
			method: 'MERGE',
			path: order.path,
			body: order.header,
			...(order.etag !== undefined && { headers: { 'If-Match': order.etag } }),
		});
	}
	// Items have no version of their own in this service.
	for (const { item, body } of order.items)
		writes.push({ method: 'MERGE', path: itemPath(sap, order.number, item), body });
	return writes;
}

function headerBody(payload: Fields): Fields {
	return given({
		RequestedDeliveryDate: day(payload, 'requestedDeliveryDate'),
		PurchaseOrderByCustomer: text(payload, 'purchaseOrderByCustomer'),
		CustomerPaymentTerms: text(payload, 'customerPaymentTerms'),
		DeliveryBlockReason: text(payload, 'deliveryBlockReason'),
		HeaderBillingBlockReason: text(payload, 'headerBillingBlockReason'),
		IncotermsClassification: text(payload, 'incotermsClassification'),
		IncotermsLocation1: text(payload, 'incotermsLocation1'),
		ShippingCondition: text(payload, 'shippingCondition'),
	});
}

function itemBody(item: Fields): Fields {
	const body = given({
		RequestedQuantity: decimal(item, 'requestedQuantity', 3),
		SalesOrderItemText: text(item, 'salesOrderItemText'),
		ProductionPlant: text(item, 'productionPlant'),
		StorageLocation: text(item, 'storageLocation'),
		SalesDocumentRjcnReason: text(item, 'salesDocumentRjcnReason'),
	});
	if (Object.keys(body).length === 0)
		throw invalid(`nothing of item ${String(item['salesOrderItem'])} is to be changed`);
	return body;
}

const isStale = (thrown: unknown) => thrown instanceof CrosslinkError && thrown.code === 'changed_meanwhile';

function notThere(number: string): CrosslinkError {
	return new CrosslinkError({
		class: 'rejected',
		code: 'not_found',
		message: `SAP has no sales order ${number}.`,
		remedy: 'Check the number.',
	});
}
