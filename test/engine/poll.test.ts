import type { INode, INodeExecutionData } from 'n8n-workflow';
import { acquireStore, closeAllStores } from '../../lib/store/open';
import { letTimePass, runEmitted } from './emitted';
import { runCrosslink } from './harness';
import { pollNode, pollOnce } from './polling';
import { sendEvents } from './signed-events';
import { listen, type TriggerServer } from './webhook-server';
import { enable, orders, pushOrders, startWorld, type World } from './world';

/** HubSpot's index shows what is half a minute old; polls reach back a minute. */
const SHOWN_MS = 45_000;
const LONG_AGO_MS = 86_400_000;

let world: World;
let ago: number;
beforeEach(async () => {
	ago = SHOWN_MS;
	world = await startWorld({ now: () => Date.now() - ago });
	await enable(world);
});
afterEach(async () => {
	await world.stop();
	await closeAllStores();
});

const deal = (name: string) =>
	world.hubSpot.account.create('deals', { dealname: name, pipeline: 'default', dealstage: 'appointmentscheduled' }).id;
/** Sorted: of events that come at once none is first. */
const idsOf = (items: INodeExecutionData[] | null) =>
	items?.map(({ json }) => String(json['externalId'])).sort() ?? null;
const execute = async (node: INode, items: INodeExecutionData[], executionId: string) =>
	(await runEmitted(world, node, items, { executionId })).json('Poll');

async function position(entity = 'order') {
	const { store, release } = await acquireStore(`sqlite:${world.storeFile}`);
	const key = { tenant: 'default', integration: 'hubspot', entity, poll: 'workflow/poll-node' };
	const found = await store.cursors.get(key);
	release();
	return found?.cursor;
}

