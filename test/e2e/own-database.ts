import { Client } from 'pg';
import { itemsAcross } from './editor-api';
import type { World } from './world';

const TEMPLATE = 'database-and-hubspot';
const FOLLOW = 'Your orders, every minute';

/** The template about a table of orders, in n8n's own database server. Its links are beside those of the demo. */
export function ownDatabaseTests(world: () => World): void {
	const withTable = async <T>(
		work: (sql: (text: string) => Promise<Array<Record<string, unknown>>>) => Promise<T>,
	): Promise<T> => {
		const { host, port, user, password, database } = world().database;
		const client = new Client({ host, port, user, password, database });
		await client.connect();
		try {
			return await work(async (text) => (await client.query<Record<string, unknown>>(text)).rows);
		} finally {
			await client.end();
		}
	};
	const run = async (from: string) => {
		const {
			api,
			run: { signal },
		} = world();
		const workflow = await api.workflow(world().workflow(TEMPLATE).id);
		const execution = await api.finished(await api.run(workflow, from), signal);
		return execution;
	};
	const deal = (name: string) => world().sandboxes.hubspot.account.find('deals', 'dealname', name)[0];

	it('database-and-hubspot.json names the table, switches it on and tests it', async () => {
		await withTable(async (sql) => {
			await sql('CREATE SCHEMA shop');
			await sql(`CREATE TABLE shop.orders (id bigint PRIMARY KEY, name text, amount numeric(12, 2), due_date date, sales_stage text,
				sales_notes text CHECK (length(sales_notes) < 40), updated_at timestamptz NOT NULL DEFAULT now())`);
			await sql('CREATE INDEX ON shop.orders (updated_at, id)');
			await sql(
				`INSERT INTO shop.orders (id, name, amount, due_date) VALUES (900001, 'Own pumps', 1250.50, '2026-12-24'), (900002, 'Own valves', 80, NULL)`,
			);
		});
		const execution = await run('Set up once');
		expect(execution.status).toBe('success');
		expect(JSON.stringify(itemsAcross([execution], 'Test the table'))).toContain('Connected to PostgreSQL');
	}, 60_000);

	it('brings both sides in step, by one node, and comes to rest', async () => {
		const first = await run(FOLLOW);
		expect(first.status).toBe('success');
		expect(itemsAcross([first], 'In step')).toHaveLength(2);
		expect(deal('Own pumps')?.properties).toMatchObject({ amount: '1250.5' });
		await run(FOLLOW);

		const id = deal('Own pumps')?.id ?? '';
		world().sandboxes.hubspot.account.edit('deals', id, { dealstage: 'contractsent', description: 'They want ten.' });
		await withTable(
			async (sql) => await sql(`UPDATE shop.orders SET name = 'Own big pumps', updated_at = now() WHERE id = 900001`),
		);
		const both = await run(FOLLOW);
		expect(both.status).toBe('success');
		expect(deal('Own big pumps')?.id).toBe(id);
		const [row] = await withTable(async (sql) => await sql('SELECT * FROM shop.orders WHERE id = 900001'));
		expect(row).toMatchObject({ name: 'Own big pumps', sales_stage: 'contractsent', sales_notes: 'They want ten.' });

		const rest = itemsAcross([await run(FOLLOW)], 'In step');
		expect(rest.map(({ outcome }) => outcome)).toEqual(['unchanged', 'unchanged']);
	}, 60_000);

	it('leads what the table refuses to the error path, with the reason', async () => {
		const note = 'Far too long for the column of the table of orders.';
		world().sandboxes.hubspot.account.edit('deals', deal('Own valves')?.id ?? '', { description: note });
		const execution = await run(FOLLOW);
		expect(execution.status).toBe('success');
		const [failed] = itemsAcross([execution], 'Not in step');
		expect(failed).toMatchObject({ error: { code: 'constraint_violated' } });
		expect(JSON.stringify(failed)).toContain('orders_sales_notes_check');
		for (const name of ['Own valves', 'Own big pumps']) {
			world().sandboxes.hubspot.account.archive('deals', deal(name)?.id ?? '');
		}
	}, 60_000);
}
