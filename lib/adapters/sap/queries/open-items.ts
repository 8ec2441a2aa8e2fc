import type { Fields } from '../../adapter';
import type { QueryAnswer, QueryRequest } from '../../query';
import type { SapServices } from '../services';
import { findOrders, itemFields, itemsOf, WHICH_ORDER } from './find-orders';
import type { QueryHandler } from './handler';

export const openItems: QueryHandler = {
	description: {
		query: 'openItems',
		displayName: 'Open Items of an Order',
		description: 'Items of a sales order that are neither completed nor rejected, one row each.',
		parameters: WHICH_ORDER,
	},
	run,
};

async function run(sap: SapServices, { parameters }: QueryRequest): Promise<QueryAnswer> {
	const rows: Fields[] = [];
	for (const order of await findOrders(sap, parameters)) {
		const number = String(order.values['SalesOrder'] ?? '');
		for (const item of await itemsOf(sap, number)) {
			const rejected = (item.values['SalesDocumentRjcnReason'] ?? '') !== '';
			if (!rejected && item.values['SDProcessStatus'] !== 'C') rows.push({ salesOrder: number, ...itemFields(item) });
		}
	}
	return { rows };
}
