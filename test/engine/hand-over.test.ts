import type { INode, INodeExecutionData } from 'n8n-workflow';
import { acquireStore, closeAllStores } from '../../lib/store/open';
import { beginAndDie, letTimePass, publishShortly, runEmitted } from './emitted';
import { runCrosslink } from './harness';
import { sendEvents } from './signed-events';
import { listen, triggerNode, type TriggerServer } from './webhook-server';
import { enable, orders, pushOrders, startWorld, type World } from './world';

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

/** One deal is changed in HubSpot; what the trigger starts the workflow with. */
async function emitOne(more: object = {}): Promise<INodeExecutionData[]> {
	expect(await sendEvents(world, server.url, [{ objectId: 11, ...more }])).toBe(200);
	return server.executions.at(-1) ?? [];
}

const execute = async (items: INodeExecutionData[], executionId: string, mode?: 'manual' | 'trigger') =>
	(await runEmitted(world, trigger, items, { executionId, ...(mode && { mode }) })).json('Trigger');

const replay = async (eventIds: unknown) =>
	await runCrosslink(
		world,
		{ resource: 'event', operation: 'replay', integration: 'hubspot', eventIds: eventIds as string },
		[{}],
		{ onError: 'continueRegularOutput' },
	);

it('an execution takes its events in hand, and no other execution gets them then', async () => {
	const items = await emitOne();
	expect(await execute(items, '1')).toHaveLength(1);
	expect(await execute(items, '2')).toEqual([]);
	letTimePass(world);
	expect(await publishShortly(world, trigger)).toEqual([]);
});

it('what was stored and never executed comes up again once the trigger runs', async () => {
	const items = await emitOne();
	// Emitted a moment ago: it is given time.
	expect(await publishShortly(world, trigger)).toEqual([]);
	letTimePass(world);
	const [again = []] = await publishShortly(world, trigger);
	expect(again.map(({ json }) => json)).toEqual(items.map(({ json }) => json));
	expect(await execute(again, '2')).toHaveLength(1);
	// The first execution was only late.
	expect(await execute(items, '1')).toEqual([]);
});

it('what a dead process had in hand comes up again, and not before its lease is over', async () => {
	const items = await emitOne();
	expect(await beginAndDie(world, trigger, items, '1')).toHaveLength(1);
	expect(await publishShortly(world, trigger)).toEqual([]);
	letTimePass(world);
	const [again = []] = await publishShortly(world, trigger);
	expect(await execute(again, '2')).toHaveLength(1);
	letTimePass(world);
	expect(await publishShortly(world, trigger)).toEqual([]);
});

it('a failed execution is over, and Replay starts the workflow with its event once more', async () => {
	const items = await emitOne();
	const failing: INode = {
		...{ id: 'stop', name: 'Stop', type: trigger.type.replace('crosslinkTrigger', 'crosslink'), typeVersion: 1 },
		...{
			position: [0, 0],
			parameters: { resource: 'record', operation: 'push', integration: 'nowhere', entity: 'order' },
		},
	};
	const { run } = await runEmitted(world, trigger, items, { executionId: '1', then: [failing] });
	expect(run.data.resultData.error).toBeDefined();
	letTimePass(world);
	expect(await publishShortly(world, trigger)).toEqual([]);

	const eventId = items[0]?.json['eventId'];
	const { json } = await replay(eventId);
	expect(json).toEqual([{ tenant: 'default', integration: 'hubspot', eventId, outcome: 'replayed', receivers: 1 }]);
	const [again = []] = await publishShortly(world, trigger);
	expect(again.map((item) => item.json)).toEqual(items.map((item) => item.json));
	expect(await execute(again, '2')).toHaveLength(1);
});

