import type { NewNotification } from '../../lib/store/notification-log';
import { describeOnBothStores } from './both-stores';

let tenants = 0;
/** A message of a tenant nobody else uses. */
const newOne = (more: Partial<NewNotification> = {}): NewNotification => ({
	tenant: `n${++tenants}`,
	integration: 'slack',
	reference: 'r1',
	event: 'orderShipped',
	eventKey: '7',
	run: '1',
	message: 'sealed',
	...more,
});
const lease = (owner: string, seconds = 60) => ({ owner, seconds });
const arrived = {
	status: 'delivered',
	failure: null,
	messageId: '1.2',
	nextAttemptInSeconds: null,
	forget: true,
} as const;
const failure = { class: 'transient', code: 'unreachable', message: 'm', remedy: 'r' } as const;

describeOnBothStores('the notification log', (site) => {
	it('begins a message once, whoever else is at it', async () => {
		const one = newOne();
		const runs = await Promise.all(
			Array.from({ length: 8 }, (_, index) => site.store.notifications.begin(one, lease(`run-${index}`))),
		);
		expect(runs.filter(({ begun }) => begun)).toHaveLength(1);
		expect(new Set(runs.map(({ row }) => row.leaseOwner)).size).toBe(1);
		expect(runs[0]?.row).toMatchObject({ status: 'sending', attempts: 1, held: true, message: 'sealed', refused: [] });
	});

	it('keeps the outcome, forgets the message, and lets nobody else settle', async () => {
		const { notifications } = site.store;
		const one = newOne();
		await notifications.begin(one, lease('a'));
		expect(await notifications.settle(one, 'b', arrived)).toBeUndefined();
		const refused = [{ to: 'x@e.org', reason: '550 \u0000no' }];
		expect(await notifications.settle(one, 'a', { ...arrived, refused })).toMatchObject({
			status: 'delivered',
			messageId: '1.2',
			message: null,
			held: false,
			refused: [{ to: 'x@e.org', reason: expect.stringContaining('no') }],
		});
		expect(await notifications.get(one)).toMatchObject({ status: 'delivered', version: 2 });
		expect(await notifications.get({ ...one, tenant: 'another' })).toBeUndefined();
	});

	it('gives a lease that is over to one of those who ask, and nobody one that is alive', async () => {
		const { notifications } = site.store;
		const one = newOne();
		const { row } = await notifications.begin(one, lease('dead', 0));
		const takers = await Promise.all(
			['a', 'b', 'c'].map((owner) => notifications.take(one, row.version, lease(owner))),
		);
		const taken = takers.filter((taker) => taker !== undefined);
		expect(taken).toHaveLength(1);
		expect(await notifications.take(one, taken[0]?.version ?? 0, lease('d'))).toBeUndefined();
		expect(await notifications.renew(one, lease('dead'))).toBe(false);
		const owner = taken[0]?.leaseOwner ?? '';
		expect(await notifications.renew(one, lease(owner))).toBe(true);
		expect(await notifications.sending(one, lease(owner), 'anew')).toMatchObject({ attempts: 2, message: 'anew' });
		expect(await notifications.sending(one, lease(owner))).toMatchObject({ attempts: 3, message: 'anew' });
	});

	it('tells page by page what is not tried again by itself, and nothing else', async () => {
		const { notifications } = site.store;
		const one = newOne();
		const put = async (
			reference: string,
			change: Parameters<typeof notifications.settle>[2],
			integration = 'slack',
		) => {
			const key = { ...one, reference, integration };
			await notifications.begin(key, lease('a'));
			await notifications.settle(key, 'a', change);
		};
		const forGood = { status: 'failed', failure, nextAttemptInSeconds: null } as const;
		await put('gone', arrived);
		await put('again', { ...forGood, nextAttemptInSeconds: 60 });
		await put('c', forGood);
		await put('b', { ...forGood, status: 'unknown' });
		await put('a', forGood);
		await put('elsewhere', forGood, 'email');
		await notifications.begin({ ...one, reference: 'in hand' }, lease('a'));
		const seen: string[] = [];
		for (let after: { updatedAt: Date; key: string } | undefined; ;) {
			const [row] = await notifications.troubled(one.tenant, 'slack', after, 1);
			if (row === undefined) break;
			seen.push(row.reference);
			after = { updatedAt: row.updatedAt, key: row.reference };
		}
		expect([...seen].sort()).toEqual(['a', 'b', 'c']);
		expect((await notifications.troubled(one.tenant, 'slack', undefined, 9)).map((row) => row.reference)).toEqual(seen);
		expect(await notifications.troubled('another', 'slack', undefined, 9)).toEqual([]);
	});

	it('offers what is due and what a dead run has left, of this tenant and channel only', async () => {
		const { notifications } = site.store;
		const one = newOne();
		const put = async (reference: string, seconds: number | null, more: Partial<NewNotification> = {}) => {
			const key = { ...one, reference, ...more };
			await notifications.begin(key, lease('a'));
			await notifications.settle(key, 'a', { status: 'failed', failure, nextAttemptInSeconds: seconds });
		};
		await put('due', 0);
		await put('later', 60);
		await put('never', null);
		await put('other channel', 0, { integration: 'email' });
		await put('other tenant', 0, { tenant: `${one.tenant}x` });
		await notifications.begin({ ...one, reference: 'dead' }, lease('a', 0));
		await notifications.begin({ ...one, reference: 'alive' }, lease('a'));
		const due = await notifications.due(one.tenant, 'slack', 10);
		expect(due.map(({ reference }) => reference)).toEqual(['dead', 'due']);
		expect(due[1]).toMatchObject({ failure, status: 'failed' });
		expect(await notifications.due(one.tenant, 'slack', 1)).toHaveLength(1);
	});

	it('deletes what is old and nobody is at, in steps', async () => {
		const { notifications } = site.store;
		const one = newOne();
		for (const reference of ['a', 'b', 'c']) {
			await notifications.begin({ ...one, reference }, lease('x'));
			await notifications.settle({ ...one, reference }, 'x', arrived);
		}
		await notifications.begin({ ...one, reference: 'alive' }, lease('x'));
		const soon = new Date(Date.now() + 60_000);
		expect(await notifications.prune(one.tenant, new Date(0), 10)).toBe(0);
		expect(await notifications.prune(`${one.tenant}x`, soon, 10)).toBe(0);
		expect(await notifications.prune(one.tenant, soon, 2)).toBe(2);
		expect(await notifications.prune(one.tenant, soon, 10)).toBe(1);
		expect(await notifications.get({ ...one, reference: 'alive' })).toMatchObject({ status: 'sending' });
	});
});
