import FeMockserver from '@sap-ux/fe-mockserver-core';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CrosslinkError } from '../../../lib/errors';
import { ODataClient } from '../../../lib/odata/client';
import { protocolV2, protocolV4, type Protocol } from '../../../lib/odata/protocol';
import { Session } from '../../../lib/odata/session';
import { createTransport } from '../../../lib/transport/create-transport';
import { createFetchHttp } from '../../../lib/transport/fetch-http';
import { createMemoryBudget } from '../../../lib/transport/memory-budget';
import { describeSap } from '../sap/sap-site';
import { findSapSpecs } from '../../../sandbox/sap';

/**
 * SAP's own open-source mock server (Apache-2.0) as a second opinion on the wire format: it was written by others. It checks
 * no properties, demands no token and its change sets are not atomic, so it proves nothing about those.
 */
async function startMock(path: string, metadata: string): Promise<{ root: string; stop(): Promise<void> }> {
	const data = mkdtempSync(join(tmpdir(), 'crosslink-mock-'));
	const mock = new FeMockserver({
		services: [
			{
				urlPath: path,
				metadataPath: join(findSapSpecs() ?? '', metadata),
				mockdataPath: data,
				generateMockData: true,
				watch: false,
			},
		],
		annotations: [],
		plugins: [],
	} as unknown as ConstructorParameters<typeof FeMockserver>[0]);
	await mock.isReady;
	const router = mock.getRouter();
	const server: Server = createServer((request, response) => {
		router(request as never, response as never, () => response.writeHead(404).end());
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	return {
		root: `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`,
		stop: async () => {
			server.closeAllConnections();
			await new Promise((resolve) => server.close(resolve));
			await mock.dispose();
			rmSync(data, { recursive: true, force: true });
		},
	};
}

function clientOf(root: string, protocol: Protocol): ODataClient {
	const transport = createTransport({
		http: createFetchHttp(),
		budget: createMemoryBudget(),
		account: 'mock',
		limits: { general: { intervalMs: 1, burst: 100 } },
		secrets: [],
		retry: { attempts: 1 },
	});
	const classify = async (purpose: string, { status, body }: { status: number; body: string }) =>
		new CrosslinkError({
			class: 'rejected',
			code: `status_${status}`,
			message: `${purpose}: ${body.slice(0, 200)}`,
			remedy: '',
		});
	return new ODataClient(
		transport,
		{ root, protocol, fixedQuery: {}, vendor: 'The mock server', budget: 'general', classify },
		new Session(),
		{ headers: async () => ({}) },
	);
}

describeSap('The OData client against SAP’s own mock server', () => {
	const WRITE = { purpose: 'write', idempotent: false };

	it('speaks V2: description, token, deep insert, read by key and filter, change set', async () => {
		const mock = await startMock('/sap/opu/odata/sap/API_SALES_ORDER_SRV', 'API_SALES_ORDER_SRV.edmx');
		try {
			const client = clientOf(mock.root, protocolV2);
			const { sets, functions } = await client.metadata();
			expect(sets.size).toBe(11);
			expect(functions).toEqual(new Set(['rejectApprovalRequest', 'releaseApprovalRequest']));
			const order = {
				SalesOrder: '77',
				SalesOrderType: 'OR',
				to_Item: [{ SalesOrder: '77', SalesOrderItem: '10', Material: 'TG11' }],
			};
			const { entity } = await client.create('A_SalesOrder', order, WRITE);
			expect(entity?.values).toMatchObject({ SalesOrder: '77', SalesOrderType: 'OR' });
			expect((await client.get("A_SalesOrder('77')", [], 'read'))?.values).toMatchObject({ SalesOrderType: 'OR' });
			const items = await client.all("A_SalesOrder('77')/to_Item", [], 'read', 100);
			expect(items.map(({ values }) => values['Material'])).toEqual(['TG11']);
			const found = await client.page(
				'A_SalesOrder',
				["$filter=SalesOrder%20eq%20'77'", '$top=5', protocolV2.countOption],
				'find',
			);
			expect(found).toMatchObject({ count: 1, entities: [{ values: { SalesOrder: '77' } }] });
			const answers = await client.changeSet(
				[
					{ method: 'PATCH', path: "A_SalesOrder('77')", body: { ShippingCondition: '02' } },
					{ method: 'POST', path: 'A_SalesOrder', body: { SalesOrder: '78', SalesOrderType: 'OR' } },
				],
				WRITE,
			);
			expect(answers.map(({ status }) => status < 300)).toEqual([true, true]);
			expect((await client.get("A_SalesOrder('77')", [], 'read'))?.values).toMatchObject({ ShippingCondition: '02' });
			expect(await client.get("A_SalesOrder('404')", [], 'read')).toBeUndefined();
		} finally {
			await mock.stop();
		}
	});

	it('speaks V4: description, lists and counts, without the annotations', async () => {
		const mock = await startMock('/sap/opu/odata4/sap/API_TEST_SRV', 'API_TEST_SRV.v4.edmx');
		try {
			const client = clientOf(mock.root, protocolV4);
			const { sets } = await client.metadata();
			const list = await client.page('A_TestEntity', ['$top=2', protocolV4.countOption], 'list');
			expect(sets.get('A_TestEntity')?.properties.some(({ isKey }) => isKey)).toBe(true);
			expect(list.entities.length).toBeGreaterThan(0);
			expect(list.count).toBeGreaterThan(0);
			expect(Object.keys(list.entities[0]?.values ?? {}).some((name) => name.includes('@'))).toBe(false);
		} finally {
			await mock.stop();
		}
	});
});