it('Replay says of each event why it cannot', async () => {
	const [item] = await emitOne();
	await sendEvents(world, server.url, [{ objectId: 12, subscriptionType: 'product.creation' }]);
	const known = String(item?.json['eventId']);
	const { json } = await replay([known, 'no-such-event']);
	expect(json).toMatchObject([
		{ outcome: 'replayed' },
		{ outcome: 'failed', error: { code: 'event_unknown', message: expect.stringContaining('no-such-event') } },
	]);
	expect((await replay(' , ')).json).toMatchObject([{ error: { code: 'parameter_missing' } }]);
});

it('a run by hand gets everything and takes nothing', async () => {
	const items = await emitOne();
	expect(await execute(items, '1', 'manual')).toHaveLength(1);
	expect(await execute(items, '2')).toHaveLength(1);
});

it('many events of one record become one item that names them all; order does not matter', async () => {
	const changes = [
		{ objectId: 11, propertyName: 'description', occurredAt: 1_790_000_000_300 },
		{ objectId: 11, propertyName: 'dealname', occurredAt: 1_790_000_000_100 },
		{ objectId: 12, propertyName: 'dealname', occurredAt: 1_790_000_000_200 },
	];
	await sendEvents(world, server.url, changes);
	const [items = []] = server.executions;
	expect(items.map(({ json }) => [json['externalId'], (json['eventIds'] as string[] | undefined)?.length])).toEqual([
		['11', 2],
		['12', undefined],
	]);
	expect(await execute(items, '1')).toHaveLength(2);
	letTimePass(world);
	expect(await publishShortly(world, trigger)).toEqual([]);
});

it('our own write coming back starts nothing', async () => {
	const { json } = await runCrosslink(world, pushOrders, orders(1));
	const objectId = Number(json[0]?.['externalId']);
	await sendEvents(world, server.url, [
		{ objectId, propertyName: 'dealname', propertyValue: 'Order 1', changeSource: 'INTEGRATION' },
	]);
	expect(server.executions).toEqual([]);
	await sendEvents(world, server.url, [{ objectId, propertyName: 'description', propertyValue: 'call back' }]);
	expect(server.executions).toHaveLength(1);
});

it('one tenant gets the events of its own account only, once that is known; the others wait', async () => {
	await sendEvents(world, server.url, [{ objectId: 10, portalId: 9 }]);
	expect(server.executions.flat()).toHaveLength(1);
	const { error } = await runCrosslink(world, { resource: 'integration', operation: 'test', integration: 'hubspot' });
	expect(error).toBeUndefined();
	expect(await sendEvents(world, server.url, [{ objectId: 11, portalId: 9 }, { objectId: 12 }])).toBe(200);
	expect(server.executions.flat().map(({ json }) => json['externalId'])).toEqual(['10', '12']);
	const { store, release } = await acquireStore(`sqlite:${world.storeFile}`);
	const kept = await store.inbox.find('default', 'hubspot', { status: 'unrouted' }, 10);
	release();
	expect(kept.map(({ externalId, account }) => [externalId, account])).toEqual([['11', '9']]);
});

it('events of an account go to its tenant, and those of an unknown one wait until a tenant has it', async () => {
	await server.stop();
	server = await listen(world, { eventsBelongTo: 'account' });
	await sendEvents(world, server.url, [{ objectId: 11 }]);
	expect(server.executions).toEqual([]);
	await enable(world, 'acme');
	const { error } = await runCrosslink(world, {
		...{ resource: 'integration', operation: 'configure', integration: 'hubspot', tenant: 'acme' },
		...{ settingsInput: 'json', settings: '{}', accountId: String(world.hubSpot.portalId) },
	});
	expect(error).toBeUndefined();
	await sendEvents(world, server.url, [{ objectId: 12 }]);
	expect(server.executions.flat().map(({ json }) => [json['tenant'], json['externalId']])).toEqual([['acme', '12']]);

	const { store, release } = await acquireStore(`sqlite:${world.storeFile}`);
	const kept = await store.inbox.find('acme', 'hubspot', { status: 'received' }, 10);
	release();
	expect(kept.map(({ externalId }) => externalId).sort()).toEqual(['11', '12']);
});
