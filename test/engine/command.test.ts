import type { ILoadOptionsFunctions, INodePropertyOptions, INodeType, ResourceMapperFields } from 'n8n-workflow';
import { byKey, createOrder, startDeskWorld, type DeskWorld } from './desk-world';
import { mismatches, schemaOf } from './schema';
import { additionalDataFor, core, packNode, runCrosslink, runNodes, workflowOf, type Pack } from './harness';

let world: DeskWorld;
beforeAll(async () => {
	world = await startDeskWorld();
});
afterAll(() => world.stop());
afterEach(() => world.desk.faults());

/** The pack with the tool that n8n's tool generation makes of a node, and with node types of the test's own. */
function withTool(pack: Pack, more: Record<string, INodeType> = {}): Pack {
	const { nodeTypes } = pack;
	const plain = nodeTypes.getByNameAndVersion('n8n-nodes-crosslink.crosslink', 1);
	const tool = Object.create(plain) as INodeType;
	tool.description = { ...plain.description, name: 'crosslinkTool', inputs: [], outputs: ['ai_tool'] };
	const find = (type: string) => more[type] ?? (type.endsWith('.crosslinkTool') ? tool : undefined);
	return {
		...pack,
		nodeTypes: {
			...nodeTypes,
			getByName: (type) => find(type) ?? nodeTypes.getByName(type),
			getByNameAndVersion: (type, version) => find(type) ?? nodeTypes.getByNameAndVersion(type, version),
		},
	};
}

const item = (id: string, more: object = {}) => ({ id, customer: 'ACME', amount: 12.5, ...more });
const toErrorOutput = { onError: 'continueErrorOutput' } as const;
const ordersOf = async (reference: unknown) =>
	(await world.desk.state()).orders.filter((one) => one.reference === reference);

