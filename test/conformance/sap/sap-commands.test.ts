import type { Fields } from '../../../lib/adapters/adapter';
import type { CompensationRequest } from '../../../lib/adapters/command';
import { UNKNOWN_CUSTOMER } from '../../../sandbox/sap';
import { describeSap, failureOf, MODES, ORDER, orderRequest, power, startSapSite, type SapSite } from './sap-site';

describeSap('Commands to SAP over OData', () => {
	describe.each(MODES)('%s', (mode) => {
		let site: SapSite;
		beforeEach(async () => {
			site = await startSapSite(mode);
		});
		afterEach(async () => await site.standIn.stop());

		const orders = () => site.standIn.system.tables.of('A_SalesOrder');
		const writes = () => site.standIn.calls.filter((call) => call.method !== 'GET');

		const undoOf = (externalId: string | null, payload: Fields = ORDER): CompensationRequest => ({
			...orderRequest('CL-1', payload),
			externalId,
			response: {},
			undoReference: 'CL-UNDO',
		});

		it('creates an order with its items in one call, decimals to the digit, our reference in it', async () => {
			const answer = await power(site.adapter(), 'execute')(orderRequest('CL-1'));
			expect(answer).toMatchObject({
				externalId: '1',
				response: {
					salesOrder: '1',
					totalNetAmount: '229.97',
					customerReference: 'CL-1',
					requestedDeliveryDate: '2026-12-24',
				},
				warnings: [],
			});
			expect(writes()).toHaveLength(1);
			expect(
				site.standIn.system.itemsOf('1').map((item) => [item['SalesOrderItem'], item['RequestedQuantity']]),
			).toEqual([
				['10', '2'],
				['20', '1.5'],
			]);
		});

		it('passes on what SAP says beside its yes', async () => {
			site.standIn.system.messages.push({ code: 'V1/555', message: 'The order is incomplete', severity: 'warning' });
			const { warnings } = await power(site.adapter(), 'execute')(orderRequest('CL-1'));
			expect(warnings).toEqual(['V1/555: The order is incomplete']);
		});

		it('fetches one CSRF token for a run, and another only when SAP forgets it: each write is done once', async () => {
			const adapter = site.adapter();
			for (const n of [1, 2, 3]) await power(adapter, 'execute')(orderRequest(`CL-${n}`));
			expect(site.standIn.sessions.issued).toBe(1);
			site.standIn.sessions.expire();
			await power(site.adapter(), 'execute')(orderRequest('CL-4'));
			expect(site.standIn.sessions.issued).toBe(2);
			expect(orders()).toHaveLength(4);
		});

		it('gets one token for calls at the same time', async () => {
			const adapter = site.adapter();
			await Promise.all([1, 2, 3, 4].map(async (n) => await power(adapter, 'execute')(orderRequest(`CL-${n}`))));
			expect(site.standIn.sessions.issued).toBe(1);
			expect(orders()).toHaveLength(4);
		});

		it('finds a lost order by its reference, and says when there is none', async () => {
			const adapter = site.adapter();
			site.standIn.faults.add({ kind: 'lostAnswer', match: { method: 'POST' } });
			expect(await failureOf(power(adapter, 'execute')(orderRequest('CL-1')))).toMatchObject({ class: 'unknown' });
			expect(orders()).toHaveLength(1);
			expect(await power(adapter, 'findCommand')(orderRequest('CL-1'))).toMatchObject({
				found: 'done',
				answer: { externalId: '1', response: { totalNetAmount: '229.97' } },
			});
			expect(await power(adapter, 'findCommand')(orderRequest('CL-2'))).toEqual({ found: 'nothing' });
		});

		it('is unsure when somebody copied the order, or another customer’s has the reference', async () => {
			const adapter = site.adapter();
			await power(adapter, 'execute')(orderRequest('CL-1'));
			expect(await power(adapter, 'findCommand')(orderRequest('CL-1', { soldToParty: '17100002' }))).toMatchObject({
				found: 'unsure',
			});
			await power(adapter, 'execute')(orderRequest('CL-1'));
			const found = await power(adapter, 'findCommand')(orderRequest('CL-1'));
			expect(found).toMatchObject({ found: 'unsure', reason: expect.stringContaining('1, 2') as string });
		});

		it('leaves the customer’s own order number where it belongs, and finds ours elsewhere', async () => {
			const own = { purchaseOrderByCustomer: 'PO 4711/A' };
			await power(site.adapter(), 'execute')(orderRequest('CL-1', own));
			expect(orders()[0]).toMatchObject({ PurchaseOrderByCustomer: 'PO 4711/A', PurchaseOrderByShipToParty: 'CL-1' });
			expect(await power(site.adapter(), 'findCommand')(orderRequest('CL-1', own))).toMatchObject({ found: 'done' });
		});

		it('calls a 5xx and a timeout after sending "unknown", a refusal "rejected", a lock "transient"', async () => {
			const { standIn } = site;
			standIn.faults.add({ kind: 'status', status: 500, match: { method: 'POST' } });
			expect(await failureOf(power(site.adapter(), 'execute')(orderRequest('CL-1')))).toMatchObject({
				class: 'unknown',
			});
			expect(writes()).toHaveLength(1);
			const refused = await failureOf(
				power(site.adapter(), 'execute')(orderRequest('CL-2', { soldToParty: UNKNOWN_CUSTOMER })),
			);
			expect(refused).toMatchObject({ class: 'rejected', code: 'sap_refused' });
			expect(refused.message).toContain('[VP/199]');
			expect(orders()).toHaveLength(0);
			standIn.faults.add({
				kind: 'status',
				status: 400,
				category: 'V1/042',
				message: 'Being processed by MUELLER',
				match: { method: 'POST' },
			});
			const locked = await failureOf(power(site.adapter(), 'execute')(orderRequest('CL-3')));
			expect(locked).toMatchObject({ class: 'transient', code: 'record_locked' });
		});

		it('sends nothing that the payload cannot mean', async () => {
			const impossible: Fields[] = [
				{ items: [] },
				{ items: [{ material: 'TG11', requestedQuantity: 1.2345 }] },
				{ requestedDeliveryDate: '2026-02-30' },
			];
			for (const bad of impossible) {
				expect(await failureOf(power(site.adapter(), 'execute')(orderRequest('CL-1', bad)))).toMatchObject({
					code: 'payload_invalid',
				});
			}
			expect(writes()).toHaveLength(0);
		});

		it('undoes an order by rejecting all its items, once, and not after delivery', async () => {
			const adapter = site.adapter();
			await power(adapter, 'execute')(orderRequest('CL-1'));
			await power(adapter, 'execute')(orderRequest('CL-2'));
			expect(await power(adapter, 'findCompensation')(undoOf('1'))).toEqual({ found: 'nothing' });
			expect(await power(adapter, 'compensate')(undoOf('1'))).toMatchObject({
				externalId: '1',
				response: { rejected: true },
			});
			expect(orders()[0]).toMatchObject({ OverallSDDocumentRejectionSts: 'C', OverallSDProcessStatus: 'C' });
			expect(await power(adapter, 'findCompensation')(undoOf('1'))).toMatchObject({ found: 'done' });
			site.standIn.system.deliver('2');
			expect(await failureOf(power(adapter, 'compensate')(undoOf('2')))).toMatchObject({
				class: 'rejected',
				code: 'compensation_impossible',
			});
			expect(site.standIn.system.itemsOf('2').every((item) => item['SalesDocumentRjcnReason'] === '')).toBe(true);
		});

		it('changes header and items together or not at all, with the version it has read', async () => {
			const adapter = site.adapter();
			await power(adapter, 'execute')(orderRequest('CL-1'));
			const change = (payload: Fields) =>
				power(
					adapter,
					'execute',
				)({ command: 'changeSalesOrder', payload: { salesOrder: '1', ...payload }, reference: 'CL-9' });
			await change({ deliveryBlockReason: '01' });
			expect(orders()[0]).toMatchObject({ DeliveryBlockReason: '01', SoldToParty: '17100001' });
			const answer = await change({ deliveryBlockReason: '', items: [{ salesOrderItem: '10', requestedQuantity: 5 }] });
			expect(answer.response).toMatchObject({ totalNetAmount: '529.97' });
			expect(orders()[0]).toMatchObject({ DeliveryBlockReason: '' });
			const refused = await failureOf(
				change({ deliveryBlockReason: '02', items: [{ salesOrderItem: '99', requestedQuantity: 1 }] }),
			);
			expect(refused).toMatchObject({ class: 'rejected' });
			expect(orders()[0]).toMatchObject({ DeliveryBlockReason: '' });
		});

		it('repeats a change whose answer was lost: the version has moved on, the values are the same', async () => {
			const adapter = site.adapter();
			await power(adapter, 'execute')(orderRequest('CL-1'));
			site.standIn.faults.add({ kind: 'lostAnswer', match: { method: 'PATCH' } });
			const payload = { salesOrder: '1', shippingCondition: '02' };
			const answer = await power(adapter, 'execute')({ command: 'changeSalesOrder', payload, reference: 'CL-9' });
			expect(answer.externalId).toBe('1');
			expect(orders()[0]).toMatchObject({ ShippingCondition: '02' });
		});

		it('creates a business partner as a customer, finds it again, and undoes it by blocking it', async () => {
			const adapter = site.adapter();
			const request = {
				command: 'createBusinessPartner',
				payload: {
					category: '2',
					name: 'Müller & Söhne',
					externalNumber: 'C-77',
					address: { country: 'DE', city: 'Köln', email: 'post@example.com' },
					salesArea: { salesOrganization: '1710', distributionChannel: '10', division: '00', currency: 'EUR' },
				},
				reference: 'CL-P1',
			};
			const answer = await power(adapter, 'execute')(request);
			expect(answer.response).toMatchObject({ name: 'Müller & Söhne', customer: '1000001', externalNumber: 'C-77' });
			const { tables } = site.standIn.system;
			expect(tables.of('A_CustomerSalesArea')).toMatchObject([{ Customer: '1000001', SalesOrganization: '1710' }]);
			expect(tables.of('A_AddressEmailAddress')).toMatchObject([{ EmailAddress: 'post@example.com' }]);
			expect(await power(adapter, 'findCommand')(request)).toMatchObject({
				found: 'done',
				answer: { externalId: answer.externalId },
			});
			const undo = { ...request, externalId: answer.externalId, response: answer.response, undoReference: 'CL-U' };
			expect(await power(adapter, 'findCompensation')(undo)).toEqual({ found: 'nothing' });
			await power(adapter, 'compensate')(undo);
			expect(await power(adapter, 'findCompensation')(undo)).toMatchObject({ found: 'done' });
		});

		it('cancels a billing document, and believes the rows of the answer, not its status', async () => {
			const adapter = site.adapter();
			await power(adapter, 'execute')(orderRequest('CL-1'));
			const number = site.standIn.system.bill('1');
			const request = { command: 'cancelBillingDocument', payload: { billingDocument: number }, reference: 'CL-C' };
			expect(await power(adapter, 'findCommand')(request)).toEqual({ found: 'nothing' });
			site.standIn.faults.add({ kind: 'lostAnswer', match: { method: 'POST' } });
			expect(await failureOf(power(adapter, 'execute')(request))).toMatchObject({ class: 'unknown' });
			expect(await power(adapter, 'findCommand')(request)).toMatchObject({
				found: 'done',
				answer: { externalId: '90000002' },
			});
			const again = await failureOf(power(adapter, 'execute')(request));
			expect(again).toMatchObject({ class: 'rejected', code: 'sap_refused' });
			expect(again.message).toContain('already been cancelled');
		});
	});
});
