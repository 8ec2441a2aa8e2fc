import type { Fields } from '../../../lib/adapters/adapter';
import type { CommandRequest } from '../../../lib/adapters/command';

/** A valid order of two items. */
export const ORDER: Fields = {
	salesOrderType: 'OR',
	salesOrganization: '1710',
	distributionChannel: '10',
	organizationDivision: '00',
	soldToParty: '17100001',
	requestedDeliveryDate: '2026-12-24',
	items: [
		{ material: 'TG11', requestedQuantity: 2 },
		{ material: 'TG12', requestedQuantity: 1.5, price: 19.98 },
	],
};

export function orderRequest(reference: string, changes: Fields = {}): CommandRequest {
	return { command: 'createSalesOrder', payload: { ...ORDER, ...changes }, reference };
}
