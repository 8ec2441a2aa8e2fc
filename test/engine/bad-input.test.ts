import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { IDataObject } from 'n8n-workflow';
import { runCrosslink, USER_FOLDER, type NodeRun } from './harness';
import { enable, orders, pushOrders, startWorld, type World } from './world';

let world: World;
beforeEach(async () => {
	world = await startWorld();
	await enable(world);
});
afterEach(() => world.stop());

const toErrorOutput = { onError: 'continueErrorOutput' } as const;
const codes = ({ outputs }: NodeRun) => outputs[1]?.map(({ json }) => (json['error'] as { code: string }).code);

it.each([
	['tenant', 'nobody', 'integration_not_enabled'],
	['integration', 'hubspotty', 'integration_unknown'],
	['entity', 'parcel', 'entity_unknown'],
])('an unknown %s fails its item with a remedy, and the others go on', async (name, wrong, code) => {
	const parameters = { tenant: 'default', ...pushOrders, [name]: '={{ $json.wrong ?? $json.right }}' };
	const right = { tenant: 'default', integration: 'hubspot', entity: 'order' }[name];
	const [first, second] = orders(2);
	const run = await runCrosslink(
		world,
		parameters,
		[
			{ ...first, wrong },
			{ ...second, right },
		],
		toErrorOutput,
	);
	expect(codes(run)).toEqual([code]);
	expect(run.outputs[1]?.[0]?.json['error']).toMatchObject({
		message: expect.stringContaining(wrong),
		remedy: expect.stringMatching(/\w+/),
	});
	expect(run.json).toEqual([expect.objectContaining({ outcome: 'created', localId: 'o-2' })]);
});

it('a record without local id fails alone, named by its item', async () => {
	const items = [{ name: 'no id' }, ...orders(1)];
	const run = await runCrosslink(world, pushOrders, items, toErrorOutput);
	expect(codes(run)).toEqual(['parameter_missing']);
	expect(run.outputs[1]?.[0]).toMatchObject({
		json: { name: 'no id', error: { message: 'Item 0 has no "Local ID".' } },
	});
	expect(run.json).toEqual([expect.objectContaining({ localId: 'o-1', outcome: 'created' })]);
});

it('10 MB in one field is refused for that item, naming the field and its size', async () => {
	const [small, large] = orders(2);
	const run = await runCrosslink(
		world,
		pushOrders,
		[{ ...large, notes: 'x'.repeat(10 * 1024 * 1024) }, small as IDataObject],
		toErrorOutput,
	);
	expect(codes(run)).toEqual(['record_too_large']);
	expect((run.outputs[1]?.[0]?.json['error'] as { message: string }).message).toContain('"notes"');
	expect(run.json).toEqual([expect.objectContaining({ localId: 'o-1', outcome: 'created' })]);
});

it('without "continue on fail" the node stops after the batch: the others are done, the error names all it must', async () => {
	const items = [{ name: 'no id' }, ...orders(2)];
	const { error } = await runCrosslink(world, pushOrders, items);
	expect(error).toMatchObject({
		message: 'Item 0 has no "Local ID".',
		context: { itemIndex: 0, code: 'parameter_missing' },
	});
	expect(error?.description).toContain('1 of 3 items failed; 2 went through');
	expect(world.hubSpot.account.list('deals')).toHaveLength(2);
	const { json } = await runCrosslink(world, pushOrders, items.slice(1));
	expect(json.map(({ outcome }) => outcome)).toEqual(['unchanged', 'unchanged']);
});

it('an expression that fails concerns its item only', async () => {
	const parameters = { ...pushOrders, localId: '={{ $json.deep.id }}' };
	const run = await runCrosslink(world, parameters, [{ deep: { id: 'a' }, name: 'A' }, { name: 'B' }], toErrorOutput);
	expect(run.json).toEqual([expect.objectContaining({ localId: 'a', outcome: 'created' })]);
	expect(run.outputs[1]).toHaveLength(1);
});

