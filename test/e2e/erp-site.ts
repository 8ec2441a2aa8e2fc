import { findSapSpecs, startSap, type SapStandIn } from '../../sandbox/sap';
import type { SlackStandIn } from '../../sandbox/slack';
import { leftOut } from '../servers/left-out';
import { startSlackFor } from './template-run';
import type { World } from './world';

/** What the templates about SAP meet. */
export interface ErpSite {
	sap: SapStandIn;
	slack: SlackStandIn;
	/** SAP's customer for a company of the Tracker's. */
	customers: Map<string, string>;
}

/** Companies of the Tracker's that SAP knows under their own ID. */
const KNOWN = ['c-01', 'c-02'];

/** Tests that need SAP's own metadata, which is no part of this project; without it they are left out by name. */
export function describeErp(world: () => World, body: (erp: () => ErpSite) => void): void {
	if (findSapSpecs() === undefined) {
		leftOut('the templates about SAP', 'SAP’s metadata is not in ../shared/specs/sap');
		describe.skip('SAP', () => it.todo('needs SAP’s metadata'));
		return;
	}
	describe('SAP', () => {
		let started: ErpSite | undefined;
		beforeAll(async () => {
			started = await startErp(world());
		});
		afterAll(async () => {
			await started?.sap.stop();
			await started?.slack.stop();
		});
		body(() => {
			if (!started) throw new Error('SAP did not start.');
			return started;
		});
	});
}

async function startErp(world: World): Promise<ErpSite> {
	const [sap, slack] = [await startSap(), await startSlackFor(world)];
	const { url: baseUrl, username, password } = sap;
	await world.api.fillIn('SAP - Crosslink', 'crosslinkSapApi', { baseUrl, username, password, sapClient: '100' });
	const customers = KNOWN.map((id): [string, string] => [id, makeCustomer(sap, id)]);
	return { sap, slack, customers: new Map(customers) };
}

/** A business partner as a clerk makes it, with the customer number it gets. */
export function makeCustomer(sap: SapStandIn, externalNumber: string): string {
	const partner = sap.create('API_BUSINESS_PARTNER', 'A_BusinessPartner', {
		BusinessPartnerCategory: '2',
		OrganizationBPName1: `Customer ${externalNumber}`,
		BusinessPartnerIDByExtSystem: externalNumber,
		to_BusinessPartnerRole: [{ BusinessPartnerRole: 'FLCU01' }],
	});
	return String(partner['Customer']);
}

/** The sales orders of SAP, the newest last. */
export function ordersIn({
	sap,
}: ErpSite): Array<{ number: string; customer: string; rejected: boolean; amount: string }> {
	const { tables } = sap.system;
	return tables.of('A_SalesOrder').map((order) => ({
		number: String(order['SalesOrder']),
		customer: String(order['SoldToParty']),
		rejected: order['OverallSDDocumentRejectionSts'] === 'C',
		amount: String(order['TotalNetAmount']),
	}));
}
