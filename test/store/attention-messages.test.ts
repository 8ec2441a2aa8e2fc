import { pollAttention, attentionSample, type AttentionPoll } from '../../lib/polling/attention';
import { attentionItem, type AttentionItem } from '../../lib/polling/trouble';
import { describeOnBothStores } from './both-stores';

const failure = {
	class: 'rejected',
	code: 'no_channel',
	message: 'There is no such channel.',
	remedy: 'Make it.',
} as const;

let tenants = 0;

describeOnBothStores('attention to messages that went nowhere', (site) => {
	function pollOf(tenant: string, more: Partial<AttentionPoll> = {}): AttentionPoll {
		return {
			...{ store: site.store, tenant, integration: 'slack', displayName: 'Slack', bindings: new Map(), parked: [] },
			...{ receiver: `w/${tenant}`, entities: [], start: 'beginning', limit: 100, againSeconds: 60 },
			timeLeft: () => true,
			...more,
		};
	}
	async function put(tenant: string, reference: string, status: 'failed' | 'unknown' = 'failed', seconds?: number) {
		const { notifications } = site.store;
		const key = { tenant, integration: 'slack', reference };
		await notifications.begin(
			{ ...key, event: 'orderShipped', eventKey: `of ${reference}`, run: '1', message: null },
			{ owner: 'a', seconds: 60 },
		);
		await notifications.settle(key, 'a', { status, failure, nextAttemptInSeconds: seconds ?? null });
	}
	const told = async (poll: AttentionPoll): Promise<AttentionItem[]> =>
		(await pollAttention(poll)).events.map(attentionItem);

	it('tells of each once, and of none that is tried again by itself', async () => {
		const tenant = `m${++tenants}`;
		await put(tenant, 'r1');
		await put(tenant, 'r2', 'unknown');
		await put(tenant, 'r3', 'failed', 60);
		const items = await told(pollOf(tenant));
		expect(items.map(({ kind, notification }) => `${kind} ${notification?.reference}`).sort()).toEqual([
			'failed r1',
			'unknown r2',
		]);
		expect(items.find(({ kind }) => kind === 'failed')).toMatchObject({
			tenant,
			integration: 'slack',
			entity: null,
			message:
				'The message of "orderShipped" with event key "of r1" to Slack has not gone out: There is no such channel.',
			notification: { event: 'orderShipped', eventKey: 'of r1', attempts: 1 },
		});
		expect(await told(pollOf(tenant))).toEqual([]);
		expect(await told(pollOf(`m${++tenants}`))).toEqual([]);
	});

	it('goes through more than one page, and shows a sample without telling it', async () => {
		const tenant = `m${++tenants}`;
		const most = 520;
		for (let count = 0; count < most; count += 20) {
			await Promise.all(Array.from({ length: 20 }, (_, index) => put(tenant, `r${count + index}`)));
		}
		expect(await attentionSample(pollOf(tenant, { limit: 3 }))).toHaveLength(3);
		const items = await told(pollOf(tenant, { limit: 1_000 }));
		expect(new Set(items.map(({ eventId }) => eventId)).size).toBe(most);
	});

	it('begins with what comes from now on when that is chosen', async () => {
		const tenant = `m${++tenants}`;
		await put(tenant, 'before');
		// Positions reach back a little, lest one that is written just now be missed.
		await site.aside(
			`UPDATE crosslink.notification_log SET updated_at = '2026-01-01T00:00:00.000Z' WHERE tenant = '${tenant}'`,
		);
		expect(await told(pollOf(tenant, { start: 'now' }))).toEqual([]);
		await put(tenant, 'after');
		expect((await told(pollOf(tenant, { start: 'now' }))).map(({ notification }) => notification?.reference)).toEqual([
			'after',
		]);
	});
});
