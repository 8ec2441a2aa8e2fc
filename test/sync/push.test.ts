import type { Fields } from '../../lib/adapters/adapter';
import { push } from '../../lib/sync/push';
import type { PushItem, Replication, SyncOutcome } from '../../lib/sync/replication';
import { resolveConflicts } from '../../lib/sync/resolve';
import { testIntegration } from '../../lib/tenants/integrations';
import { until } from '../until';
import { openWorld, type World } from './world';

const order = (id: number, more: Fields = {}): PushItem => ({
	localId: String(id),
	fields: { id: String(id), name: `Order ${id}`, amount: 100 + id, dueDate: '2026-12-01', notes: 'internal', ...more },
});
const orders = (count: number): PushItem[] => Array.from({ length: count }, (_, index) => order(index + 1));
const outcomes = (results: SyncOutcome[]): Record<string, number> =>
	results.reduce<Record<string, number>>((sum, { outcome }) => ({ ...sum, [outcome]: (sum[outcome] ?? 0) + 1 }), {});

describe('push', () => {
	let world: World;
	beforeEach(async () => {
		world = await openWorld();
	});
	afterEach(async () => {
		await world.close();
	});

	it('creates, then writes nothing, then writes only what changed', async () => {
		const created = await push(await world.replication('order'), orders(3));
		expect(outcomes(created)).toEqual({ created: 3 });
		expect(created[0]).toMatchObject({
			tenant: 'default',
			integration: 'hubspot',
			entity: 'order',
			localId: '1',
			link: { syncStatus: 'synced', attempts: 0 },
		});
		const deal = world.hubspot.account.get('deals', created[0]?.externalId as string);
		expect(deal?.properties).toMatchObject({ dealname: 'Order 1', amount: '101' });

		world.hubspot.calls.clear();
		expect(outcomes(await push(await world.replication('order'), orders(3)))).toEqual({ unchanged: 3 });
		expect(world.calls()).toBe(0);

		const [changed, same] = await push(await world.replication('order'), [order(1, { name: 'Renamed' }), order(2)]);
		expect(changed).toMatchObject({
			outcome: 'updated',
			changes: [{ field: 'name', from: 'Order 1', to: 'Renamed', direction: 'push' }],
		});
		expect(same?.outcome).toBe('unchanged');
		expect(world.calls()).toBe(1);
	});

	it('makes at most 16 calls for 1,000 changed orders and none for unchanged ones', async () => {
		await push(await world.replication('order'), orders(1000));
		world.hubspot.calls.clear();
		const changed = orders(1000).map((item) => ({ ...item, fields: { ...item.fields, amount: 7 } }));
		expect(outcomes(await push(await world.replication('order'), changed))).toEqual({ updated: 1000 });
		expect(world.calls()).toBeLessThanOrEqual(16);
		world.hubspot.calls.clear();
		expect(outcomes(await push(await world.replication('order'), changed))).toEqual({ unchanged: 1000 });
		expect(world.calls()).toBe(0);
	});

	it('writes a record named twice once, with the later values', async () => {
		const results = await push(await world.replication('order'), [order(1), order(1, { name: 'Later' })]);
		expect(results.map((result) => result.externalId)).toEqual([results[0]?.externalId, results[0]?.externalId]);
		expect(world.hubspot.account.list('deals')).toHaveLength(1);
		expect(world.hubspot.account.list('deals')[0]?.properties.dealname).toBe('Later');
	});

	it('fails one bad record alone, says why, and takes it up again once it is mended', async () => {
		const results = await push(await world.replication('order'), [
			order(1),
			order(2, { amount: 'a lot' }),
			{ localId: ' ', fields: {} },
			order(4, { name: 'x'.repeat(70_000) }),
		]);
		expect(results.map((result) => result.outcome)).toEqual(['created', 'failed', 'failed', 'failed']);
		expect(results[1]?.error?.message).toContain('amount');
		expect(results[2]?.error).toMatchObject({ code: 'local_id_missing', class: 'rejected' });
		expect(results[3]?.error).toMatchObject({
			class: 'rejected',
			message: expect.stringContaining('Order "4"') as string,
		});
		for (const failed of results.slice(1)) expect(failed.error?.remedy).not.toBe('');
		const [mended] = await push(await world.replication('order'), [order(2)]);
		expect(mended).toMatchObject({ outcome: 'created', link: { syncStatus: 'synced', lastError: null } });
		expect(world.hubspot.account.list('deals')).toHaveLength(2);
	});

	it('never creates a second record when two runs push the same new orders at once', async () => {
		const runs = await Promise.all([1, 2, 3].map(async () => push(await world.replication('order'), orders(150))));
		expect(world.hubspot.account.list('deals')).toHaveLength(150);
		for (const results of runs) expect(outcomes(results).failed).toBeUndefined();
		expect(runs.flat().filter((result) => result.outcome === 'created')).toHaveLength(150);
	});

	it('never creates a second record after a lost answer', async () => {
		world.hubspot.faults.add({ match: { pathIncludes: 'batch/upsert' }, times: 10, kind: 'lostAnswer' });
		const [lost] = await push(await world.replication('order'), [order(1)]);
		expect(lost?.outcome).toBe('failed');
		expect(lost?.link).toMatchObject({ syncStatus: 'pending', attempts: 1 });
		world.hubspot.faults.clear();
		const [found] = await push(await world.replication('order'), [order(1)]);
		expect(found).toMatchObject({ outcome: 'unchanged', link: { syncStatus: 'synced' } });
		expect(world.hubspot.account.list('deals')).toHaveLength(1);
	});

	it('does not undo what a person did to a record whose create lost its answer', async () => {
		world.hubspot.faults.add({ match: { pathIncludes: 'batch/upsert' }, times: 10, kind: 'lostAnswer' });
		await push(await world.replication('order'), [order(1)]);
		world.hubspot.faults.clear();
		const [deal] = world.hubspot.account.list('deals');
		world.hubspot.account.edit('deals', deal?.id as string, { dealstage: 'contractsent' });
		const [found] = await push(await world.replication('order'), [order(1)]);
		expect(found?.externalId).toBe(deal?.id);
		expect(world.hubspot.account.get('deals', deal?.id as string)?.properties.dealstage).toBe('contractsent');
	});

	it('reports a connection that fails while looking, record by record', async () => {
		world.hubspot.faults.add({ match: { pathIncludes: 'batch/upsert' }, times: 10, kind: 'lostAnswer' });
		await push(await world.replication('order'), orders(2));
		world.hubspot.faults.clear();
		world.hubspot.faults.add({ match: {}, times: 100, kind: 'status', status: 401 });
		const results = await push(await world.replication('order'), orders(2));
		expect(results.map((result) => result.error?.class)).toEqual(['auth', 'auth']);
	});

	it('gives up after the set number of attempts, with the reason in plain words', async () => {
		const replication = await world.replication('order', { retry: { attempts: 2, delaySeconds: 0 } });
		world.hubspot.faults.add({ match: { pathIncludes: 'batch/upsert' }, times: 100, kind: 'status', status: 503 });
		await push(replication, [order(1)]);
		const [second] = await push(replication, [order(1)]);
		expect(second?.link).toMatchObject({ syncStatus: 'failed', attempts: 2, nextAttemptAt: null });
		expect(second?.link?.lastError).toMatch(/503|not available|HubSpot/);
	});

	it('stops calling once the connection is refused, and counts no attempt against the records', async () => {
		const replication = await world.replication('order');
		world.hubspot.faults.add({ match: {}, times: 1000, kind: 'status', status: 401 });
		const results = await push(replication, orders(250));
		expect(outcomes(results)).toEqual({ failed: 250 });
		expect(results.every((result) => result.error?.class === 'auth')).toBe(true);
		expect(world.calls()).toBeLessThanOrEqual(2);
		world.hubspot.faults.clear();
		// Not by itself either: a person says that the login is good now.
		world.hubspot.calls.clear();
		expect(outcomes(await push(await world.replication('order'), orders(250)))).toEqual({ failed: 250 });
		expect(world.calls()).toBe(0);
		await testIntegration(world.access());
		expect(outcomes(await push(await world.replication('order'), orders(250)))).toEqual({ created: 250 });
	});

	it('stops promptly when the execution is cancelled, and gives its leases back', async () => {
		const cancel = new AbortController();
		world.hubspot.faults.add({ match: { pathIncludes: 'batch/upsert' }, times: 1, kind: 'hang' });
		const running = push(await world.replication('order', { signal: cancel.signal }), [order(1)]);
		const refused = expect(running).rejects.toThrow();
		await until(() => world.hubspot.faults.pending.length === 0);
		cancel.abort();
		await refused;
		const [after] = await push(await world.replication('order'), [order(1)]);
		expect(after?.outcome).toBe('created');
	});
});