describe('changes', () => {
	const changes = (more: object = {}) => pollNode(world, { what: 'changes', entities: ['order'], ...more });
	const all = () => changes({ start: 'beginning' });

	it('from the beginning: every record once, in the shape every trigger gives out', async () => {
		ago = LONG_AGO_MS;
		const ids = [deal('a'), deal('b'), deal('c')];
		const items = await pollOnce(world, all());
		expect(items?.map(({ json }) => json)).toEqual(
			ids.map((externalId) => ({
				...{ tenant: 'default', integration: 'hubspot', entity: 'order', externalId, event: 'updated' },
				...{
					occurredAt: expect.stringMatching(/^\d{4}-/),
					eventId: expect.stringContaining(`poll:order:${externalId}:`),
				},
			})),
		);
		expect(await execute(all(), items ?? [], '1')).toHaveLength(3);
		expect(await pollOnce(world, all())).toBeNull();
		letTimePass(world);
		expect(await pollOnce(world, all())).toBeNull();
	});

	it('from now: what changes afterwards, and each version once although polls reach back', async () => {
		ago = LONG_AGO_MS;
		const id = deal('old');
		expect(await pollOnce(world, changes())).toBeNull();
		ago = SHOWN_MS;
		world.hubSpot.account.edit('deals', id, { description: 'call back' });
		const items = await pollOnce(world, changes());
		expect(idsOf(items)).toEqual([id]);
		await execute(changes(), items ?? [], '1');
		expect(await pollOnce(world, changes())).toBeNull();
		world.hubSpot.account.edit('deals', id, { description: 'call back tomorrow' });
		expect(idsOf(await pollOnce(world, changes()))).toEqual([id]);
	});

	it('what was found and never executed comes again', async () => {
		const id = deal('a');
		expect(idsOf(await pollOnce(world, all()))).toEqual([id]);
		expect(await pollOnce(world, all())).toBeNull();
		letTimePass(world);
		const again = await pollOnce(world, all());
		expect(idsOf(again)).toEqual([id]);
		expect(await execute(all(), again ?? [], '1')).toHaveLength(1);
	});

	it('our own write is no change; theirs to the same record is, with the local id', async () => {
		const { json } = await runCrosslink(world, pushOrders, orders(1));
		const externalId = json[0]?.['externalId'] as string;
		expect(await pollOnce(world, all())).toBeNull();
		world.hubSpot.account.edit('deals', externalId, { description: 'call back' });
		const items = await pollOnce(world, all());
		expect(items?.map((item) => item.json)).toMatchObject([{ externalId, localId: 'o-1' }]);
	});

	it('a poll that fails says why, keeps its position, and the next one goes on there', async () => {
		const first = deal('a');
		const items = await pollOnce(world, all());
		await execute(all(), items ?? [], '1');
		const before = await position();
		const second = deal('b');
		world.hubSpot.faults.add({ kind: 'status', status: 401, times: Infinity });
		await expect(pollOnce(world, all())).rejects.toMatchObject({ description: expect.stringMatching(/token/i) });
		expect(await position()).toEqual(before);
		world.hubSpot.faults.clear();
		// A refused login is not tried again by itself: a person says that it is good now.
		const calls = world.hubSpot.calls.count;
		await expect(pollOnce(world, all())).rejects.toMatchObject({
			// n8n shows no more than the message when a workflow cannot be published.
			message: expect.stringMatching(/is parked since.*Integration → Test/),
		});
		expect(world.hubSpot.calls.count).toBe(calls);
		await runCrosslink(world, { resource: 'integration', operation: 'test', integration: 'hubspot' });
		expect(idsOf(await pollOnce(world, all()))).toEqual([second]);
		expect(first).not.toBe(second);
	});

	it('several polls at once hand each record out once', async () => {
		const ids = Array.from({ length: 250 }, (_, index) => deal(`d${index}`));
		const found = await Promise.all(Array.from({ length: 4 }, () => pollOnce(world, all())));
		const handed = found.flatMap((items) => idsOf(items) ?? []);
		let rest = await pollOnce(world, all());
		while (rest !== null) {
			handed.push(...(idsOf(rest) ?? []));
			rest = await pollOnce(world, all());
		}
		expect(handed.toSorted()).toEqual(ids.toSorted());
	});

	it('hands out as many as it may, and the rest with the next polls', async () => {
		const ids = Array.from({ length: 130 }, (_, index) => deal(`d${index}`));
		const few = all();
		few.parameters['options'] = { itemsPerPoll: 50 };
		const handed: unknown[] = [];
		for (const executionId of ['1', '2', '3']) {
			const items = (await pollOnce(world, few)) ?? [];
			expect(items.length).toBeLessThanOrEqual(50);
			handed.push(...(await execute(few, items, executionId)).map(({ externalId }) => externalId));
			letTimePass(world);
		}
		expect(handed.length).toBe(130);
		expect(new Set(handed)).toEqual(new Set(ids));
	});

	it('stops in time for n8n’s budget, with its place kept inside the window, and goes on there', async () => {
		const ids = Array.from({ length: 700 }, (_, index) => deal(`d${index}`));
		world.hubSpot.faults.add({ kind: 'slow', ms: 300, match: { pathIncludes: '/search' }, times: Infinity });
		world.hubSpot.calls.clear();
		const handed = idsOf(await pollOnce(world, all(), 400)) ?? [];
		expect(world.hubSpot.calls.list('/search')).toHaveLength(1);
		expect(handed).toHaveLength(200);
		expect(await position()).toMatchObject({ after: expect.any(String) });
		world.hubSpot.faults.clear();
		handed.push(...(idsOf(await pollOnce(world, all())) ?? []));
		expect(handed.toSorted()).toEqual(ids.toSorted());
	});

	it('begins nothing when no time is left, and what waits is handed out all the same', async () => {
		const first = deal('a');
		expect(idsOf(await pollOnce(world, all()))).toEqual([first]);
		letTimePass(world);
		world.hubSpot.calls.clear();
		expect(idsOf(await pollOnce(world, all(), 0))).toEqual([first]);
		expect(world.hubSpot.calls.count).toBe(0);
	});

	it('a run by hand shows some records and moves nothing', async () => {
		const ids = [deal('a'), deal('b')];
		const { json } = await runEmitted(world, all(), [{ json: {} }], { executionId: '1', mode: 'manual' });
		expect(
			json('Poll')
				.map(({ externalId }) => externalId)
				.sort(),
		).toEqual(ids.toSorted());
		expect(await position()).toBeUndefined();
		expect(idsOf(await pollOnce(world, all()))).toEqual(ids.toSorted());
	});

	it('does nothing while the integration is switched off, and catches up afterwards', async () => {
		const id = deal('a');
		await runCrosslink(world, { resource: 'integration', operation: 'disable', integration: 'hubspot' });
		expect(await pollOnce(world, all())).toBeNull();
		await runCrosslink(world, { resource: 'integration', operation: 'enable', integration: 'hubspot' });
		expect(idsOf(await pollOnce(world, all()))).toEqual([id]);
	});
});

