import type { CommandAnswer, CompensationRequest, FoundCommand } from '../../command';
import { CrosslinkError } from '../../../errors';
import type { ODataEntity } from '../../../odata/protocol';
import { WRITE_TIMEOUT_MS } from '../limits';
import type { SapServices } from '../services';

const SERVICE = 'API_SALES_ORDER_SRV';
/** Items of one order; SAP's item numbers have six digits in steps of ten. */
const MAX_ITEMS = 5_000;

/**
 * Undoes the creation of an order: every item is rejected with the reason of the connection. SAP keeps the document, as
 * bookkeeping wants it; what is delivered or billed already is not undone.
 */
export async function rejectOrder(sap: SapServices, request: CompensationRequest): Promise<CommandAnswer> {
	const number = orderNumber(request);
	const { order, items } = await readOrder(sap, number);
	if (!order) throw impossible(number, 'it is not there any more');
	if (isBegun(order.values['OverallTotalDeliveryStatus']) || isBegun(order.values['OverallOrdReltdBillgStatus'])) {
		throw impossible(number, 'it is being delivered or billed');
	}
	const open = items.filter((item) => !isRejected(item));
	const begun = open.find(
		({ values }) => isBegun(values['DeliveryStatus']) || isBegun(values['OrderRelatedBillingStatus']),
	);
	if (begun) throw impossible(number, `item ${String(begun.values['SalesOrderItem'])} is being delivered or billed`);
	const client = sap.service(SERVICE);
	// Repeating it would do no harm, but whether it is done is asked first: the log must know that an answer was lost.
	const options = {
		purpose: `reject all items of sales order ${number}`,
		idempotent: false,
		timeoutMs: WRITE_TIMEOUT_MS,
	};
	const body = { SalesDocumentRjcnReason: sap.connection.rejectionReason };
	const paths = open.map((item) => itemPath(sap, number, String(item.values['SalesOrderItem'])));
	const [only] = paths;
	if (paths.length === 1 && only) await client.merge(only, body, options);
	else if (paths.length > 1) {
		await client.changeSet(
			paths.map((path) => ({ method: 'MERGE', path, body })),
			options,
		);
	}
	return undone(number, sap.connection.rejectionReason);
}

export async function findRejection(sap: SapServices, request: CompensationRequest): Promise<FoundCommand> {
	const number = orderNumber(request);
	const { order, items } = await readOrder(sap, number);
	if (!order) return { found: 'unsure', reason: `Sales order ${number} is not there any more.` };
	// Some rejected and some not: rejecting the rest is safe to repeat.
	if (items.length === 0 || !items.every(isRejected)) return { found: 'nothing' };
	return { found: 'done', answer: undone(number, String(items[0]?.values['SalesDocumentRjcnReason'] ?? '')) };
}

export function itemPath(sap: SapServices, order: string, item: string): string {
	const { text } = sap.service(SERVICE).protocol.literals;
	const key = `(SalesOrder=${text(order)},SalesOrderItem=${text(item)})`;
	return `A_SalesOrderItem${encodeURI(key)}`;
}

async function readOrder(
	sap: SapServices,
	number: string,
): Promise<{ order: ODataEntity | undefined; items: ODataEntity[] }> {
	const client = sap.service(SERVICE);
	const path = `A_SalesOrder(${encodeURIComponent(client.protocol.literals.text(number))})`;
	const order = await client.get(path, [], `read sales order ${number}`);
	if (!order) return { order, items: [] };
	const items = await client.all(`${path}/to_Item`, [], `read the items of sales order ${number}`, MAX_ITEMS);
	return { order, items };
}

/** A = not yet, B = partly, C = completely; empty = not relevant. */
const isBegun = (status: unknown) => status === 'B' || status === 'C';

const isRejected = ({ values }: ODataEntity) => (values['SalesDocumentRjcnReason'] ?? '') !== '';

function orderNumber({ externalId }: CompensationRequest): string {
	if (externalId) return externalId;
	throw impossible('without a number', 'the command has made none');
}

function undone(number: string, reason: string): CommandAnswer {
	return {
		externalId: number,
		response: { salesOrder: number, rejected: true, rejectionReason: reason },
		warnings: [],
	};
}

function impossible(number: string, reason: string): CrosslinkError {
	return new CrosslinkError({
		class: 'rejected',
		code: 'compensation_impossible',
		message: `Sales order ${number} can no longer be undone: ${reason}.`,
		remedy: 'A person decides in SAP: a return, a credit memo, or a cancelled delivery.',
	});
}