describe('push of references', () => {
	let world: World;
	let lists: World;
	beforeEach(async () => {
		world = await openWorld();
		lists = await openWorld({
			settings: {
				entities: {
					order: { associations: [{ local: 'contactIds', entity: 'contact' }] },
					company: { associations: [{ local: 'parentId', entity: 'company' }] },
				},
			},
		});
	});
	afterEach(async () => {
		await world.close();
		await lists.close();
	});
	const company = (id: string): PushItem => ({
		localId: id,
		fields: { id, name: `Company ${id}`, domain: `${id}.example` },
	});
	const companiesOf = (dealId: string): string[] =>
		world.hubspot.account
			.associations('deals', dealId)
			.filter((link) => link.object === 'companies')
			.map((link) => link.id);

	it('associates orders with their companies, moves and removes the association', async () => {
		const [a, b] = await push(await world.replication('company'), [company('a'), company('b')]);
		const [created] = await push(await world.replication('order'), [order(1, { companyId: 'a' })]);
		const dealId = created?.externalId as string;
		expect(companiesOf(dealId)).toEqual([a?.externalId]);

		const [moved] = await push(await world.replication('order'), [order(1, { companyId: 'b' })]);
		expect(moved).toMatchObject({ outcome: 'updated', changes: [{ field: 'companyId', from: 'a', to: 'b' }] });
		expect(companiesOf(dealId)).toEqual([b?.externalId]);

		await push(await world.replication('order'), [order(1, { companyId: null })]);
		expect(companiesOf(dealId)).toEqual([]);
	});

	it('keeps a list of references in step, by what came and what went', async () => {
		const people = ['p', 'q', 'r'].map((id) => ({ localId: id, fields: { id, email: `${id}@customer.example` } }));
		await push(await lists.replication('contact'), people);
		const contactsOf = (dealId: string): number =>
			lists.hubspot.account.associations('deals', dealId).filter((link) => link.object === 'contacts').length;
		const [created] = await push(await lists.replication('order'), [order(1, { contactIds: ['p', 'q'] })]);
		expect(contactsOf(created?.externalId as string)).toBe(2);
		lists.hubspot.calls.clear();
		const [changed] = await push(await lists.replication('order'), [order(1, { contactIds: ['q', 'r'] })]);
		expect(changed?.changes).toEqual([{ field: 'contactIds', from: ['p', 'q'], to: ['q', 'r'], direction: 'push' }]);
		expect(contactsOf(created?.externalId as string)).toBe(2);
		expect(lists.calls()).toBe(2);
		await push(await lists.replication('order'), [order(1, { contactIds: [] })]);
		expect(contactsOf(created?.externalId as string)).toBe(0);
	});

	it('makes records that refer to each other in two passes', async () => {
		const ring = [
			{ localId: 'x', fields: { ...company('x').fields, parentId: 'y' } },
			{ localId: 'y', fields: { ...company('y').fields, parentId: 'x' } },
		];
		const results = await push(await lists.replication('company'), ring);
		expect(results).toMatchObject([
			{ outcome: 'created', link: { syncStatus: 'synced' } },
			{ outcome: 'created', link: { syncStatus: 'synced' } },
		]);
		expect(results[0]?.changes).toContainEqual({ field: 'parentId', from: null, to: 'y', direction: 'push' });
		lists.hubspot.calls.clear();
		expect((await push(await lists.replication('company'), ring)).map((one) => one.outcome)).toEqual([
			'unchanged',
			'unchanged',
		]);
		expect(lists.calls()).toBe(0);
	});

	it('waits for a company that is not there yet, and says so', async () => {
		const [waiting] = await push(await world.replication('order'), [order(1, { companyId: 'late' })]);
		expect(waiting).toMatchObject({ outcome: 'created', link: { syncStatus: 'pending' } });
		expect(waiting?.reason).toContain('company "late"');
		await push(await world.replication('company'), [company('late')]);
		const [done] = await push(await world.replication('order'), [order(1, { companyId: 'late' })]);
		expect(done).toMatchObject({ outcome: 'updated', link: { syncStatus: 'synced', lastError: null } });
		expect(companiesOf(done?.externalId as string)).toHaveLength(1);
	});
});

