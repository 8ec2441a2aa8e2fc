import { UNKNOWN_CUSTOMER, UNKNOWN_MATERIAL } from '../../../sandbox/sap';
import { describeSap, failureOf, orderRequest, power, startSapSite, type SapSite } from './sap-site';

const WRAPPER = {
	soapStyle: 'wrapper',
	soapOrderPath: '/sap/bc/srt/rfc/sap/z_crosslink_order/100/svc/bnd',
	soapBillingPath: '/sap/bc/srt/rfc/sap/z_crosslink_billing/100/svc/bnd',
};
const STYLES: Array<[string, Record<string, string>]> = [
	['a wrapper behind SOAMANAGER', WRAPPER],
	[
		'a wrapper behind /sap/bc/soap/rfc',
		{ ...WRAPPER, soapNames: 'upperCase', soapOrderPath: '/sap/bc/soap/rfc', soapBillingPath: '/sap/bc/soap/rfc' },
	],
	['a stateful session behind SOAMANAGER', { ...WRAPPER, soapStyle: 'stateful' }],
	[
		'a stateful session behind /sap/bc/soap/rfc',
		{
			soapStyle: 'stateful',
			soapNames: 'upperCase',
			soapOrderPath: '/sap/bc/soap/rfc',
			soapBillingPath: '/sap/bc/soap/rfc',
		},
	],
];

