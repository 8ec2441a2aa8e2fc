import { CrosslinkError } from '../../errors';
import { cancelBillingDocument } from './commands/cancel-billing-document';
import { changeSalesOrder } from './commands/change-sales-order';
import { createBusinessPartner } from './commands/create-business-partner';
import { createSalesOrder } from './commands/create-sales-order';
import type { CommandHandler } from './commands/handler';
import { billingDocument } from './queries/billing-document';
import { businessPartner } from './queries/business-partner';
import type { QueryHandler } from './queries/handler';
import { openItems } from './queries/open-items';
import { orderStatus } from './queries/order-status';
import { cancelBillingDocumentOnPrem, createSalesOrderOnPrem } from './soap/commands';
import type { Mode } from '../adapter';

/** The same names in both modes; on-prem two of them can go over function modules. */
export const COMMANDS: Readonly<Record<Mode, readonly CommandHandler[]>> = {
	cloud: [createSalesOrder, changeSalesOrder, createBusinessPartner, cancelBillingDocument],
	onprem: [createSalesOrderOnPrem, changeSalesOrder, createBusinessPartner, cancelBillingDocumentOnPrem],
};

export const QUERIES: readonly QueryHandler[] = [orderStatus, openItems, businessPartner, billingDocument];

/** @throws CrosslinkError `rejected`, `command_unknown` */
export function commandOf(handlers: readonly CommandHandler[], name: string): CommandHandler {
	const found = handlers.find(({ description }) => description.command === name);
	if (found) return found;
	throw unknown(
		'command',
		name,
		handlers.map(({ description }) => description.command),
	);
}

/** @throws CrosslinkError `rejected`, `query_unknown` */
export function queryOf(name: string): QueryHandler {
	const found = QUERIES.find(({ description }) => description.query === name);
	if (found) return found;
	throw unknown(
		'query',
		name,
		QUERIES.map(({ description }) => description.query),
	);
}

function unknown(kind: 'command' | 'query', name: string, known: string[]): CrosslinkError {
	return new CrosslinkError({
		class: 'rejected',
		code: `${kind}_unknown`,
		message: `SAP has no ${kind} "${name}" in Crosslink.`,
		remedy: `Use one of: ${known.join(', ')}.`,
	});
}