describe("push with a key of the tenant's own", () => {
	const settings = {
		entities: { order: { matchOn: 'number', fields: [{ local: 'number', external: 'order_number' }] } },
	};
	let world: World;
	beforeEach(async () => {
		world = await openWorld({ settings, properties: [['deals', 'order_number', { hasUniqueValue: true }]] });
	});
	afterEach(async () => {
		await world.close();
	});

	it('adopts the record that is there already, and leaves its stage alone', async () => {
		const { id } = world.hubspot.account.create('deals', {
			dealname: 'Made by hand',
			order_number: 'SO-1',
			dealstage: 'contractsent',
			pipeline: 'default',
		});
		const results = await push(await world.replication('order'), [
			order(1, { number: 'SO-1' }),
			order(2, { number: 'SO-2' }),
		]);
		expect(results.map((result) => result.outcome)).toEqual(['updated', 'created']);
		expect(results[0]?.externalId).toBe(id);
		expect(world.hubspot.account.get('deals', id)?.properties).toMatchObject({
			dealname: 'Order 1',
			dealstage: 'contractsent',
		});
	});

	it('asks a person when the key names several records, and links the one that is chosen', async () => {
		const deals = ['One', 'Two'].map((dealname) =>
			world.hubspot.account.create('deals', { dealname, dealstage: 'contractsent', pipeline: 'default' }),
		);
		// HubSpot keeps the key unique; a system that does not would answer with both.
		const ambiguous = async (): Promise<Replication> => {
			const replication = await world.replication('order');
			const fields = { order_number: 'SO-7' };
			const records = deals.map(({ id }) => ({
				externalId: id,
				fields,
				version: null,
				modifiedAt: null,
				aliases: [],
				deleted: false,
			}));
			return { ...replication, adapter: { ...replication.adapter, match: async () => records } };
		};
		const candidates = deals.map(({ id }) => id);
		const [conflict] = await push(await ambiguous(), [order(7, { number: 'SO-7' })]);
		expect(conflict).toMatchObject({
			outcome: 'conflict',
			error: { code: 'several_matches' },
			link: { syncStatus: 'conflict' },
		});
		const open = await world.store.conflicts.page('default', { status: 'open' }, { limit: 5 });
		expect(open).toMatchObject([{ localId: '7', reason: 'several_matches', candidates }]);
		expect(world.hubspot.account.list('deals')).toHaveLength(2);

		const choice = { localId: '7', choice: 'value' as const };
		await expect(resolveConflicts(await ambiguous(), { ...choice, value: '1' })).rejects.toThrow(/names none of them/);
		await resolveConflicts(await ambiguous(), { ...choice, value: candidates[1] });
		const [linked] = await push(await world.replication('order'), [order(7, { number: 'SO-7' })]);
		expect(linked).toMatchObject({ outcome: 'updated', externalId: candidates[1], link: { syncStatus: 'synced' } });
		expect(await world.store.conflicts.page('default', { status: 'done' }, { limit: 5 })).toHaveLength(1);
	});

	it('says which field is empty when a record has no key', async () => {
		const [keyless] = await push(await world.replication('order'), [order(1)]);
		expect(keyless?.error).toMatchObject({ code: 'key_missing', class: 'rejected' });
	});
});

describe('push of several tenants into one account', () => {
	it('keeps records with the same local id apart', async () => {
		const world = await openWorld({ tenants: ['north', 'south'] });
		try {
			const [north] = await push(await world.replication('order', { tenant: 'north' }), [order(1, { name: 'N' })]);
			const [south] = await push(await world.replication('order', { tenant: 'south' }), [order(1, { name: 'S' })]);
			expect(north?.externalId).not.toBe(south?.externalId);
			expect(world.hubspot.account.list('deals')).toHaveLength(2);
		} finally {
			await world.close();
		}
	});
});
