import type { INode, INodeExecutionData } from 'n8n-workflow';
import { closeAllStores } from '../../lib/store/open';
import { until } from '../until';
import { letTimePass, publish, publishShortly, runEmitted } from './emitted';
import { sendEvents } from './signed-events';
import { listen, triggerNode, type TriggerServer } from './webhook-server';
import { enable, startWorld, type World } from './world';

// Where the published workflow runs in the process that receives.

let world: World;
let server: TriggerServer;
let trigger: INode;
beforeEach(async () => {
	world = await startWorld();
	await enable(world);
	server = await listen(world, {});
	trigger = triggerNode(world, { options: { publicUrl: server.url } });
});
afterEach(async () => {
	await server.stop();
	await world.stop();
	await closeAllStores();
});

const execute = async (items: INodeExecutionData[], executionId: string) =>
	(await runEmitted(world, trigger, items, { executionId })).json('Trigger');

const externalIds = (items: INodeExecutionData[] = []) => items.map(({ json }) => json['externalId']);
const moment = async (...objectIds: number[]) =>
	await Promise.all(objectIds.map((objectId) => sendEvents(world, server.url, [{ objectId }])));

it('deliveries of one moment start it together, with one item for each record', async () => {
	const { emitted, unpublish } = await publish(world, trigger);
	expect(await moment(11)).toEqual([200]);
	await until(() => emitted.length === 1, 'the first delivery to start the workflow');
	const records = Array.from({ length: 20 }, (_, index) => (index % 2 === 0 ? 12 : 13));
	expect(await moment(...records)).toEqual(records.map(() => 200));
	await unpublish();
	expect(server.executions).toEqual([]);
	expect(externalIds(emitted[0])).toEqual(['11']);
	// How many of them fall into one pause is for the machine to say; each one apart would be 21.
	expect(emitted.length).toBeLessThan(12);
	const items = emitted.flat();
	expect(items.length).toBeLessThan(21);
	const ids = items.flatMap(({ json }) => json['eventIds'] ?? [json['eventId']]);
	expect(ids).toHaveLength(21);
	expect(new Set(ids).size).toBe(21);
	for (const [index, some] of emitted.entries()) {
		expect(await execute(some, String(index))).toHaveLength(some.length);
	}
	letTimePass(world);
	expect(await publishShortly(world, trigger)).toEqual([]);
});

it('what still waits when it is taken down starts it then', async () => {
	const { emitted, unpublish } = await publish(world, trigger);
	await moment(11);
	await moment(12);
	await unpublish();
	expect(emitted.map(externalIds)).toEqual([['11'], ['12']]);
	// From here on the requests start it themselves again.
	await moment(13);
	expect(server.executions.map(externalIds)).toEqual([['13']]);
});

it('what was gathered and never executed comes up again', async () => {
	const { unpublish } = await publish(world, trigger);
	await moment(11);
	await moment(12, 13);
	await unpublish();
	letTimePass(world);
	const [again = []] = await publishShortly(world, trigger);
	expect(externalIds(again).sort()).toEqual(['11', '12', '13']);
});

it('what n8n would not start comes up again', async () => {
	let starts = 0;
	const { emitted, unpublish } = await publish(world, trigger, () => {
		starts += 1;
		throw new Error('No execution can be started now.');
	});
	expect(await moment(11)).toEqual([200]);
	await unpublish();
	expect([starts, emitted]).toEqual([1, []]);
	letTimePass(world);
	expect((await publishShortly(world, trigger)).map(externalIds)).toEqual([['11']]);
});

it('each delivery starts an execution of its own where that is asked for', async () => {
	await server.stop();
	server = await listen(world, { options: { gatherDeliveries: false } });
	const { emitted, unpublish } = await publish(world, trigger);
	await moment(11, 12);
	await unpublish();
	expect(emitted).toEqual([]);
	expect(server.executions.map(externalIds).sort()).toEqual([['11'], ['12']]);
});

it('the next version, published before the last one is gone, gathers on', async () => {
	const before = await publish(world, trigger);
	const after = await publish(world, trigger);
	await before.unpublish();
	await moment(11);
	await after.unpublish();
	expect(before.emitted).toEqual([]);
	expect(after.emitted.map(externalIds)).toEqual([['11']]);
	expect(server.executions).toEqual([]);
});