describe('command.execute', () => {
	it('takes the values from the item, pairs what comes out, and does each once', async () => {
		const items = [item('a'), item('b', { note: 'not a value of the command' })];
		const first = await runCrosslink(world, createOrder, items);
		expect(first.error).toBeUndefined();
		expect(first.json).toMatchObject([
			{ outcome: 'succeeded', replayed: false, idempotencyKey: 'approved-a', response: { customer: 'ACME' } },
			{ outcome: 'succeeded', replayed: false, idempotencyKey: 'approved-b' },
		]);
		expect(first.outputs[0]?.map(({ pairedItem }) => pairedItem)).toMatchObject([{ item: 0 }, { item: 1 }]);
		const again = await runCrosslink(world, createOrder, items);
		expect(again.json).toEqual(first.json.map((one) => ({ ...one, replayed: true })));
		for (const { reference } of first.json) expect(await ordersOf(reference)).toHaveLength(1);
	});

	it('takes the form, and JSON from an expression', async () => {
		const value = { customer: '={{ $json.who }}', amount: '12.50', rush: 'true', kind: null };
		const form = { ...createOrder, payload: { mappingMode: 'defineBelow', value } };
		const { json } = await runCrosslink(world, form, [{ id: 'form', who: 'FORM' }]);
		expect(json).toMatchObject([{ outcome: 'succeeded', response: { customer: 'FORM', amount: 12.5 } }]);
		const asJson = { ...createOrder, payloadInput: 'json', payloadJson: '={{ $json.order }}' };
		const order = { customer: 'JSON', amount: 1, rush: true };
		const run = await runCrosslink(world, asJson, [{ id: 'json', order }]);
		expect(run.json).toMatchObject([{ outcome: 'succeeded', response: { customer: 'JSON' } }]);
	});

	it('refuses wrong values, a missing key and a key used for something else, without a call; the others go on', async () => {
		await runCrosslink(world, createOrder, [item('used')]);
		const before = (await world.desk.state()).calls.length;
		const items = [
			item('x', { amount: 'much' }),
			item('used', { amount: 99 }),
			item('y', { noKey: true }),
			item('fine'),
		];
		const parameters = { ...createOrder, idempotencyKey: '={{ $json.noKey ? "" : "approved-" + $json.id }}' };
		const { outputs, json } = await runCrosslink(world, parameters, items, toErrorOutput);
		expect(json).toMatchObject([{ outcome: 'succeeded', idempotencyKey: 'approved-fine' }]);
		expect(outputs[1]?.map(({ json: { error } }) => error)).toMatchObject([
			{ code: 'parameters_invalid', message: expect.stringContaining('amount must be a number') },
			{ code: 'command_key_reused', message: expect.stringContaining('other values in amount') },
			{ code: 'parameter_missing', message: expect.stringContaining('Idempotency Key') },
		]);
		expect((await world.desk.state()).calls).toHaveLength(before + 1);
	});

	it('lets neither a refusal nor an unknown outcome pass for done', async () => {
		await world.desk.faults({ match: 'POST /orders', kind: 'lost' }, { match: 'GET /orders', kind: 'hang', times: 9 });
		const lost = await runCrosslink(world, createOrder, [item('lost')], toErrorOutput);
		expect(lost.json).toEqual([]);
		expect(lost.outputs[1]).toMatchObject([
			{
				json: {
					id: 'lost',
					error: { class: 'unknown' },
					details: { outcome: 'unknown', idempotencyKey: 'approved-lost' },
				},
			},
		]);
		const stopped = await runCrosslink(world, createOrder, [item('no', { customer: 'BLOCKED' })]);
		expect(stopped.error).toMatchObject({
			message: expect.stringContaining('is blocked'),
			description: expect.stringContaining('Try Again After a Failure'),
			context: { class: 'rejected', itemIndex: 0 },
		});
		await world.desk.faults();
		const known = await runCrosslink(world, { ...byKey, operation: 'get' }, [item('lost')]);
		expect(known.json).toMatchObject([{ outcome: 'succeeded' }]);
		expect(await ordersOf(known.json[0]?.['reference'])).toHaveLength(1);
	}, 30_000);

	it('a dry run does nothing and uses up no key', async () => {
		const orders = (await world.desk.state()).orders.length;
		const parameters = { ...createOrder, options: { dryRun: true } };
		expect((await runCrosslink(world, parameters, [item('dry')])).json).toMatchObject([
			{ outcome: 'succeeded', dryRun: true },
		]);
		expect((await world.desk.state()).orders).toHaveLength(orders);
	});
});

it('undoes a command once, found by key or by reference, and says when it is too late', async () => {
	const { json } = await runCrosslink(world, createOrder, [item('undo'), item('late')]);
	await world.desk.ship(String(json[1]?.['externalId']));
	const undone = await runCrosslink(
		world,
		{ ...byKey, operation: 'compensate' },
		[item('undo'), item('late')],
		toErrorOutput,
	);
	expect(undone.json).toMatchObject([{ outcome: 'succeeded', replayed: false }]);
	expect(undone.outputs[1]).toMatchObject([{ json: { error: { code: 'compensation_impossible' } } }]);
	const byReference = { ...byKey, operation: 'compensate', findBy: 'reference', reference: '={{ $json.reference }}' };
	expect((await runCrosslink(world, byReference, [json[0] ?? {}])).json).toMatchObject([
		{ outcome: 'succeeded', replayed: true },
	]);
	expect((await world.desk.state()).cancellations).toHaveLength(1);
});

it('retry takes up what is due once, whatever comes in; resolve settles what nobody can look up', async () => {
	await world.desk.faults({ match: 'POST /orders', kind: 'statusBefore' }, { match: 'POST /labels', kind: 'lost' });
	await runCrosslink(world, createOrder, [item('due')], toErrorOutput);
	const label = { ...createOrder, command: 'printLabel', idempotencyKey: 'label-1' };
	await runCrosslink(world, label, [{}], toErrorOutput);
	const retry = () => runCrosslink(world, { resource: 'command', operation: 'retry', integration: 'desk' }, [{}, {}]);
	const { json } = await retry();
	expect(json).toEqual([
		expect.objectContaining({ idempotencyKey: 'approved-due', outcome: 'succeeded', attempts: 2 }),
	]);
	const resolve = {
		resource: 'command',
		operation: 'resolve',
		integration: 'desk',
		idempotencyKey: 'label-1',
		found: 'done',
	};
	expect((await runCrosslink(world, { ...resolve, externalId: '77' })).json).toMatchObject([
		{ outcome: 'succeeded', externalId: '77' },
	]);
	expect((await runCrosslink(world, label)).json).toMatchObject([
		{ outcome: 'succeeded', replayed: true, externalId: '77' },
	]);
});

