import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { until } from '../until';
import { itemsAcross } from './editor-api';
import { ordersIn, type ErpSite } from './erp-site';
import { CHANNEL, runTemplate, setTemplate, told } from './template-run';
import type { World } from './world';

const DEAL_WON = 'deal-won-to-erp-order';
const POLLING = 'erp-polling';

/** Deals that sales has won, over the inbox that the demo's ingress fills. */
export function dealWonTests(world: () => World, erp: () => ErpSite): void {
	const made: string[] = [];
	const run = async () => await runTemplate(world(), DEAL_WON, 'Deals in HubSpot');
	const about = (text: string) => told(erp().slack).filter((message) => message.includes(text));
	/** A deal that sales makes and wins in HubSpot itself, for a company there. */
	const win = async (name: string, company: string | undefined): Promise<string> => {
		const { account } = world().sandboxes.hubspot;
		const values = { dealname: name, amount: '990.5', pipeline: 'default', dealstage: 'contractsent' };
		const { id } = account.create('deals', values);
		made.push(id);
		const found = company === undefined ? undefined : account.find('companies', 'name', company)[0];
		if (found) account.associate('deals', id, 'companies', found.id);
		account.edit('deals', id, { dealstage: 'closedwon' });
		await world().quiet();
		return id;
	};

	beforeAll(async () => {
		const hubspotUrl = world().sandboxes.hubspot.url;
		await setTemplate(world(), DEAL_WON, { channel: CHANNEL, hubspotUrl });
		expect((await runTemplate(world(), DEAL_WON, 'Set up once')).status).toBe('success');
	}, 60_000);
	afterAll(async () => {
		for (const id of made) world().sandboxes.hubspot.account.archive('deals', id);
		await world().quiet();
	});

	it('a won deal becomes one order of its company’s customer, and is told once', async () => {
		const id = await win('Won: spare pumps', 'Brackwater Pumps GmbH');
		const before = ordersIn(erp()).length;
		for (const execution of [await run(), await run()]) expect(execution.status).toBe('success');
		expect(ordersIn(erp())).toHaveLength(before + 1);
		const [order] = ordersIn(erp()).slice(-1);
		expect(order).toMatchObject({ customer: erp().customers.get('c-01'), amount: '990.50' });
		expect(about(`Deal ${id} `)).toEqual([expect.stringContaining(`sales order ${order?.number} in SAP`)]);
	}, 90_000);

	it('a won deal without a company SAP knows is told, with the reason, and makes no order', async () => {
		const ids = [await win('Won: nobody’s', undefined), await win('Won: unknown', 'Atelier Grünfeld')];
		const before = ordersIn(erp()).length;
		expect((await run()).status).toBe('success');
		expect(ordersIn(erp())).toHaveLength(before);
		expect(about(`Deal ${ids[0]} `)).toEqual([expect.stringContaining('names no record')]);
		expect(about(`Deal ${ids[1]} `)).toEqual([expect.stringContaining('soldToParty')]);
	}, 90_000);

	it('an order that SAP could not take at the moment is taken up a minute later, and told then', async () => {
		const id = await win('Won: later', 'Brackwater Pumps GmbH');
		const { faults } = erp().sap;
		faults.add({ kind: 'status', status: 429, times: 0, match: { method: 'POST', pathIncludes: 'A_SalesOrder' } });
		expect((await run()).status).toBe('success');
		faults.clear();
		expect(about(id)).toEqual([expect.stringContaining('not in SAP')]);

		const before = ordersIn(erp()).length;
		const workflow = await world().api.workflow(world().workflow(DEAL_WON).id);
		await until(
			async () => {
				await world().api.finished(await world().api.run(workflow, 'Every minute'), world().run.signal);
				return ordersIn(erp()).length > before;
			},
			'the second try',
			120_000,
		);
		expect(about(`Deal ${id} is won`)).toHaveLength(1);
	}, 180_000);
}

