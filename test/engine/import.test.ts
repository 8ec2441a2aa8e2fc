import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { INodeParameters } from 'n8n-workflow';
import { packNode, ROOT, runCrosslink, runNodes } from './harness';
import { enable, orders, pushOrders, startWorld, type World } from './world';

const links = { resource: 'link', integration: 'hubspot', entity: 'order' };
const unlink = { ...links, operation: 'unlink' };
const toErrorOutput = { onError: 'continueErrorOutput' } as const;

/** The import node exactly as the template has it. */
const template = JSON.parse(readFileSync(path.join(ROOT, 'workflows-templates/legacy-links-import.json'), 'utf8')) as {
	nodes: Array<{ name: string; parameters: INodeParameters }>;
};
const adopt = template.nodes.find(({ name }) => name === 'Adopt the deals')?.parameters ?? {};

let world: World;
beforeEach(async () => {
	world = await startWorld({ rateLimit: { perTenSeconds: 100_000, searchPerSecond: 100_000 } });
	await enable(world);
});
afterEach(() => world.stop());

const deal = (n: number) =>
	world.hubSpot.account.create('deals', {
		dealname: `Deal ${n}`,
		amount: String(n),
		pipeline: 'default',
		dealstage: 'qualifiedtobuy',
	}).id;

/** Rows as the query of the template gives them. */
const row = (n: number, dealId: string | number | null) => ({
	id: `L-${String(n).padStart(5, '0')}`,
	hubspot_deal_id: dealId,
	current_hubspot_gate: 'qualifiedtobuy',
	hubspot_last_synced_at: '2024-05-01T10:00:00.000Z',
});

describe('link.import', () => {
	it('adopts a page of 5,000 rows of the template, reports those it cannot with why, and may be repeated', async () => {
		const rows = Array.from({ length: 5_000 }, (_, n) => row(n, deal(n)));
		const gone = rows[10]?.hubspot_deal_id as string;
		world.hubSpot.account.archive('deals', gone);
		rows[20] = row(20, 'not-an-id');
		rows[30] = row(30, rows[31]?.hubspot_deal_id ?? '');
		rows[40] = row(40, null);

		world.hubSpot.calls.clear();
		const started = performance.now();
		const first = await runCrosslink(world, adopt, rows, toErrorOutput);
		const seconds = (performance.now() - started) / 1000;
		process.stdout.write(`import of 5,000 rows: ${seconds.toFixed(1)} s, ${world.hubSpot.calls.count} calls\n`);

		expect(first.json).toEqual([
			expect.objectContaining({
				summary: { rows: 4_999, adopted: 4_996, unchanged: 0, notAdopted: 3, interrupted: 0, lastLocalId: 'L-04999' },
			}),
		]);
		const failed = first.outputs[1]?.map(({ json }) => [
			json['id'],
			(json['error'] as { code: string }).code,
			json['current_hubspot_gate'],
		]);
		expect(failed).toEqual([
			['L-00010', 'record_not_found', 'qualifiedtobuy'],
			['L-00020', 'record_not_found', 'qualifiedtobuy'],
			[expect.stringMatching(/L-0003[01]/), 'external_id_taken', 'qualifiedtobuy'],
			['L-00040', 'parameter_missing', 'qualifiedtobuy'],
		]);

		const again = await runCrosslink(world, adopt, rows, toErrorOutput);
		expect(again.json[0]?.['summary']).toMatchObject({ adopted: 0, unchanged: 4_996, notAdopted: 3 });

		// What is adopted is agreed on: a push writes only what differs.
		const pushed = await runCrosslink(world, pushOrders, [
			{ id: 'L-00001', name: 'Deal 1', amount: 1 },
			{ id: 'L-00002', name: 'Deal 2', amount: 22 },
		]);
		expect(pushed.json.map(({ outcome }) => outcome)).toEqual(['unchanged', 'updated']);
		expect(world.hubSpot.account.list('deals')).toHaveLength(4_999);
	}, 180_000);

	it('gives out each row when asked, paired', async () => {
		const rows = [row(1, deal(1)), row(2, '404404'), row(3, deal(3))];
		const run = await runCrosslink(world, { ...adopt, output: 'records' }, rows, toErrorOutput);
		expect(run.json.map(({ localId, outcome }) => [localId, outcome])).toEqual([
			['L-00001', 'created'],
			['L-00003', 'created'],
		]);
		expect(run.outputs[0]?.map(({ pairedItem }) => pairedItem)).toEqual(
			[0, 2].map((item) => expect.objectContaining({ item })),
		);
		expect(run.outputs[1]?.[0]).toMatchObject({
			json: { id: 'L-00002', error: { code: 'record_not_found', remedy: expect.any(String) } },
		});
	});

	it('says in the summary that the other side could not be asked, so that a loop ends', async () => {
		const refused = {
			...world,
			credentials: {
				...world.credentials,
				crosslinkHubSpotApi: { ...world.credentials?.crosslinkHubSpotApi, accessToken: 'pat-eu1-wrong-0000' },
			},
		};
		const run = await runCrosslink(refused, adopt, [row(1, deal(1)), row(2, deal(2))], toErrorOutput);
		expect(run.json[0]?.['summary']).toMatchObject({ rows: 2, adopted: 0, interrupted: 2 });
		const goesOn = template.nodes.find(({ name }) => name === 'Could HubSpot be asked?');
		expect(JSON.stringify(goesOn?.parameters)).toContain('$json.summary?.interrupted');
	});

	it('without "continue on fail" stops after the batch and says what went through', async () => {
		const { error } = await runCrosslink(world, adopt, [row(1, deal(1)), row(2, '404404')]);
		expect(error).toMatchObject({ context: { code: 'record_not_found', itemIndex: 1 } });
	});
});

