import { describeSap, failureOf, MODES, orderRequest, power, startSapSite, type SapSite } from './sap-site';

describeSap('Queries to SAP', () => {
	describe.each(MODES)('%s', (mode) => {
		let site: SapSite;
		afterEach(async () => await site.standIn.stop());

		const ask = async (query: string, parameters: Record<string, string | boolean>) =>
			await power(site.adapter(), 'query')({ query, parameters });

		it('tells an order’s status with items and the documents that follow, by number and by reference', async () => {
			site = await startSapSite(mode);
			await power(site.adapter(), 'execute')(orderRequest('CL-1'));
			site.standIn.system.deliver('1');
			site.standIn.system.bill('1');
			const expected = {
				salesOrder: '1',
				status: 'complete',
				deliveryStatus: 'complete',
				documentFlowKnown: true,
				documentFlow: [
					{ document: '80000001', category: 'delivery' },
					{ document: '90000001', category: 'invoice' },
				],
				items: [
					{ salesOrderItem: '10', material: 'TG11', requestedQuantity: '2' },
					{ salesOrderItem: '20', netAmount: '29.97' },
				],
			};
			expect((await ask('orderStatus', { salesOrder: '1' })).rows).toMatchObject([expected]);
			expect((await ask('orderStatus', { reference: 'CL-1' })).rows).toMatchObject([expected]);
			expect((await ask('orderStatus', { salesOrder: '99' })).rows).toEqual([]);
			expect(await failureOf(ask('orderStatus', {}))).toMatchObject({ code: 'parameters_invalid' });
		});

		it('says that an older release does not tell the documents, instead of saying there are none', async () => {
			site = await startSapSite(mode, { release: '2020' });
			await power(site.adapter(), 'execute')(orderRequest('CL-1'));
			expect((await ask('orderStatus', { salesOrder: '1' })).rows).toMatchObject([
				{ documentFlow: null, documentFlowKnown: false },
			]);
		});

		it('lists the open items of an order, page by page', async () => {
			site = await startSapSite(mode, { pageSize: 7 });
			const items = Array.from({ length: 20 }, (_, at) => ({ material: `M${at}`, requestedQuantity: 1 }));
			await power(site.adapter(), 'execute')(orderRequest('CL-1', { items }));
			const reject = { salesOrder: '1', items: [{ salesOrderItem: '10', salesDocumentRjcnReason: '10' }] };
			await power(site.adapter(), 'execute')({ command: 'changeSalesOrder', payload: reject, reference: 'CL-2' });
			const { rows } = await ask('openItems', { salesOrder: '1' });
			expect(rows.map((row) => row['salesOrderItem'])).toEqual(
				Array.from({ length: 19 }, (_, at) => String(20 + at * 10)),
			);
		});

		it('finds a business partner by its number in your system, and by the command that made it', async () => {
			site = await startSapSite(mode);
			const payload = {
				category: '2',
				name: "O'Neil & Co",
				externalNumber: 'C-1',
				address: { country: 'IE', city: 'Cork' },
			};
			await power(site.adapter(), 'execute')({ command: 'createBusinessPartner', payload, reference: 'CL-P' });
			const expected = { name: "O'Neil & Co", roles: ['FLCU01'], addresses: [{ country: 'IE', city: 'Cork' }] };
			for (const reference of ['C-1', 'c-1']) {
				expect((await ask('businessPartner', { reference })).rows).toMatchObject([expected]);
			}
			expect((await ask('businessPartner', { reference: 'CL-P', by: 'commandReference' })).rows).toMatchObject([
				expected,
			]);
			expect((await ask('businessPartner', { reference: "O'Neil", by: 'searchTerm' })).rows).toEqual([]);
		});

		it('brings billing documents of an order with items and PDF', async () => {
			site = await startSapSite(mode);
			await power(site.adapter(), 'execute')(orderRequest('CL-1'));
			const number = site.standIn.system.bill('1');
			const { rows, files } = await ask('billingDocument', { salesOrder: '1', pdf: true });
			expect(rows).toMatchObject([
				{ billingDocument: number, totalNetAmount: '229.97', items: [{ salesOrder: '1' }, {}] },
			]);
			expect(files).toMatchObject([{ fileName: `billing-document-${number}.pdf`, mimeType: 'application/pdf' }]);
			expect(files?.[0]?.bytes.toString()).toContain(number);
			expect((await ask('billingDocument', { billingDocument: number })).files).toBeUndefined();
		});
	});
});