/** SAP asked by polling, as on a site that nobody calls from outside. */
export function erpPollingTests(world: () => World, erp: () => ErpSite): void {
	let stock: Server;
	const asked: Array<{ url: string; authorization: string | undefined }> = [];
	const order = (id: string) =>
		world()
			.sandboxes.tracker.orders()
			.find((each) => each.id === id);
	const run = async (from: string) => await runTemplate(world(), POLLING, from);

	beforeAll(async () => {
		stock = await startStock(asked);
		const sapUrl = `http://127.0.0.1:${(stock.address() as AddressInfo).port}`;
		await setTemplate(world(), POLLING, { sapUrl });
		expect((await run('Set up once')).status).toBe('success');
	}, 60_000);
	afterAll(async () => {
		await new Promise((resolve) => stock.close(resolve));
		await world().quiet();
	});

	it('what has become of an order in SAP comes back to the order here, once', async () => {
		const number = String(order('1001')?.custom_fields['sapOrder']);
		erp().sap.system.deliver(number);
		const first = await run('Orders, every 5 minutes');
		expect(first.status).toBe('success');
		expect(order('1001')?.custom_fields).toMatchObject({ 'sap.deliveryStatus': 'C', 'sap.amount': '18450.00' });
		expect(itemsAcross([first], 'Confirm')).toContainEqual(expect.objectContaining({ localId: '1001' }));
		expect(itemsAcross([first], 'Orders made in SAP').length).toBeGreaterThan(0);

		const second = await run('Orders, every 5 minutes');
		expect(itemsAcross([second], 'Look at SAP')).toContainEqual(
			expect.objectContaining({ localId: '1001', outcome: 'unchanged' }),
		);
		expect(itemsAcross([second], 'Write to your system')).toEqual([]);
	}, 60_000);

	it('the stock is read page by page and added up for each material', async () => {
		const execution = await run('Stock, every hour');
		expect(execution.status).toBe('success');
		expect(itemsAcross([execution], 'What is in stock')).toEqual([
			{ material: 'TG11', unit: 'PC', sum_quantity: 42.5 },
			{ material: 'TG12', unit: 'KG', sum_quantity: 3 },
		]);
		expect(asked).toHaveLength(2);
		const [first] = asked.map(({ url }) => new URL(url, 'http://stock').searchParams.get('$filter'));
		expect(first).toBe("Plant eq '1010' and InventoryStockType eq '01'");
		expect(asked.map(({ authorization }) => authorization)).toEqual([LOGIN, LOGIN]);
	}, 60_000);

	it('a stock that cannot be read leaves by the error path', async () => {
		await setTemplate(world(), POLLING, { sapUrl: `${erp().sap.url}/nowhere` });
		const execution = await run('Stock, every hour');
		expect(execution.status).toBe('success');
		expect(itemsAcross([execution], 'Stock not known')).toHaveLength(1);
	}, 60_000);
}

const LOGIN = `Basic ${Buffer.from('stock:stock-login-of-the-test').toString('base64')}`;

/** Answers as API_MATERIAL_STOCK_SRV is documented to, in two pages: the stand-in of SAP has no such service. */
async function startStock(asked: Array<{ url: string; authorization: string | undefined }>): Promise<Server> {
	const row = (material: string, unit: string, quantity: string) => ({
		...{ Material: material, Plant: '1010', StorageLocation: '101A', MaterialBaseUnit: unit },
		MatlWrhsStkQtyInMatlBaseUnit: quantity,
	});
	const server = createServer((request, response) => {
		const { url = '', headers } = request;
		asked.push({ url, authorization: headers.authorization });
		const second = url.includes('$skiptoken');
		const next = `http://${headers.host}/sap/opu/odata/sap/API_MATERIAL_STOCK_SRV/A_MatlStkInAcctMod?$format=json&$skiptoken=2`;
		const d = second
			? { results: [row('TG11', 'PC', '2.500'), row('TG12', 'KG', '3')] }
			: { results: [row('TG11', 'PC', '40')], __next: next };
		response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ d }));
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	return server;
}
