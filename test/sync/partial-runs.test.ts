import type { Fields } from '../../lib/adapters/adapter';
import type { LinkRow } from '../../lib/store/store';
import { confirm } from '../../lib/sync/confirm';
import { pull } from '../../lib/sync/pull';
import { push } from '../../lib/sync/push';
import type { PushItem, SyncOutcome } from '../../lib/sync/replication';
import { retry } from '../../lib/sync/retry';
import { sync } from '../../lib/sync/sync';
import { testIntegration } from '../../lib/tenants/integrations';
import { openWorld, type World, type WorldOptions } from './world';

const item = (localId: string, fields: Fields): PushItem => ({ localId, fields });
const NOTES = { local: 'notes', external: 'description' };

describe('what a run could not bring over', () => {
	let world: World;
	const open = async (options: WorldOptions = {}): Promise<void> => {
		world = await openWorld({ settings: { entities: { order: { fields: [NOTES] } } }, ...options });
	};
	afterEach(async () => {
		await world.close();
	});

	const pushed = async (fields: Fields): Promise<SyncOutcome | undefined> =>
		(await push(await world.replication('order'), [item('1', fields)]))[0];
	const synced = async (fields: Fields): Promise<SyncOutcome | undefined> =>
		(await sync(await world.replication('order'), [item('1', fields)]))[0];
	const link = async (localId = '1'): Promise<LinkRow | undefined> =>
		(await world.store.links('hubspot', 'order').findByLocalIds('default', [localId]))[0];
	const deal = (): Record<string, string> | undefined => world.hubspot.account.list('deals')[0]?.properties;
	/** Retry, once everything that waits is due. */
	const retried = async (): Promise<SyncOutcome[]> => {
		const due = (await world.store.links('hubspot', 'order').page('default', { limit: 1_000 })).filter(
			({ nextAttemptAt }) => nextAttemptAt !== null,
		);
		// The database's own clock says what is due, so the links are set back as if the time had passed.
		const table = world.store.links('hubspot', 'order');
		const ids = due.map(({ localId }) => localId);
		await table.claim('default', ids, { owner: 'clock', seconds: 60 });
		await table.settle(
			'default',
			'clock',
			ids.map((localId) => ({ localId, nextAttemptAt: new Date(Date.now() - 60_000) })),
		);
		return await retry(await world.replication('order'), { limit: 1_000 });
	};
	const fail = (status = 503, path = '/batch/up'): void => {
		world.hubspot.faults.add({ kind: 'status', status, times: Infinity, match: { pathIncludes: path } });
	};

	it.each([
		['push', pushed],
		['sync', synced],
	])('waits on when a %s gives only other fields, and is brought over by Retry', async (_name, run) => {
		await open();
		await pushed({ name: 'One', notes: 'at first' });
		fail();
		expect((await pushed({ notes: 'kept' }))?.outcome).toBe('failed');
		world.hubspot.faults.clear();
		const waiting = await link();
		expect(await run({ name: 'Renamed' })).toMatchObject({ outcome: 'updated', link: { syncStatus: 'pending' } });
		expect(deal()).toMatchObject({ dealname: 'Renamed', description: 'at first' });
		expect(await link()).toMatchObject({
			unsent: { notes: 'kept' },
			attempts: 1,
			errorCode: waiting?.errorCode,
			nextAttemptAt: waiting?.nextAttemptAt,
		});
		await retried();
		expect(deal()).toMatchObject({ dealname: 'Renamed', description: 'kept' });
		expect(await link()).toMatchObject({ syncStatus: 'synced', unsent: null, lastError: null, attempts: 0 });
	});

	it('is tried again once a later run has brought over the part it had failed for', async () => {
		await open();
		await pushed({ name: 'One', notes: 'at first' });
		expect(await pushed({ amount: 'a lot', notes: 'kept' })).toMatchObject({ outcome: 'failed' });
		expect(await link()).toMatchObject({ syncStatus: 'failed', nextAttemptAt: null });
		await pushed({ amount: 12 });
		expect(await link()).toMatchObject({ syncStatus: 'pending', unsent: { notes: 'kept' }, errorCode: 'kept_values' });
		await retried();
		expect(deal()).toMatchObject({ amount: '12', description: 'kept' });
		expect(await link()).toMatchObject({ syncStatus: 'synced', unsent: null });
	});

	it('is nothing where an empty value meets a field on which nothing was agreed', async () => {
		await open();
		expect(await pushed({ name: 'One', amount: 'a lot', notes: '' })).toMatchObject({ outcome: 'failed' });
		expect(await pushed({ name: 'One', amount: 12 })).toMatchObject({ outcome: 'created' });
		expect(await link()).toMatchObject({ syncStatus: 'synced', unsent: null, lastError: null });
	});

	it('is not forgotten when the run with the other fields fails, too', async () => {
		await open();
		await pushed({ name: 'One', notes: 'at first' });
		fail();
		await pushed({ notes: 'kept' });
		await pushed({ name: 'Renamed' });
		world.hubspot.faults.clear();
		expect(await link()).toMatchObject({ unsent: { name: 'Renamed', notes: 'kept' }, attempts: 2 });
		await retried();
		expect(deal()).toMatchObject({ dealname: 'Renamed', description: 'kept' });
	});

	it('gives way to what a later run gives for the same field', async () => {
		await open();
		await pushed({ name: 'One', notes: 'at first' });
		fail();
		await pushed({ notes: 'older' });
		world.hubspot.faults.clear();
		expect(await pushed({ notes: 'newer' })).toMatchObject({ link: { syncStatus: 'synced' } });
		expect(await link()).toMatchObject({ unsent: null });
		expect(deal()).toMatchObject({ description: 'newer' });
	});

	it('stays failed, with its reason, when no retry can mend it; the other fields go their way', async () => {
		await open();
		await pushed({ name: 'One', notes: 'at first' });
		expect((await pushed({ notes: 'x'.repeat(70_000) }))?.link?.syncStatus).toBe('failed');
		const failed = await link();
		expect(await pushed({ name: 'Renamed' })).toMatchObject({
			outcome: 'updated',
			link: { syncStatus: 'failed', lastError: failed?.lastError },
		});
		expect(deal()).toMatchObject({ dealname: 'Renamed', description: 'at first' });
		expect(await pushed({ notes: 'short' })).toMatchObject({ link: { syncStatus: 'synced', lastError: null } });
	});

	it('keeps a reference waiting that a later run does not mention', async () => {
		await open();
		expect((await pushed({ name: 'One', companyId: 'late' }))?.link?.syncStatus).toBe('pending');
		expect((await pushed({ name: 'Renamed' }))?.link?.syncStatus).toBe('pending');
		expect(await link()).toMatchObject({ unsent: { companyId: 'late' }, errorCode: 'association_waiting' });
		await push(await world.replication('company'), [item('late', { name: 'Late', domain: 'late.example' })]);
		await retried();
		const id = world.hubspot.account.list('deals')[0]?.id as string;
		expect(world.hubspot.account.associations('deals', id).map(({ object }) => object)).toContain('companies');
		expect(await link()).toMatchObject({ syncStatus: 'synced', unsent: null });
	});

	it('is not written over what the other side had and your system has taken over since', async () => {
		await open({
			settings: {
				entities: { order: { fields: [{ ...NOTES, direction: 'both', policy: 'owner', owner: 'external' }] } },
			},
		});
		await pushed({ name: 'One', notes: 'at first' });
		const first = await sync(await world.replication('order'), [item('1', { name: 'One', notes: 'at first' })]);
		const taken = first.flatMap(({ receipt }) => (receipt ? [receipt] : []));
		if (taken.length > 0) await confirm(await world.replication('order'), taken);
		fail();
		await pushed({ notes: 'ours' });
		world.hubspot.faults.clear();
		world.hubspot.account.edit('deals', world.hubspot.account.list('deals')[0]?.id as string, {
			description: 'theirs',
		});
		const [theirs] = await pull(await world.replication('order'), [{ localId: '1' }]);
		expect(theirs?.patch).toMatchObject({ notes: 'theirs' });
		await confirm(await world.replication('order'), [theirs?.receipt as string]);
		await retried();
		expect(deal()).toMatchObject({ description: 'theirs' });
	});

	it('is kept for every record of a run that stops because the connection is refused', async () => {
		await open();
		const items = Array.from({ length: 250 }, (_, index) => item(String(index), { name: `Order ${index}` }));
		world.hubspot.faults.add({ kind: 'status', status: 401, times: Infinity, match: {} });
		const outcomes = await push(await world.replication('order'), items);
		expect(new Set(outcomes.map(({ outcome }) => outcome))).toEqual(new Set(['failed']));
		expect(await link('249')).toMatchObject({ syncStatus: 'pending', attempts: 0, unsent: { name: 'Order 249' } });
		world.hubspot.faults.clear();
		// The refused login has parked the connection: a person looks first.
		await testIntegration(world.access());
		await retried();
		expect(world.hubspot.account.list('deals')).toHaveLength(250);
	});

	it('is kept when the other side cannot even be read, but only where there is something to bring over', async () => {
		await open();
		await push(await world.replication('order'), [item('1', { name: 'One' }), item('2', { name: 'Two' })]);
		const before = await link('2');
		fail(503, '/batch/read');
		const both = [item('1', { name: 'Renamed' }), item('2', { name: 'Two' })];
		const outcomes = await sync(await world.replication('order'), both);
		expect(outcomes.map(({ outcome }) => outcome)).toEqual(['failed', 'failed']);
		world.hubspot.faults.clear();
		expect(await link('1')).toMatchObject({ syncStatus: 'pending', unsent: { name: 'Renamed' } });
		expect(await link('2')).toEqual(before);
		await retried();
		expect(world.hubspot.account.list('deals').map(({ properties }) => properties.dealname)).toContain('Renamed');
	});

	it('does not include the key of a linked record, which a flow need not give again', async () => {
		await open({
			settings: { entities: { order: { matchOn: 'number', fields: [{ local: 'number', external: 'order_number' }] } } },
			properties: [['deals', 'order_number', { hasUniqueValue: true }]],
		});
		await pushed({ name: 'One', number: 'SO-1' });
		expect(await pushed({ name: 'Renamed' })).toMatchObject({ outcome: 'updated' });
		expect(deal()).toMatchObject({ dealname: 'Renamed', order_number: 'SO-1' });
	});
});
