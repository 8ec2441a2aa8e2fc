import { packNode, runCrosslink, runNodes, type NodeRun } from './harness';
import { agree, configure, enable, orders, pushOrders, startWorld, untilSomething, type World } from './world';

const reconcile = { ...pushOrders, operation: 'reconcile' };
const retry = { ...pushOrders, operation: 'retry' };
const toErrorOutput = { onError: 'continueErrorOutput' } as const;

let world: World;
beforeEach(async () => {
	world = await startWorld();
	await enable(world);
});
afterEach(() => world.stop());

const codes = ({ outputs }: NodeRun) => outputs[1]?.map(({ json }) => (json['error'] as { code: string }).code);
const summaryOf = ({ json }: NodeRun) =>
	json.at(-1)?.['summary'] as { finished: boolean; counts: Record<string, number> };

const ENFORCED = {
	entities: { order: { fields: [{ local: 'amount', external: 'amount', strength: 'enforced' }] } },
};

describe('record.reconcile', () => {
	const drift = async () => {
		await configure(world, ENFORCED);
		const ids = await agree(world, orders(5));
		world.hubSpot.account.edit('deals', ids[1] ?? '', { amount: '999' });
		world.hubSpot.account.edit('deals', ids[3] ?? '', { description: 'call back' });
		return ids;
	};

	it('reports what differs and a summary, once for all items, and writes nothing', async () => {
		const ids = await drift();
		const run = await runCrosslink(world, reconcile, [{}, {}, {}]);
		expect(run.error).toBeUndefined();
		expect(run.json.slice(0, -1).map(({ localId }) => localId)).toEqual(['o-2', 'o-4']);
		expect(summaryOf(run)).toMatchObject({ finished: true, counts: { checked: 5, differing: 2 } });
		expect(run.outputs[0]?.map(({ pairedItem }) => pairedItem)).toEqual(
			run.json.map(() => expect.objectContaining({ item: 0 })),
		);
		expect(world.hubSpot.account.get('deals', ids[1] ?? '')?.properties['amount']).toBe('999');
	});

	it('repairs by rule: writes back what is enforced, hands out what the other side owns', async () => {
		const ids = await drift();
		const run = await runCrosslink(world, { ...reconcile, mode: 'repair' });
		expect(world.hubSpot.account.get('deals', ids[1] ?? '')?.properties['amount']).toBe('101');
		const handedOut = run.json.find(({ localId }) => localId === 'o-4');
		expect(handedOut).toMatchObject({ patch: { salesNotes: 'call back' }, receipt: expect.any(String) });
		await runCrosslink(world, { ...pushOrders, operation: 'confirm' }, [handedOut ?? {}]);
		const calm = await runCrosslink(world, reconcile);
		expect(calm.json).toHaveLength(1);
		expect(summaryOf(calm)).toMatchObject({ finished: true, counts: { checked: 5, differing: 0 } });
	});

	it('gives out no more records than asked, and counts all; goes through pages', async () => {
		await drift();
		const options = { maxRecords: 1, pageSize: 2 };
		const run = await runCrosslink(world, { ...reconcile, options });
		expect(run.json).toHaveLength(2);
		expect(summaryOf(run)).toMatchObject({ finished: true, counts: { checked: 5, differing: 2 } });
	});

	it('tells a person who watches how far it is, page by page', async () => {
		await drift();
		const seen: string[] = [];
		const sendDataToUI = (_type: string, data: unknown) => void seen.push(JSON.stringify(data));
		const node = packNode(world, 'Reconcile', { ...reconcile, options: { pageSize: 2 } });
		await runNodes(world, [node], [{}], { sendDataToUI });
		expect(seen.filter((text) => text.includes('Reconcile order with hubspot'))).toEqual([
			expect.stringContaining('2 checked'),
			expect.stringContaining('4 checked'),
			expect.stringMatching(/5 checked.*finished/),
		]);
	});

	it('stops at the brakes', async () => {
		await drift();
		await configure(world, { ...ENFORCED, brakes: { changes: 0, changesCount: 0 } });
		const stopped = await runCrosslink(world, { ...reconcile, mode: 'repair' });
		expect(stopped.error).toMatchObject({ context: { code: 'brake_changes' } });
		const meant = { ...reconcile, mode: 'repair', restart: true, options: { despiteBrakes: true } };
		expect((await runCrosslink(world, meant)).error).toBeUndefined();
	});

	it.each([
		[{ mode: 'guess' }, 'Mode'],
		[{ options: { pageSize: 0 } }, 'Page Size'],
		[{ options: { maxMinutes: 'long' } }, 'Time Limit'],
	])('refuses %j and names the parameter', async (wrong, name) => {
		const { error } = await runCrosslink(world, { ...reconcile, ...wrong });
		expect(error).toMatchObject({ context: { code: 'parameter_invalid' } });
		expect(error?.message).toContain(name);
	});
});

describe('record.retry', () => {
	it('takes up what failed when its time has come, longest waiting first, up to the limit', async () => {
		await configure(world, { retry: { attempts: 5, delaySeconds: 1 } });
		world.hubSpot.faults.add({ kind: 'status', status: 503, times: Infinity, match: { pathIncludes: '/batch/' } });
		const pushed = await runCrosslink(world, pushOrders, orders(3), toErrorOutput);
		expect(pushed.outputs[1]?.map(({ json }) => json['details'])).toEqual(
			orders(3).map(({ id }) => expect.objectContaining({ localId: id, outcome: 'failed' })),
		);
		world.hubSpot.faults.clear();
		const taken: unknown[] = [];
		while (taken.length < 3) {
			const { json, outputs } = await untilSomething(() => runCrosslink(world, { ...retry, limit: 2 }, [{}, {}]));
			expect(json.length).toBeLessThanOrEqual(2);
			expect(outputs[0]?.[0]?.pairedItem).toMatchObject({ item: 0 });
			taken.push(...json.map(({ localId, outcome }) => `${String(localId)} ${String(outcome)}`));
		}
		expect(taken.sort()).toEqual(['o-1 created', 'o-2 created', 'o-3 created']);
		expect(world.hubSpot.account.list('deals').map(({ properties }) => properties['amount'])).toEqual(
			expect.arrayContaining(['100', '101', '102']),
		);
		expect((await runCrosslink(world, retry)).json).toEqual([]);
	});

	it('lets what is tried again go on as an item; what is given up on is an error with its reason', async () => {
		await configure(world, { retry: { attempts: 3, delaySeconds: 1 } });
		world.hubSpot.faults.add({ kind: 'status', status: 503, times: Infinity, match: { pathIncludes: '/batch/' } });
		await runCrosslink(world, pushOrders, orders(1), toErrorOutput);
		const again = await untilSomething(() => runCrosslink(world, retry, [{}], toErrorOutput));
		expect(again.json).toEqual([expect.objectContaining({ localId: 'o-1', outcome: 'failed' })]);
		const last = await untilSomething(() => runCrosslink(world, retry, [{}], toErrorOutput));
		expect(last.outputs[1]?.map(({ json }) => json['details'])).toEqual([
			expect.objectContaining({ localId: 'o-1', link: expect.objectContaining({ syncStatus: 'failed' }) }),
		]);
	});

	it('refuses a limit that is none, and an entity there is none of', async () => {
		expect((await runCrosslink(world, { ...retry, limit: -1 })).error).toMatchObject({
			context: { code: 'parameter_invalid' },
		});
		const run = await runCrosslink(world, { ...retry, entity: 'parcel' }, [{}], toErrorOutput);
		expect(codes(run)).toEqual(['entity_unknown']);
	});
});
