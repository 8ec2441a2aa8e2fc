import type { IDataObject, INodeParameters } from 'n8n-workflow';
import { closeAllStores } from '../../lib/store/open';
import { startDatabaseSite, type DatabaseSite } from '../conformance/database/database-site';
import { letTimePass } from './emitted';
import { packNode, runCrosslink, runNodes, type NodeRun } from './harness';
import { pollNode, pollOnce } from './polling';
import { enable, startWorld, type World } from './world';

const TABLES = {
	entities: {
		order: {
			object: 'shop.orders',
			source: { id: 'id', changed: 'updated_at' },
			fields: [
				{ local: 'name', external: 'title' },
				{ local: 'amount', external: 'amount' },
				{ local: 'salesStage', external: 'sales_stage' },
				{ local: 'salesNotes', external: 'sales_notes' },
			],
		},
	},
};
const record = (operation: string, more: INodeParameters = {}): INodeParameters => ({
	...{ resource: 'record', operation, integration: 'hubspot', entity: 'order', ownSide: 'database' },
	...more,
});
const ofDatabase = (operation: string, more: INodeParameters = {}): INodeParameters => ({
	...{ resource: 'integration', operation, integration: 'database', ...more },
});
const ids = (count: number): IDataObject[] => Array.from({ length: count }, (_, n) => ({ id: n + 1 }));

let site: DatabaseSite;
let world: World;
beforeAll(async () => {
	site = await startDatabaseSite();
	await site.sql('CREATE SCHEMA shop');
	await site.sql(`CREATE TABLE shop.orders (id bigint PRIMARY KEY, title text, amount numeric(12, 2), sales_stage text,
		sales_notes text CHECK (length(sales_notes) < 30), updated_at timestamptz NOT NULL DEFAULT now())`);
});
afterAll(async () => {
	await site.stop();
});
beforeEach(async () => {
	await site.sql('TRUNCATE shop.orders');
	await site.sql(
		`INSERT INTO shop.orders (id, title, amount) SELECT n, 'Order ' || n, 100 + n FROM generate_series(1, 3) n`,
	);
	world = await startWorld();
	(world.credentials as Record<string, object>)['crosslinkDatabaseApi'] = { ...site.values, ca: '' };
	await enable(world);
	const settings = { settingsInput: 'json', settings: JSON.stringify(TABLES) };
	for (const [operation, more] of [
		['configure', settings],
		['enable', {}],
	] as const) {
		const { error } = await runCrosslink(world, ofDatabase(operation, more));
		if (error) throw new Error(`${operation}: ${error.message} ${error.description ?? ''}`);
	}
});
afterEach(async () => {
	await world.stop();
	await closeAllStores();
});

const order = async (id: number) => (await site.sql(`SELECT * FROM shop.orders WHERE id = ${id}`))[0];
const deal = (run: NodeRun, at: number) =>
	world.hubSpot.account.get('deals', String(run.json[at]?.['externalId']))?.properties;

it('tests the table with its own credential', async () => {
	const { json, error } = await runCrosslink(world, ofDatabase('test'));
	expect([error, JSON.stringify(json)]).toEqual([undefined, expect.stringContaining('Connected to PostgreSQL')]);
});

it('brings both sides in step by ids alone: no node reads, writes or confirms', async () => {
	const first = await runCrosslink(world, record('sync'), ids(3));
	expect(first.error).toBeUndefined();
	expect(first.json.map(({ outcome, localId }) => [outcome, localId])).toEqual([
		['created', '1'],
		['created', '2'],
		['created', '3'],
	]);
	expect(deal(first, 1)).toMatchObject({ dealname: 'Order 2', amount: '102' });
	// HubSpot gives a new deal its stage: that comes back at once, or with the next look.
	await runCrosslink(world, record('sync'), ids(3));
	const externalId = String(first.json[1]?.['externalId']);
	world.hubSpot.account.edit('deals', externalId, { description: 'call back' });
	await site.sql(`UPDATE shop.orders SET title = 'Renamed', updated_at = clock_timestamp() WHERE id = 2`);
	const both = await runCrosslink(world, record('sync'), ids(3));
	expect(both.json.map(({ outcome, patch, receipt }) => [outcome, patch, receipt])).toEqual([
		['unchanged', {}, null],
		['updated', { salesNotes: 'call back' }, null],
		['unchanged', {}, null],
	]);
	expect(await order(2)).toMatchObject({
		title: 'Renamed',
		sales_notes: 'call back',
		sales_stage: expect.any(String) as string,
	});
	expect(world.hubSpot.account.get('deals', externalId)?.properties['dealname']).toBe('Renamed');
	const rest = await runCrosslink(world, record('sync'), ids(3));
	expect(rest.json.map(({ outcome }) => outcome)).toEqual(['unchanged', 'unchanged', 'unchanged']);
});