describeSap('Commands to SAP over function modules', () => {
	describe.each(STYLES)('through %s', (_name, connection) => {
		let site: SapSite;
		beforeEach(async () => {
			site = await startSapSite('onprem');
		});
		afterEach(async () => await site.standIn.stop());

		const adapter = () => site.adapter(connection);
		const orders = () => site.standIn.system.tables.of('A_SalesOrder');

		it('creates an order, saved when the answer comes, and finds it over OData', async () => {
			const answer = await power(adapter(), 'execute')(orderRequest('CL-1', { transactionCurrency: 'EUR' }));
			expect(answer).toMatchObject({ externalId: '1', response: { customerReference: 'CL-1' }, warnings: [] });
			expect(orders()).toMatchObject([
				{
					SalesOrder: '1',
					SalesOrderType: 'OR',
					SoldToParty: '17100001',
					PurchaseOrderByCustomer: 'CL-1',
					TransactionCurrency: 'EUR',
				},
			]);
			expect(site.standIn.system.itemsOf('1').map((item) => item['RequestedQuantity'])).toEqual(['2', '1.5']);
			expect(await power(adapter(), 'findCommand')(orderRequest('CL-1'))).toMatchObject({
				found: 'done',
				answer: { externalId: '1' },
			});
		});

		it('passes warnings on, and fails on E with the row it is about; then nothing is saved', async () => {
			site.standIn.system.messages.push({ code: 'V1/555', message: 'Incomplete & odd', severity: 'warning' });
			const { warnings } = await power(adapter(), 'execute')(orderRequest('CL-1'));
			expect(warnings).toEqual(['V1/555: Incomplete & odd']);
			const bad = { items: [{ material: UNKNOWN_MATERIAL, requestedQuantity: 1 }] };
			const refused = await failureOf(power(adapter(), 'execute')(orderRequest('CL-2', bad)));
			expect(refused).toMatchObject({ class: 'rejected', code: 'sap_refused' });
			expect(refused.message).toContain('[V1/382]');
			expect(refused.message).toContain('(row 1, field MATERIAL)');
			expect(orders()).toHaveLength(1);
		});

		it('has a dry run that checks and saves nothing', async () => {
			const dry = await power(adapter(), 'execute')({ ...orderRequest('CL-1'), dryRun: true });
			expect(dry).toMatchObject({ externalId: null });
			const refused = failureOf(
				power(adapter(), 'execute')({ ...orderRequest('CL-2', { soldToParty: UNKNOWN_CUSTOMER }), dryRun: true }),
			);
			expect(await refused).toMatchObject({ code: 'sap_refused' });
			expect(orders()).toHaveLength(0);
		});

		it('cancels a billing document, once, and calls a lock transient', async () => {
			await power(adapter(), 'execute')(orderRequest('CL-1'));
			const number = site.standIn.system.bill('1');
			const request = { command: 'cancelBillingDocument', payload: { billingDocument: number }, reference: 'CL-C' };
			site.standIn.system.lock('A_BillingDocument', number);
			expect(await failureOf(power(adapter(), 'execute')(request))).toMatchObject({
				class: 'transient',
				code: 'record_locked',
			});
			site.standIn.system.unlockAll();
			expect(await power(adapter(), 'execute')(request)).toMatchObject({ externalId: '90000002' });
			expect(await power(adapter(), 'findCommand')(request)).toMatchObject({ found: 'done' });
			expect(await failureOf(power(adapter(), 'execute')(request))).toMatchObject({ class: 'rejected' });
		});

		it('calls a lost answer "unknown", and the look-up tells the truth', async () => {
			site.standIn.faults.add({ kind: 'lostAnswer', match: { method: 'POST' } });
			expect(await failureOf(power(adapter(), 'execute')(orderRequest('CL-1')))).toMatchObject({ class: 'unknown' });
			const saved = connection['soapStyle'] === 'wrapper';
			// A stateful session that loses its first answer was never committed: SAP takes it back when the session ends.
			if (saved) expect(await power(adapter(), 'findCommand')(orderRequest('CL-1'))).toMatchObject({ found: 'done' });
		});
	});

	it('keeps nothing when the commit comes in another session, and the adapter never does that', async () => {
		const site = await startSapSite('onprem');
		try {
			const connection = STYLES[3]?.[1] ?? {};
			await power(site.adapter(connection), 'execute')(orderRequest('CL-1'));
			const soap = site.standIn.calls.filter((call) => call.path.startsWith('/sap/bc/soap'));
			expect(soap.map((call) => new URLSearchParams(call.query).get('sap-sessioncmd'))).toEqual(['open', 'close']);
			expect(soap.every((call) => call.query.includes('sap-client=100'))).toBe(true);
			// The stand-in's own proof: without the session's cookie the same two calls save nothing.
			const call = async (name: string, content: string) =>
				await fetch(`${site.standIn.url}/sap/bc/soap/rfc?sap-client=100`, {
					method: 'POST',
					headers: {
						authorization: `Basic ${Buffer.from(`${site.standIn.username}:${site.standIn.password}`).toString('base64')}`,
					},
					body:
						'<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body>' +
						`<f:${name} xmlns:f="urn:sap-com:document:sap:rfc:functions">${content}</f:${name}></e:Body></e:Envelope>`,
				});
			const order =
				'<ORDER_HEADER_IN><DOC_TYPE>OR</DOC_TYPE><SALES_ORG>1</SALES_ORG><DISTR_CHAN>1</DISTR_CHAN><DIVISION>1</DIVISION></ORDER_HEADER_IN>' +
				'<ORDER_HEADER_INX><DOC_TYPE>X</DOC_TYPE><SALES_ORG>X</SALES_ORG><DISTR_CHAN>X</DISTR_CHAN><DIVISION>X</DIVISION></ORDER_HEADER_INX>' +
				'<ORDER_PARTNERS><item><PARTN_ROLE>AG</PARTN_ROLE><PARTN_NUMB>0000000007</PARTN_NUMB></item></ORDER_PARTNERS>' +
				'<ORDER_ITEMS_IN><item><ITM_NUMBER>10</ITM_NUMBER><MATERIAL>M</MATERIAL></item></ORDER_ITEMS_IN>';
			const made = await (await call('BAPI_SALESORDER_CREATEFROMDAT2', order)).text();
			expect(made).toContain('<SALESDOCUMENT>0000000002</SALESDOCUMENT>');
			await call('BAPI_TRANSACTION_COMMIT', '<WAIT>X</WAIT>');
			expect(site.standIn.system.tables.of('A_SalesOrder')).toHaveLength(1);
		} finally {
			await site.standIn.stop();
		}
	});

	it('names what a fault says, and what is no SOAP at all', async () => {
		const site = await startSapSite('onprem');
		try {
			const wrong = site.adapter({ ...WRAPPER, soapOrderFunction: 'Z_NOT_THERE' });
			expect(await failureOf(power(wrong, 'execute')(orderRequest('CL-1')))).toMatchObject({
				class: 'rejected',
				code: 'soap_fault',
			});
			site.standIn.faults.add({ kind: 'garbage' });
			expect(await failureOf(power(site.adapter(WRAPPER), 'execute')(orderRequest('CL-2')))).toMatchObject({
				class: 'unknown',
			});
			const dialog = site.adapter({ ...WRAPPER, username: 'DIALOG' });
			expect(await failureOf(power(dialog, 'execute')(orderRequest('CL-3')))).toMatchObject({
				class: 'auth',
				code: 'login_page',
			});
			expect(site.standIn.system.tables.of('A_SalesOrder')).toHaveLength(0);
		} finally {
			await site.standIn.stop();
		}
	});
});
