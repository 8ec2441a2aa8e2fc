import type { IDataObject } from 'n8n-workflow';
import { runCrosslink } from './harness';
import { agree, configure, enable, NAME_IN_CONFLICT, orders, pushOrders, startWorld, type World } from './world';

const health = { resource: 'report', operation: 'health' };

let world: World;
beforeAll(async () => {
	world = await startWorld();
	await enable(world);
	await configure(world, { ...NAME_IN_CONFLICT, retry: { attempts: 1, delaySeconds: 1 } });
	const [id = ''] = await agree(world, orders(1));
	world.hubSpot.account.edit('deals', id, { dealname: 'Theirs' });
	await runCrosslink(world, { ...pushOrders, operation: 'sync' }, orders(1, { name: 'Ours' }));
	world.hubSpot.faults.add({ kind: 'status', status: 503, times: Infinity });
	await runCrosslink(world, pushOrders, [{ id: 'late', name: 'Late' }], { onError: 'continueErrorOutput' });
	world.hubSpot.faults.clear();
	await enable(world, 'other');
	const stored = { resource: 'integration', operation: 'configure', integration: 'hubspot', tenant: 'other' };
	await runCrosslink(world, { ...stored, storedConnection: 'credential' });
});
afterAll(() => world.stop());

it('tells of one tenant how links stand, and what waits for a person, without a call', async () => {
	world.hubSpot.calls.clear();
	const { json, error, outputs } = await runCrosslink(world, health);
	expect(error).toBeUndefined();
	expect(outputs[0]?.[0]?.pairedItem).toMatchObject({ item: 0 });
	expect(json).toHaveLength(1);
	expect(json[0]).toMatchObject({ state: 'bad', period: 'day', steps: 24, stepSeconds: 3600 });
	const [hubspot, ...more] = json[0]?.['integrations'] as IDataObject[];
	expect(more).toEqual([]);
	expect(hubspot).toMatchObject({ tenant: 'default', integration: 'hubspot', enabled: true, error: null });
	const order = (hubspot?.['entities'] as IDataObject[]).find(({ entity }) => entity === 'order');
	expect(order).toMatchObject({ links: { conflict: 1, failed: 1 } });
	expect(order?.['oldestUnsynced']).toEqual(expect.any(String));
	expect((hubspot?.['failures'] as number[]).at(-1)).toBeGreaterThan(0);
	expect(hubspot?.['conflicts']).toMatchObject({
		open: 1,
		shown: [{ localId: 'o-1', local: 'Ours', external: 'Theirs' }],
	});
	expect(JSON.stringify(json)).not.toContain(world.hubSpot.accessToken);
	expect(world.hubSpot.calls.list()).toEqual([]);
});

it('shows other tenants only when all are asked for', async () => {
	const tenantsOf = (json: IDataObject[]) => (json[0]?.['integrations'] as IDataObject[]).map(({ tenant }) => tenant);
	expect(tenantsOf((await runCrosslink(world, health)).json)).toEqual(['default']);
	expect(tenantsOf((await runCrosslink(world, { ...health, tenant: 'other' })).json)).toEqual(['other']);
	expect(tenantsOf((await runCrosslink(world, { ...health, tenant: 'nobody' })).json)).toEqual([]);
	expect(tenantsOf((await runCrosslink(world, { ...health, scope: 'all' })).json)).toEqual(['default', 'other']);
	const only = { ...health, scope: 'all', options: { integrations: ['own'] } };
	expect(tenantsOf((await runCrosslink(world, only)).json)).toEqual([]);
});

it('tells what calls are booked of a connection that the tenant has stored', async () => {
	const { json } = await runCrosslink(world, { ...health, tenant: 'other' });
	const [hubspot] = json[0]?.['integrations'] as IDataObject[];
	const buckets = hubspot?.['budget'] as IDataObject[];
	expect(buckets.map(({ bucket }) => bucket)).toContain('general');
	for (const { used, pausedMs } of buckets) expect([typeof used, pausedMs]).toEqual(['number', 0]);
});

it('makes a page of it, with buttons where there is a desk', async () => {
	const page = {
		...health,
		format: 'html',
		period: 'week',
		options: { title: 'How we are', desk: 'https://n8n.example.com/form/desk' },
	};
	const { json } = await runCrosslink(world, page);
	const html = json[0]?.['html'] as string;
	expect(json[0]).toMatchObject({ state: 'bad' });
	expect(html).toMatch(/^<!doctype html>/);
	expect(html).toContain('<title>How we are</title>');
	expect(html).toContain('the last 7 days');
	expect(html).toContain('<svg');
	expect(html).toMatch(/Action=Decide&amp;Tenant=default&amp;Integration=hubspot&amp;Entity=order&amp;Record=o-1/);
	const wrong = await runCrosslink(world, { ...page, options: { desk: 'javascript:alert(1)' } });
	expect(wrong.error).toMatchObject({ context: { code: 'parameter_invalid' } });
});

it('tells of a configuration at fault beside everything else', async () => {
	const { json } = await runCrosslink({ ...world, chosen: ['crosslinkStoreApi'] }, { ...health, scope: 'all' });
	// Without its credential the default tenant has no connection: the figures are there all the same.
	expect(json[0]?.['integrations']).toMatchObject([{ budget: [], entities: expect.any(Array) }, { tenant: 'other' }]);
});