it('finds its own write equal when the table’s poll brings it back', async () => {
	const trigger = pollNode(world, {
		integration: 'database',
		entities: ['order'],
		start: 'beginning',
		what: 'changes',
	});
	const seen = await pollOnce(world, trigger);
	expect(seen?.map(({ json }) => json['localId']).sort()).toEqual(['1', '2', '3']);
	const items = seen?.map(({ json }) => json) ?? [];
	const synced = await runCrosslink(world, record('sync', { localId: '={{ $json.localId }}' }), items);
	await runCrosslink(world, record('sync'), ids(3));
	world.hubSpot.account.edit('deals', String(synced.json[0]?.['externalId']), { description: 'theirs' });
	await runCrosslink(world, record('sync'), ids(3));
	letTimePass(world);
	const echo = (await pollOnce(world, trigger))?.map(({ json }) => json) ?? [];
	expect(echo.map(({ localId }) => localId)).toContain(synced.json[0]?.['localId']);
	const after = await runCrosslink(world, record('sync', { localId: '={{ $json.localId }}' }), echo);
	expect(new Set(after.json.map(({ outcome }) => outcome))).toEqual(new Set(['unchanged']));
});

it('sends what the table refuses to the error output, with record and reason, and does the others', async () => {
	const first = await runCrosslink(world, record('sync'), ids(2));
	await runCrosslink(world, record('sync'), ids(2));
	const [one, two] = first.json.map(({ externalId }) => String(externalId));
	world.hubSpot.account.edit('deals', one ?? '', { description: 'far more than thirty characters, which is too long' });
	world.hubSpot.account.edit('deals', two ?? '', { description: 'short' });
	const run = await runCrosslink(world, record('sync'), ids(2), { onError: 'continueErrorOutput' });
	expect(run.json).toMatchObject([{ localId: '2', outcome: 'updated' }]);
	expect(run.outputs[1]?.map(({ json }) => json)).toMatchObject([
		{
			error: {
				code: 'constraint_violated',
				message: expect.stringMatching(/row "1".*orders_sales_notes_check/) as string,
			},
		},
	]);
	expect(await order(2)).toMatchObject({ sales_notes: 'short' });
});

it('previews what the run then does', async () => {
	const planned = await runCrosslink(world, record('preview', { direction: 'sync' }), [...ids(2), { id: 99 }]);
	expect(planned.json.map(({ outcome }) => outcome)).toEqual(['created', 'created', 'skipped', undefined]);
	expect(planned.json[3]).toMatchObject({ summary: { creates: 2, skipped: 1 } });
	const { json } = await runCrosslink(world, record('sync'), [...ids(2), { id: 99 }]);
	expect(json.map(({ outcome }) => outcome)).toEqual(['created', 'created', 'skipped']);
});

it('pushes and pulls the same way', async () => {
	const pushed = await runCrosslink(world, record('push'), ids(1));
	expect(pushed.json).toMatchObject([{ outcome: 'created', localId: '1' }]);
	const externalId = String(pushed.json[0]?.['externalId']);
	world.hubSpot.account.edit('deals', externalId, { description: 'theirs' });
	const pull = packNode(world, 'Pull', record('pull', { externalId: '={{ $json.externalId }}' }));
	const { json } = await runNodes(world, [pull], [{ externalId }]);
	expect(json).toMatchObject([{ outcome: 'updated', receipt: null, patch: { salesNotes: 'theirs' } }]);
	expect(await order(1)).toMatchObject({ sales_notes: 'theirs' });
});

it('says what is missing: the table of an entity, a row, or the switch', async () => {
	const company = await runCrosslink(world, record('sync', { entity: 'company' }), ids(1));
	expect(company.error).toMatchObject({ context: { code: 'entity_unknown' } });
	const absent = await runCrosslink(world, record('sync'), [{ id: 99 }]);
	expect(absent.json).toMatchObject([
		{ outcome: 'skipped', reason: expect.stringContaining('no row in shop.orders') as string },
	]);
	await runCrosslink(world, ofDatabase('disable'));
	const off = await runCrosslink(world, record('sync'), ids(1));
	expect(off.error).toMatchObject({ context: { code: 'own_database_off' } });
});

it('leaves nodes that were saved before there was a choice as they were', async () => {
	const { ownSide: _none, ...before } = record('sync') as Record<string, string>;
	const { json } = await runCrosslink(world, before, [{ id: '7', name: 'From the flow' }]);
	expect(json).toMatchObject([{ outcome: 'created', localId: '7' }]);
	expect(deal({ json } as NodeRun, 0)).toMatchObject({ dealname: 'From the flow' });
});
