import { Client } from 'pg';

import { repeat, replicate } from '../../quickstart/replicate';
import { isRight } from '../../quickstart/report';
import { linksStored } from './store-file';
import type { World } from './world';
import { SET_UP } from './world';

export function restartTests(world: () => World): void {
	it('links outlive a restart of n8n: everything again writes nothing, on either side', async () => {
		const before = linksStored(world().storeFile);
		expect(before).toHaveLength(33);
		await world().restart();
		const rows = await repeat(world().run);
		expect(rows.filter((row) => !isRight(row))).toEqual([]);
		expect(linksStored(world().storeFile)).toEqual(before);
	});
}

export function postgresTests(world: () => World): void {
	const select = async (sql: string): Promise<Array<Record<string, unknown>>> => {
		const { host, port, user, password, database } = world().database;
		const client = new Client({ host, port, user, password, database });
		await client.connect();
		try {
			return (await client.query<Record<string, unknown>>(sql)).rows;
		} finally {
			await client.end();
		}
	};

	beforeAll(async () => {
		const { host, port, user, password, database } = world().database;
		await world().restart({ CROSSLINK_STORE_URL: `postgres://${user}:${password}@${host}:${port}/${database}` });
	}, 120_000);

	it('the set-up template makes the tables there, and only there', async () => {
		const { api } = world();
		const workflow = await api.workflow(world().workflow(SET_UP).id);
		const execution = await api.finished(await api.run(workflow, 'Start'), world().run.signal);
		expect(execution.status).toBe('success');
		const tables = await select("SELECT table_name FROM information_schema.tables WHERE table_schema = 'crosslink'");
		expect(tables.map((row) => row.table_name)).toEqual(
			expect.arrayContaining(['integration_config', 'hubspot_order_link', 'hubspot_company_link', 'processed_webhook']),
		);
	});

	it('the same replication finds in HubSpot what is there already, and doubles nothing', async () => {
		const before = linksStored(world().storeFile);
		const rows = await replicate(world().run);
		expect(rows.filter((row) => !isRight(row))).toEqual([]);

		const links = await select(
			`SELECT local_id || ' ' || external_id || ' ' || sync_status AS link FROM crosslink.hubspot_order_link
			 UNION ALL
			 SELECT local_id || ' ' || external_id || ' ' || sync_status FROM crosslink.hubspot_company_link`,
		);
		expect(links.map(({ link }) => String(link)).sort()).toEqual(before);
		expect(linksStored(world().storeFile)).toEqual(before);
	});

	it('an order made here arrives there, and an edit there comes back', async () => {
		const { tracker, hubspot } = world().sandboxes;
		const created = await fetch(`${tracker.url}/api/orders`, {
			method: 'POST',
			headers: { authorization: `Bearer ${tracker.token}`, 'content-type': 'application/json' },
			body: JSON.stringify({ name: 'Ordered after the move', amount: 12.5, companyId: 'c-03' }),
		});
		expect(created.status).toBe(201);
		await tracker.settled();
		await world().quiet();
		const [deal] = hubspot.account.find('deals', 'dealname', 'Ordered after the move');
		expect(deal?.properties.amount).toBe('12.5');

		hubspot.account.edit('deals', deal?.id ?? '', { description: 'Seen.' });
		await hubspot.webhooks.settled();
		await world().quiet();
		expect(tracker.orders().at(-1)).toMatchObject({ name: 'Ordered after the move', salesNotes: 'Seen.' });
		const [inbox] = await select('SELECT count(*)::int AS n FROM crosslink.processed_webhook');
		expect(inbox?.n).toBeGreaterThan(0);
	});
}