it.each([
	['does not exist', 'no_such_property'],
	['is read-only', 'createdate'],
])('a property that %s is named with the record, and nothing is created twice', async (_why, property) => {
	const settings = { entities: { order: { fields: [{ local: 'po', external: property, direction: 'push' }] } } };
	await runCrosslink(world, {
		resource: 'integration',
		operation: 'configure',
		integration: 'hubspot',
		settingsInput: 'json',
		settings: JSON.stringify(settings),
	});
	const run = await runCrosslink(world, pushOrders, [{ ...orders(1)[0], po: '2026-01-01' }], toErrorOutput);
	const [failed] = run.outputs[1] ?? [];
	expect(failed?.json['details']).toMatchObject({ outcome: 'failed', localId: 'o-1' });
	expect((failed?.json['error'] as { message: string }).message).toContain(property);
	expect(world.hubSpot.account.list('deals').length).toBeLessThanOrEqual(1);
});

it('a wrong token is an authentication error without the token in it', async () => {
	const token = 'pat-eu1-wrong-0000-0000-0000-000000000000';
	const credentials = {
		...world.credentials,
		crosslinkHubSpotApi: { ...world.credentials?.crosslinkHubSpotApi, accessToken: token },
	};
	const { error, run } = await runCrosslink({ ...world, credentials }, pushOrders, orders(2));
	expect(error).toMatchObject({ context: { class: 'auth' }, failure: { cause: 'credential-invalid' } });
	expect(JSON.stringify(run.data.resultData)).not.toContain(token);
});

describe('a store that cannot be used', () => {
	const broken = () => {
		const file = path.join(USER_FOLDER, `broken-${Date.now()}.sqlite`);
		writeFileSync(file, 'this is a letter, not a database, and long enough to be looked at');
		return { ...world, credentials: { ...world.credentials, crosslinkStoreApi: { type: 'embedded', file } } };
	};

	it('stops the node with the place and the remedy', async () => {
		const { error } = await runCrosslink(broken(), pushOrders, orders(2));
		expect(error).toMatchObject({ context: { code: 'store_not_a_database' } });
		expect(error?.message).toContain('broken-');
		expect(world.hubSpot.account.list('deals')).toHaveLength(0);
	});

	it('with "continue on fail" gives every item the error', async () => {
		const run = await runCrosslink(broken(), pushOrders, orders(2), toErrorOutput);
		expect(codes(run)).toEqual(['store_not_a_database', 'store_not_a_database']);
	});

	it('refuses the embedded store in queue mode', async () => {
		process.env.EXECUTIONS_MODE = 'queue';
		try {
			const { error } = await runCrosslink(world, pushOrders, orders(1));
			expect(error).toMatchObject({ context: { code: 'store_embedded_in_queue_mode' } });
		} finally {
			delete process.env.EXECUTIONS_MODE;
		}
	});

	it("is the file in n8n's user folder when neither credential nor environment names one", async () => {
		mkdirSync(path.join(USER_FOLDER, '.n8n'), { recursive: true });
		const given = { ...world, chosen: ['crosslinkHubSpotApi'] };
		const { error, json } = await runCrosslink(given, {
			resource: 'integration',
			operation: 'enable',
			integration: 'hubspot',
		});
		expect(error).toBeUndefined();
		expect(json[0]).toMatchObject({ enabled: true });
	});
});

it('two nodes that push the same new order at once create one deal', async () => {
	const runs = await Promise.all(
		Array.from({ length: 4 }, () => runCrosslink(world, pushOrders, orders(3), toErrorOutput)),
	);
	expect(world.hubSpot.account.list('deals')).toHaveLength(3);
	const outcomes = runs.flatMap(({ outputs }) => outputs.flat().map(({ json }) => json['outcome']));
	expect(outcomes.filter((outcome) => outcome === 'created')).toHaveLength(3);
});