it('the attention trigger tells of an unknown command once', async () => {
	await world.desk.faults({ match: 'POST /labels', kind: 'lost' });
	await runCrosslink(world, { ...createOrder, command: 'printLabel', idempotencyKey: 'label-2' }, [{}], toErrorOutput);
	const node = packNode(
		world,
		'Poll',
		{ what: 'attention', integration: 'desk', tenant: 'default' },
		{ type: 'n8n-nodes-crosslink.crosslinkPollTrigger' },
	);
	const { json, error } = await runNodes(world, [node], [{}]);
	expect(error).toBeUndefined();
	expect(json.filter(({ kind }) => kind === 'unknown')).toMatchObject([
		{
			message: expect.stringContaining(
				'Command "printLabel" with key "label-2" in Order Desk may or may not have been done',
			),
			command: { command: 'printLabel', idempotencyKey: 'label-2', compensation: false },
		},
	]);
});

it.each(['execute', 'get', 'compensate', 'resolve'])(
	'what %s gives out is what its schema tells the editor',
	async (operation) => {
		const given = { ...createOrder, ...(operation === 'resolve' && { command: 'printLabel' }) };
		if (operation === 'resolve') await world.desk.faults({ match: 'POST /labels', kind: 'lost' });
		await runCrosslink(world, given, [item(`schema-${operation}`)], toErrorOutput);
		const parameters = operation === 'execute' ? given : { ...byKey, operation };
		const { json, error } = await runCrosslink(world, parameters, [item(`schema-${operation}`)]);
		expect(error).toBeUndefined();
		expect(json).toHaveLength(1);
		expect(mismatches(schemaOf('command', operation), json[0])).toEqual([]);
	},
);

describe('in the editor', () => {
	async function list(name: string, parameters: object, type = 'n8n-nodes-crosslink.crosslink') {
		const node = packNode(world, 'Crosslink', parameters as never, { type });
		const workflow = workflowOf({ ...world, pack: withTool(world.pack) }, [node]);
		const additionalData = additionalDataFor(world.credentials, { currentNodeParameters: node.parameters });
		const context = new core.LoadOptionsContext(workflow, node, additionalData, '');
		const { methods } = world.pack.nodeTypes.getByNameAndVersion('n8n-nodes-crosslink.crosslink', 1);
		const all = { ...methods?.loadOptions, ...methods?.resourceMapping } as Record<
			string,
			(this: ILoadOptionsFunctions) => Promise<unknown>
		>;
		return await all[name]?.call(context);
	}

	it('lists commands with their help, and their values with what is required and allowed, without any call', async () => {
		const calls = (await world.desk.state()).calls.length;
		const given = { resource: 'command', integration: 'desk', command: 'createOrder', tenant: 'default' };
		expect(await list('getCommandIntegrations', given)).toEqual([
			{ name: 'SAP', value: 'sap' },
			{ name: 'Order Desk', value: 'desk' },
		]);
		const commands = (await list('getCommands', given)) as INodePropertyOptions[];
		expect(commands[0]).toEqual({
			name: 'Create Order',
			value: 'createOrder',
			description: 'Create an order at the desk',
		});
		const { fields } = (await list('getCommandParameters', given)) as ResourceMapperFields;
		expect(fields.map(({ id, required, type, options }) => [id, required, type, options?.length])).toEqual([
			['customer', true, 'string', undefined],
			['amount', true, 'number', undefined],
			['rush', false, 'options', 2],
			['kind', false, 'options', 1],
		]);
		expect(fields[0]?.displayName).toBe('customer (The customer as the desk knows it; at most 10 characters)');
		expect((await world.desk.state()).calls).toHaveLength(calls);
	});

	it('does not offer a restricted integration to a tool, unless it is allowed', async () => {
		const tool = 'n8n-nodes-crosslink.crosslinkTool';
		const given = { resource: 'command', tenant: 'default' };
		expect(await list('getCommandIntegrations', given, tool)).toEqual([]);
		process.env.CROSSLINK_DESK_AI_TOOL = 'true';
		try {
			expect(await list('getCommandIntegrations', given, tool)).toEqual([{ name: 'Order Desk', value: 'desk' }]);
		} finally {
			delete process.env.CROSSLINK_DESK_AI_TOOL;
		}
	});
});

