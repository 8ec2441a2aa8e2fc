import type { Execution } from '../../quickstart/n8n-api';
import { withSettings } from '../../quickstart/templates';
import type { Order } from '../../sandbox/tracker';
import { configureWorkflow, CONFIGURE } from './configure-workflow';
import { itemsAcross } from './editor-api';
import { readStore } from './store-file';
import { TrackerGate } from './tracker-gate';
import type { World } from './world';
import { FROM_HUBSPOT } from './world';

/** Sales notes may be written on both sides; when both did at once, this side's stay. */
const NOTES_BOTH_WAYS = {
	entities: {
		order: { fields: [{ local: 'salesNotes', external: 'description', direction: 'both', owner: 'local' }] },
	},
};
/** Writes of one run before it gives up, as the template's note says. */
const WRITES_MOST = 5;

/** Somebody edits the Tracker's record between what the flow has read and what it writes. */
export function concurrentEditTests(world: () => World): void {
	let gate: TrackerGate;

	beforeAll(async () => {
		gate = await TrackerGate.start(world().sandboxes.tracker.url);
		await readThrough(world(), gate.url);
		await configure(world(), NOTES_BOTH_WAYS);
	});
	afterAll(async () => {
		try {
			await configure(world(), {});
			await readThrough(world(), world().sandboxes.tracker.url);
		} finally {
			await gate.stop();
		}
	});
	beforeEach(() => gate.forget());

	it('their edit survives, the one from HubSpot arrives after it, and both sides agree', async () => {
		const { name, version } = orderOf(world(), '1005');
		const edits = once(async () => await editHere(world(), '1005', { salesNotes: 'Called them: two lots.' }));
		gate.beforeAnswer = async ({ method }) => {
			if (method === 'GET') await edits();
			return true;
		};
		const executions = await edited(world(), name, { dealstage: 'contractsent', description: 'Wants one lot.' });

		expect(gate.writes.map(({ status, ifMatch }) => [status, ifMatch])).toEqual([
			[412, `"${version}"`],
			[200, `"${version + 1}"`],
		]);
		// One for the events, another for the echo of what was sent over.
		expect(executions.filter(({ status }) => status !== 'success')).toEqual([]);
		expect(itemsAcross(executions, 'Written?', 1)).toMatchObject([
			{ statusCode: 412, body: { error: { message: expect.stringContaining('has changed since you read it') } } },
		]);
		expect(itemsAcross(executions, 'Confirm')).toMatchObject([{ outcome: 'updated', localId: '1005' }]);

		const agreed = { salesStage: 'contractsent', salesNotes: 'Called them: two lots.' };
		expect(orderOf(world(), '1005')).toMatchObject(agreed);
		expect(dealOf(world(), name)).toMatchObject({ dealstage: agreed.salesStage, description: agreed.salesNotes });
		expect(linkOf(world(), '1005')).toMatchObject({
			status: 'synced',
			base: {
				local: { 'salesStage>dealstage': agreed.salesStage, 'salesNotes>description': agreed.salesNotes },
				external: { 'salesStage>dealstage': agreed.salesStage, 'salesNotes>description': agreed.salesNotes },
			},
		});
	});

	it('a change in HubSpot of a field both sides may change comes over where nobody was in the way', async () => {
		const { name } = orderOf(world(), '1006');
		const executions = await edited(world(), name, { description: 'Both may write this.' });
		expect(gate.writes.map(({ status }) => status)).toEqual([200]);
		expect(itemsAcross(executions, 'Confirm')).toMatchObject([{ outcome: 'updated' }]);
		expect(orderOf(world(), '1006').salesNotes).toBe('Both may write this.');
	});

	it('a write whose answer got lost is found done, and not done twice', async () => {
		const { name, version } = orderOf(world(), '1007');
		const loses = once(async () => await Promise.resolve(true));
		gate.beforeAnswer = async ({ method }) => method !== 'PATCH' || (await loses()) !== true;
		const executions = await edited(world(), name, { dealstage: 'closedwon' });
		expect(gate.writes.map(({ status }) => status)).toEqual([200]);
		expect(executions.map(({ status }) => status)).toEqual(['success']);
		expect(orderOf(world(), '1007')).toMatchObject({ salesStage: 'closedwon', version: version + 1 });
		expect(linkOf(world(), '1007')).toMatchObject({
			status: 'synced',
			base: { local: { 'salesStage>dealstage': 'closedwon' }, external: { 'salesStage>dealstage': 'closedwon' } },
		});
	});

	it('a record that never comes to rest is given up in sight, unconfirmed, and its next event brings all of it', async () => {
		const { name, salesStage } = orderOf(world(), '1008');
		let edits = 0;
		gate.beforeAnswer = async ({ method }) => {
			if (method === 'GET') await editHere(world(), '1008', { notes: `edit ${++edits}` });
			return true;
		};
		const executions = await edited(world(), name, { dealstage: 'contractsent' });
		expect(gate.writes.map(({ status }) => status)).toEqual(Array(WRITES_MOST).fill(412));
		expect(itemsAcross(executions, 'Not written')).toMatchObject([{ statusCode: 412 }]);
		expect(itemsAcross(executions, 'Confirm')).toEqual([]);
		expect(orderOf(world(), '1008')).toMatchObject({ salesStage, notes: `edit ${WRITES_MOST}` });

		gate.forget();
		await edited(world(), name, { description: 'And a note.' });
		expect(gate.writes.map(({ status }) => status)).toEqual([200]);
		expect(orderOf(world(), '1008')).toMatchObject({ salesStage: 'contractsent', salesNotes: 'And a note.' });
	}, 90_000);

	it('what comes back does not wait for a push that HubSpot refuses', async () => {
		const { hubspot, tracker } = world().sandboxes;
		const { name } = orderOf(world(), '1009');
		const refusal = { kind: 'status', status: 400, category: 'VALIDATION_ERROR', message: 'No.' } as const;
		hubspot.faults.add({ ...refusal, times: Infinity, match: { method: 'POST', pathIncludes: '/batch/upsert' } });
		hubspot.faults.add({ ...refusal, times: Infinity, match: { method: 'POST', pathIncludes: '/batch/update' } });
		await editHere(world(), '1009', { amount: 77.5 });
		await tracker.settled();
		await world().quiet();
		expect(linkOf(world(), '1009').status).toBe('failed');

		const executions = await edited(world(), name, { dealstage: 'closedwon' });
		expect(itemsAcross(executions, 'Pull alone')).toMatchObject([{ localId: '1009', outcome: 'updated' }]);
		expect(orderOf(world(), '1009')).toMatchObject({ salesStage: 'closedwon', amount: 77.5 });
		expect(linkOf(world(), '1009').status).toBe('failed');

		hubspot.faults.clear();
		tracker.resend('order');
		await tracker.settled();
		await world().quiet();
		expect(dealOf(world(), name)).toMatchObject({ amount: '77.5', dealstage: 'closedwon' });
		expect(linkOf(world(), '1009').status).toBe('synced');
	});
}

