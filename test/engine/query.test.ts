import { createOrder, startDeskWorld, type DeskWorld } from './desk-world';
import { runCrosslink } from './harness';

let world: DeskWorld;
let number: string;
beforeAll(async () => {
	world = await startDeskWorld();
	const { json } = await runCrosslink(world, createOrder, [{ id: 'q', customer: 'Anna', amount: 5 }]);
	number = String(json[0]?.['externalId']);
});
afterAll(() => world.stop());
afterEach(() => world.desk.faults());

const ask = (query: string, more: object = {}) => ({
	resource: 'query',
	operation: 'run',
	integration: 'desk',
	query,
	parameters: { mappingMode: 'defineBelow', value: { number: '={{ $json.number }}' } },
	...more,
});
const old = { options: { oldAnswerMinutes: 5 } };
const down = () => world.desk.faults({ match: 'GET /orders', kind: 'statusBefore', times: 99 });
const toErrorOutput = { onError: 'continueErrorOutput' } as const;

it('makes an item of each row, paired; none is an answer', async () => {
	const { json, outputs, error } = await runCrosslink(world, ask('orderStatus'), [{ number: '0' }, { number }]);
	expect(error).toBeUndefined();
	expect(json).toEqual([expect.objectContaining({ number, customer: 'Anna', shipped: false })]);
	expect(outputs[0]?.[0]?.pairedItem).toMatchObject({ item: 1 });
	expect(Object.keys(json[0] ?? {})).not.toContain('stale');
});

it('brings documents as binary data', async () => {
	const { outputs } = await runCrosslink(world, ask('orderDocument'), [{ number }]);
	const { data } = outputs[0]?.[0]?.binary ?? {};
	expect(data).toMatchObject({ fileName: `${number}.pdf`, mimeType: 'application/pdf' });
	expect(Buffer.from(String(data?.data), 'base64').toString()).toContain(`order ${number}`);
});

it('refuses wrong parameters without a call', async () => {
	const before = (await world.desk.state()).calls.length;
	const { outputs } = await runCrosslink(
		world,
		ask('orderStatus'),
		[{ number: '' }, { number: '12345678901' }],
		toErrorOutput,
	);
	expect(outputs[1]?.map(({ json }) => (json['error'] as { message: string }).message)).toEqual([
		'The query "orderStatus" was not called: number is missing.',
		'The query "orderStatus" was not called: number has 11 characters; at most 10 are taken.',
	]);
	expect((await world.desk.state()).calls).toHaveLength(before);
});

it('falls back to the last known answer only where the node allows it', async () => {
	const fresh = await runCrosslink(world, ask('orderStatus', old), [{ number }]);
	await down();
	const { json } = await runCrosslink(world, ask('orderStatus', old), [{ number }]);
	expect(json).toEqual([{ ...fresh.json[0], stale: true, asOf: expect.stringMatching(/^\d{4}-.*Z$/) }]);
	const without = await runCrosslink(world, ask('orderStatus'), [{ number }]);
	expect(without.error).toMatchObject({ context: { class: 'transient' } });
	const neverAsked = await runCrosslink(world, ask('orderStatus', old), [{ number: '42' }]);
	expect(neverAsked.error?.message).toContain('No earlier answer');
}, 60_000);

it('keeps personal answers sealed, and what must be true now not at all', async () => {
	await runCrosslink(world, ask('customerOrder', old), [{ number }]);
	const { createRequire } = await import('node:module');
	const { DatabaseSync } = createRequire(__filename)('node:sqlite') as typeof import('node:sqlite');
	const database = new DatabaseSync(world.storeFile);
	const kept = database.prepare("SELECT answer FROM query_answer WHERE query = 'customerOrder'").all();
	database.close();
	expect(kept).toHaveLength(1);
	expect(JSON.stringify(kept)).not.toContain('Anna');
	await down();
	const { json } = await runCrosslink(world, ask('customerOrder', old), [{ number }]);
	expect(json).toMatchObject([{ customer: 'Anna', stale: true }]);
	const never = await runCrosslink(world, ask('orderNow', old), [{ number }]);
	expect(never.error).toMatchObject({ context: { code: 'answer_never_kept' } });
}, 60_000);