describe('as a tool of an AI agent', () => {
	/** An agent that lets its tools run once, the way n8n's agents get at them. */
	const AGENT: INodeType = {
		description: {
			displayName: 'Agent',
			name: 'agent',
			group: ['transform'],
			version: 1,
			description: 'Runs its tool',
			defaults: { name: 'Agent' },
			inputs: ['main', { type: 'ai_tool' }],
			outputs: ['main'],
			properties: [],
		},
		async execute() {
			const tools = (await this.getInputConnectionData('ai_tool', 0)) as Array<{
				invoke(input: object): Promise<string>;
			}>;
			const said = await Promise.all(
				tools.map(async (tool) => await tool.invoke({}).catch((error: Error) => error.message)),
			);
			return [[{ json: { said } }]];
		},
	};

	/** The workflow Start -> Agent with the Crosslink tool at it, in n8n's engine. */
	async function asTool(parameters: object): Promise<string> {
		const given = { ...world, pack: withTool(world.pack, { 'test.agent': AGENT }) };
		const agent = { ...packNode({ ...given, chosen: [] }, 'Agent', {}), type: 'test.agent' };
		const node = packNode(given, 'Tool', parameters as never, { type: 'n8n-nodes-crosslink.crosslinkTool' });
		const { json, error } = await runNodes(
			given,
			[agent],
			[{ id: 'tool' }],
			{},
			{
				nodes: [node],
				connections: { Tool: { ai_tool: [[{ node: 'Agent', type: 'ai_tool', index: 0 }]] } },
			},
		);
		if (error) throw new Error(error.message);
		return String((json[0]?.['said'] as string[])[0]);
	}

	const values = { payloadInput: 'json', payloadJson: '{"customer":"AGENT","amount":1}' };

	it('a command is refused with the remedy and nothing is called, until the site allows it', async () => {
		const before = (await world.desk.state()).orders.length;
		const parameters = { ...createOrder, ...values, idempotencyKey: 'agent-1' };
		const refused = await asTool(parameters);
		expect(refused).toContain('AI agents may not carry out commands in Order Desk');
		expect(refused).toContain('CROSSLINK_DESK_AI_TOOL=true');
		expect((await world.desk.state()).orders).toHaveLength(before);
		process.env.CROSSLINK_DESK_AI_TOOL = 'true';
		try {
			expect(await asTool(parameters)).toContain('"outcome":"succeeded"');
		} finally {
			delete process.env.CROSSLINK_DESK_AI_TOOL;
		}
		expect((await world.desk.state()).orders).toHaveLength(before + 1);
	});

	it('a query is not restricted, nor is looking a command up', async () => {
		const number = (await world.desk.state()).orders[0]?.number;
		const query = {
			resource: 'query',
			operation: 'run',
			integration: 'desk',
			query: 'orderStatus',
			parametersInput: 'json',
		};
		expect(await asTool({ ...query, parametersJson: JSON.stringify({ number }) })).toContain(`"number":"${number}"`);
		expect(await asTool({ ...byKey, operation: 'get', idempotencyKey: 'approved-a' })).toContain(
			'"outcome":"succeeded"',
		);
	});
});