describe('link.unlink', () => {
	it('ends links and leaves both records; a push does not bring them back, a link by hand does', async () => {
		const { json: made } = await runCrosslink(world, pushOrders, orders(2));
		const nodes = [packNode(world, 'Unlink', { ...unlink, localId: '={{ $json.id }}' })];
		const { json, error, outputs } = await runNodes(world, nodes, [{ id: 'o-1' }, { id: 'nobody' }]);
		expect(error).toBeUndefined();
		expect(json.map(({ localId, outcome }) => [localId, outcome])).toEqual([
			['o-1', 'updated'],
			['nobody', 'unchanged'],
		]);
		expect(outputs[0]?.[1]?.pairedItem).toMatchObject({ item: 1 });
		expect(world.hubSpot.account.list('deals')).toHaveLength(2);

		const pushed = await runCrosslink(world, pushOrders, orders(1, { amount: 5 }));
		expect(pushed.json[0]).toMatchObject({ outcome: 'skipped', link: { syncStatus: 'deleted' } });
		const externalId = made[0]?.['externalId'] as string;
		await runCrosslink(world, { ...links, operation: 'upsert' }, [{ id: 'o-1', externalId }]);
		const again = await runCrosslink(world, pushOrders, orders(1, { amount: 5 }));
		expect(again.json[0]).toMatchObject({ outcome: 'updated', externalId });
	});

	it('needs no connection', async () => {
		await runCrosslink(world, pushOrders, orders(1));
		const given = { ...world, chosen: ['crosslinkStoreApi'] };
		const { json } = await runCrosslink(given, unlink, [{ localId: 'o-1' }]);
		expect(json[0]).toMatchObject({ outcome: 'updated', localId: 'o-1' });
	});

	it('fails an item without id, and one of an entity there is none of', async () => {
		const parameters = { ...unlink, entity: '={{ $json.entity }}' };
		const items = [{ entity: 'order' }, { localId: 'a', entity: 'parcel' }, { localId: 'b', entity: 'order' }];
		const run = await runCrosslink(world, parameters, items, toErrorOutput);
		expect(run.outputs[1]?.map(({ json }) => (json['error'] as { code: string }).code)).toEqual([
			'parameter_missing',
			'entity_unknown',
		]);
		expect(run.json).toEqual([expect.objectContaining({ localId: 'b', outcome: 'unchanged' })]);
	});
});