describe('the inbox', () => {
	let server: TriggerServer;
	beforeEach(async () => {
		server = await listen(world, {});
	});
	afterEach(() => server.stop());
	const subscriber = (id: string, more: object = {}): INode => ({
		...pollNode(world, { what: 'inbox', start: 'beginning', ...more }),
		id,
	});
	const send = async (...events: object[]) => await sendEvents(world, server.url, events);

	it('feeds any number of workflows, each at its own pace and with its own filter', async () => {
		await send({ objectId: 1 }, { objectId: 2, subscriptionType: 'company.creation' });
		expect(idsOf(await pollOnce(world, subscriber('all')))).toEqual(['1', '2']);
		await send({ objectId: 3 });
		expect(idsOf(await pollOnce(world, subscriber('all')))).toEqual(['3']);
		expect(idsOf(await pollOnce(world, subscriber('companies', { entities: ['company'] })))).toEqual(['2']);
		expect(idsOf(await pollOnce(world, subscriber('created', { events: ['created'] })))).toEqual(['2']);
		// Off all the while, and it loses nothing.
		expect(idsOf(await pollOnce(world, subscriber('late')))).toEqual(['1', '2', '3']);
		expect(await pollOnce(world, subscriber('late'))).toBeNull();
	});

	it('begins with what comes from now on when that is chosen', async () => {
		await send({ objectId: 1 });
		const fromNow = subscriber('now', { start: 'now' });
		expect(await pollOnce(world, fromNow)).toBeNull();
		await send({ objectId: 2 });
		expect(idsOf(await pollOnce(world, fromNow))).toEqual(['2']);
	});

	it('shows another tenant nothing', async () => {
		await send({ objectId: 1 });
		await enable(world, 'other');
		expect(await pollOnce(world, subscriber('other', { tenant: 'other' }))).toBeNull();
	});

	it('hands out again what nobody took, and not what an execution has', async () => {
		await send({ objectId: 1 }, { objectId: 2 });
		const node = subscriber('again');
		const items = (await pollOnce(world, node)) ?? [];
		expect(await execute(node, items.slice(0, 1), '1')).toHaveLength(1);
		letTimePass(world);
		expect(idsOf(await pollOnce(world, node))).toEqual(idsOf(items.slice(1)));
	});

	it('an event whose execution failed is handed out once more by Replay', async () => {
		await send({ objectId: 1 });
		const node = subscriber('replayed');
		const items = (await pollOnce(world, node)) ?? [];
		await execute(node, items, '1');
		letTimePass(world);
		expect(await pollOnce(world, node)).toBeNull();
		const replay = { resource: 'event', operation: 'replay', integration: 'hubspot' };
		const eventIds = String(items[0]?.json['eventId']);
		expect((await runCrosslink(world, { ...replay, eventIds })).json).toMatchObject([{ outcome: 'replayed' }]);
		expect(idsOf(await pollOnce(world, node))).toEqual(['1']);
	});

	it('a run by hand on an empty inbox says what to do', async () => {
		const { run } = await runEmitted(world, subscriber('hand'), [{ json: {} }], { executionId: '1', mode: 'manual' });
		expect(run.data.resultData.error).toMatchObject({ description: expect.stringContaining('Publish the workflow') });
	});
});

describe('attention', () => {
	const attention = (more: object = {}) => pollNode(world, { what: 'attention', ...more });

	it('tells once of a record that failed, with reason and remedy, and again when something else is wrong', async () => {
		world.hubSpot.faults.add({ kind: 'status', status: 400, times: Infinity });
		await runCrosslink(world, pushOrders, orders(1), { onError: 'continueRegularOutput' });
		world.hubSpot.faults.clear();
		const found = await untilTold();
		expect(found).toMatchObject([
			{ kind: 'failed', entity: 'order', localId: 'o-1', message: expect.any(String), remedy: expect.any(String) },
		]);
		expect(await pollOnce(world, attention())).toBeNull();
	});

	it('tells of an account that no tenant has', async () => {
		const server = await listen(world, { eventsBelongTo: 'account' });
		const status = await sendEvents(world, server.url, [
			{ objectId: 1, portalId: 99 },
			{ objectId: 2, portalId: 99 },
		]);
		expect(status).toBe(200);
		expect(server.executions).toEqual([]);
		await server.stop();
		const found = await untilTold();
		expect(found).toMatchObject([
			{ kind: 'unrouted', account: '99', entity: null, remedy: expect.stringContaining('Account ID') },
		]);
	});

	/** A link must have been settled for a moment, lest one that is written just now be missed. */
	async function untilTold() {
		const deadline = Date.now() + 20_000;
		for (;;) {
			const items = await pollOnce(world, attention());
			if (items !== null) return items.map(({ json }) => json);
			if (Date.now() > deadline) throw new Error('nothing was told');
		}
	}
});