/** Lets the template read and write at this address, as its "Settings" node says, and publishes it again. */
async function readThrough(world: World, trackerUrl: string): Promise<void> {
	const { api } = world;
	const saved = await api.workflow(world.workflow(FROM_HUBSPOT).id);
	await api.publish(await api.save({ ...saved, ...withSettings(saved, { trackerUrl }) }));
}

async function configure({ api, run }: World, settings: object): Promise<void> {
	const file = configureWorkflow();
	const parameters = { settingsInput: 'json', settings: JSON.stringify(settings) };
	const nodes = file.nodes.map((node) =>
		node.name === CONFIGURE ? { ...node, parameters: { ...node.parameters, ...parameters } } : node,
	);
	const execution = await api.finished(
		await api.run(await api.importWorkflow({ ...file, nodes }), 'Start'),
		run.signal,
	);
	expect(execution.status).toBe('success');
}

/** Somebody in HubSpot changes a deal; resolves when all is at rest, with what the template has run for it. */
async function edited(world: World, name: string, properties: Record<string, string>): Promise<Execution[]> {
	const { hubspot } = world.sandboxes;
	const before = await world.api.executions();
	const [deal] = hubspot.account.find('deals', 'dealname', name);
	hubspot.account.edit('deals', deal?.id ?? '', properties, { by: 'user' });
	await world.quiet();
	return await world.api.newerThan(before, world.workflow(FROM_HUBSPOT).id);
}

/** A person at the Tracker's page. */
async function editHere({ sandboxes }: World, id: string, fields: object): Promise<void> {
	const answer = await fetch(`${sandboxes.tracker.url}/_sandbox/orders/${id}`, {
		method: 'PATCH',
		headers: { 'content-type': 'application/json' },
		body: JSON.stringify(fields),
	});
	expect(answer.status).toBe(200);
}

function once<T>(action: () => Promise<T>): () => Promise<T | undefined> {
	let done = false;
	return async () => {
		if (done) return undefined;
		done = true;
		return await action();
	};
}

function orderOf({ sandboxes }: World, id: string): Order {
	const order = sandboxes.tracker.orders().find((each) => each.id === id);
	if (!order) throw new Error(`There is no order ${id}.`);
	return order;
}

function dealOf({ sandboxes }: World, name: string): Record<string, string | null> | undefined {
	return sandboxes.hubspot.account.find('deals', 'dealname', name)[0]?.properties;
}

function linkOf({ storeFile }: World, localId: string): { status: unknown; base: unknown } {
	const [row] = readStore(storeFile, `SELECT sync_status, base FROM hubspot_order_link WHERE local_id = '${localId}'`);
	return { status: row?.sync_status, base: JSON.parse(String(row?.base)) };
}
