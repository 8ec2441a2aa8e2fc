import { byKey, createOrder, startDeskWorld, type DeskWorld } from './desk-world';
import { runCrosslink } from './harness';
import { pollNode, pollOnce } from './polling';
import { sendEvents } from './signed-events';
import { listen } from './webhook-server';
import { agree, enable, orders, startWorld, type World } from './world';

const RECORDS = ['push', 'pull', 'confirm', 'sync', 'preview', 'reconcile', 'retry'];
const COMMANDS = ['execute', 'compensate', 'get', 'retry'];
/** Their tests are in notify.test.ts. */
const MESSAGES = ['event.notify', 'event.retry'];
/** These look at links and events, or say what a person has decided, and exchange nothing. */
const STORE_ONLY = [
	'link.get',
	'link.getMany',
	'link.getConflicts',
	'link.resolve',
	'link.unlink',
	'link.upsert',
	'event.replay',
	'command.resolve',
];

let world: World;
let externalId: string;
beforeAll(async () => {
	world = await startWorld();
	await enable(world);
	await enable(world, 'other');
	[externalId = ''] = await agree(world, orders(1));
	await runCrosslink(world, { resource: 'integration', operation: 'disable', integration: 'hubspot' });
});
afterAll(() => world.stop());

const REASON = /hubspot is switched off for tenant "default".*Integration → Enable/;

it.each([...RECORDS.map((operation) => ['record', operation]), ['link', 'import']])(
	'%s.%s is skipped with the reason, and nothing is called',
	async (resource, operation) => {
		const calls = world.hubSpot.calls.count;
		const parameters = { resource, operation, integration: 'hubspot', entity: 'order' };
		const item = { ...orders(1)[0], localId: 'o-1', externalId, receipt: 'any' };
		const more = resource === 'link' ? { localId: 'o-1', externalId } : {};
		const { json, error } = await runCrosslink(world, { ...parameters, ...more }, [item]);
		expect(error).toBeUndefined();
		expect(json).toMatchObject([{ outcome: 'skipped', tenant: 'default', reason: expect.stringMatching(REASON) }]);
		expect(world.hubSpot.calls.count).toBe(calls);
	},
);

it('another tenant goes on', async () => {
	const push = { resource: 'record', operation: 'push', integration: 'hubspot', entity: 'order', tenant: 'other' };
	const { json } = await runCrosslink(world, push, orders(1));
	expect(json).toMatchObject([{ outcome: 'created', tenant: 'other' }]);
});

it('links stay readable', async () => {
	const get = { resource: 'link', operation: 'get', integration: 'hubspot', entity: 'order', localId: 'o-1' };
	expect((await runCrosslink(world, get, [{}])).json).toMatchObject([{ externalId }]);
});

describe('commands and queries', () => {
	let desk: DeskWorld;
	beforeAll(async () => {
		desk = await startDeskWorld();
		const onDesk = { resource: 'integration', integration: 'desk' };
		await runCrosslink(desk, { ...onDesk, operation: 'enable', tenant: 'other' });
		await runCrosslink(desk, createOrder, [{ id: 'made', customer: 'ACME', amount: 1 }]);
		await runCrosslink(desk, { ...onDesk, operation: 'disable' });
	});
	afterAll(() => desk.stop());

	const skipped = { outcome: 'skipped', tenant: 'default', integration: 'desk' };
	const reason = expect.stringMatching(/desk is switched off for tenant "default".*Integration → Enable/);
	const ask = { resource: 'query', operation: 'run', integration: 'desk', query: 'orderStatus' };
	const parameters = { mappingMode: 'defineBelow', value: { number: '1' } };

	it.each(COMMANDS)('command.%s is skipped with the reason, and nothing is called', async (operation) => {
		const calls = (await desk.desk.state()).calls.length;
		const one = operation === 'execute' ? createOrder : { ...byKey, operation };
		const { json, error } = await runCrosslink(desk, one, [{ id: 'made', customer: 'ACME', amount: 1 }]);
		expect(error).toBeUndefined();
		const named = operation === 'retry' ? {} : { idempotencyKey: 'approved-made' };
		expect(json).toEqual([
			{ ...skipped, ...named, ...(operation === 'execute' && { command: 'createOrder' }), reason },
		]);
		expect((await desk.desk.state()).calls).toHaveLength(calls);
	});

	it('query.run is skipped with the reason, and nothing is called', async () => {
		const calls = (await desk.desk.state()).calls.length;
		const { json, error } = await runCrosslink(desk, { ...ask, parameters }, [{}]);
		expect(error).toBeUndefined();
		expect(json).toEqual([{ ...skipped, query: 'orderStatus', reason }]);
		expect((await desk.desk.state()).calls).toHaveLength(calls);
	});

	it('another tenant’s go on', async () => {
		const { json } = await runCrosslink(desk, { ...createOrder, tenant: 'other' }, [
			{ id: 'made', customer: 'ACME', amount: 1 },
		]);
		expect(json).toMatchObject([{ outcome: 'succeeded', tenant: 'other', replayed: false }]);
	});
});

it('every operation that could call the other side is among these', () => {
	const { description } = world.pack.nodeTypes.getByNameAndVersion('n8n-nodes-crosslink.crosslink', 1);
	const known = [
		...RECORDS.map((name) => `record.${name}`),
		...COMMANDS.map((name) => `command.${name}`),
		...MESSAGES,
		...['link.import', 'query.run'],
		...STORE_ONLY,
	];
	const offered = description.properties
		.filter(({ name }) => name === 'operation')
		.flatMap(({ options, displayOptions }) =>
			(options ?? []).map(
				(option) => `${displayOptions?.show?.['resource']?.[0]}.${(option as { value: string }).value}`,
			),
		)
		// They are about the switch itself, and about what the store holds.
		.filter((name) => !name.startsWith('integration.') && !name.startsWith('report.'));
	expect(offered.sort()).toEqual(known.sort());
});

it.each(['changes', 'inbox', 'attention'])('a poll of %s gives nothing and calls nobody', async (what) => {
	const calls = world.hubSpot.calls.count;
	expect(await pollOnce(world, pollNode(world, { what, start: 'beginning' }))).toBeNull();
	expect(world.hubSpot.calls.count).toBe(calls);
});

it('a webhook is told to come again: without the integration nobody can check its signature', async () => {
	const trigger = await listen(world, {});
	expect([await sendEvents(world, trigger.url, [{}]), trigger.executions]).toEqual([503, []]);
	await trigger.stop();
});
