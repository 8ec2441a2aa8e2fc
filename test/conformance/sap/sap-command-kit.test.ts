import type { Adapter, Fields, Mode } from '../../../lib/adapters/adapter';
import { sap } from '../../../lib/adapters/sap';
import { partnerReference } from '../../../lib/adapters/sap/commands/partner-reference';
import { createTransport } from '../../../lib/transport/create-transport';
import { createFetchHttp } from '../../../lib/transport/fetch-http';
import { createMemoryBudget } from '../../../lib/transport/memory-budget';
import { startSap, UNKNOWN_COUNTRY, UNKNOWN_CUSTOMER } from '../../../sandbox/sap';
import { commandConformance, type CommandHarness, type CommandSamples } from '../command-kit';
import { power } from '../records';
import { ORDER } from './orders';
import { connectionOf, describeSap, ORDER_BODY } from './sap-site';

/** Invoices that lie ready to be cancelled, one for each sample. */
const INVOICES = 40;
const FIRST_INVOICE = 90_000_001;
const WRONG = 'wrong-Passw0rd-1';

const samples: CommandSamples = {
	createSalesOrder: { good: () => ORDER, bad: { ...ORDER, soldToParty: UNKNOWN_CUSTOMER } },
	changeSalesOrder: {
		good: (n) => ({ salesOrder: '1', purchaseOrderByCustomer: `KIT-${n}` }),
		bad: { salesOrder: '1', items: [{ salesOrderItem: '99', requestedQuantity: 1 }] },
	},
	createBusinessPartner: {
		good: (n) => ({ category: '2', name: `Kit ${n}`, address: { country: 'DE' } }),
		bad: { category: '2', name: 'Kit', address: { country: UNKNOWN_COUNTRY } },
	},
	cancelBillingDocument: {
		good: (n) => ({ billingDocument: String(FIRST_INVOICE + n - 1) }),
		bad: { billingDocument: '99999999' },
	},
};

async function start(mode: Mode, changes: Record<string, string>): Promise<CommandHarness> {
	const standIn = await startSap();
	const { system, faults } = standIn;
	const invoiced = standIn.create('API_SALES_ORDER_SRV', 'A_SalesOrder', {
		...ORDER_BODY,
		to_Item: [{ Material: 'TG11', RequestedQuantity: '1' }],
	});
	for (let n = 0; n < INVOICES; n++) system.bill(String(invoiced['SalesOrder']));
	// Changes, cancellations and undoings leave no reference in SAP: what they were asked to do is counted instead.
	const asked = new Map<string, Fields>();
	const undone = new Map<string, string>();
	const rows = (set: string) => system.tables.of(set);
	return {
		connect({ refused = false } = {}): Adapter {
			const connection = connectionOf(standIn, mode, { ...changes, ...(refused && { password: WRONG }) });
			const transport = createTransport({
				http: createFetchHttp(),
				budget: createMemoryBudget(),
				account: 'kit',
				limits: { general: { intervalMs: 1, burst: 1_000 } },
				secrets: [connection['password'] ?? ''],
				retry: { attempts: 1 },
			});
			const adapter = sap[mode].create({ connection, transport });
			return {
				...adapter,
				execute: async (request) => {
					asked.set(request.reference, request.payload);
					return await power(adapter, 'execute')(request);
				},
				compensate: async (request) => {
					undone.set(request.undoReference, request.externalId ?? '');
					return await power(adapter, 'compensate')(request);
				},
			};
		},
		secrets: [standIn.password, WRONG],
		async count(command, reference) {
			const undoing = undone.get(reference);
			const payload = asked.get(reference);
			switch (command) {
				case 'createSalesOrder':
					if (undoing === undefined) {
						return rows('A_SalesOrder').filter((one) => one['PurchaseOrderByCustomer'] === reference).length;
					}
					return system.order(undoing)['OverallSDDocumentRejectionSts'] === 'C' ? 1 : 0;
				case 'changeSalesOrder': {
					const value = payload?.['purchaseOrderByCustomer'];
					return rows('A_SalesOrder').filter((one) => one['PurchaseOrderByCustomer'] === value).length;
				}
				case 'createBusinessPartner':
					return undoing === undefined
						? rows('A_BusinessPartner').filter((one) => one['SearchTerm2'] === partnerReference(reference)).length
						: rows('A_BusinessPartner').filter(
								(one) => one['BusinessPartner'] === undoing && one['BusinessPartnerIsBlocked'] === true,
							).length;
				default:
					return rows('A_BillingDocument').filter(
						(one) => one['CancelledBillingDocument'] === payload?.['billingDocument'],
					).length;
			}
		},
		faults: {
			loseNextAnswer: async () =>
				faults.add(
					{ kind: 'lostAnswer', match: { method: 'POST' } },
					{ kind: 'lostAnswer', match: { method: 'PATCH' } },
				),
			down: async () => faults.add({ kind: 'status', status: 503, times: Infinity }),
			clear: async () => faults.clear(),
		},
		async makeFinal(externalId) {
			const isOrder = rows('A_SalesOrder').some((one) => one['SalesOrder'] === externalId);
			if (isOrder) system.deliver(externalId);
			else system.deleteRow('A_BusinessPartner', 'BusinessPartner', externalId);
		},
		stop: () => standIn.stop(),
	};
}

describeSap('SAP', () => {
	commandConformance('SAP in the cloud', sap.cloud, samples, () => start('cloud', {}));
	const wrapper = {
		soapStyle: 'wrapper',
		soapOrderPath: '/sap/bc/srt/rfc/sap/o/100/o/b',
		soapBillingPath: '/sap/bc/srt/rfc/sap/b/100/b/b',
	};
	commandConformance('SAP on-prem, through wrappers', sap.onprem, samples, () => start('onprem', wrapper));
});
