import { pruneInbox, pruneInboxes } from '../../lib/inbox/prune';
import { describeOnBothStores } from './both-stores';
import { inboxEvent } from './inbox-events';

const DAY_MS = 86_400_000;
const AGAIN = { againSeconds: 0 };
const inDays = (days: number) => Date.now() + days * DAY_MS;

describeOnBothStores('how long the inbox keeps events', (site) => {
	const keep = async (tenant: string, count: number) => {
		const events = Array.from({ length: count }, (_, n) => inboxEvent(`${tenant}-${n}`, { tenant, deliver: false }));
		await site.store.inbox.receive('w/days', events, AGAIN);
	};
	const left = async (tenant: string) => await site.store.inbox.count(tenant, 'hubspot');

	it('is 30 days unless said otherwise, and is looked at once an hour', async () => {
		await keep('days', 3);
		expect(await pruneInbox(site.store, 'days', inDays(29))).toBe(0);
		expect(await pruneInbox(site.store, 'days', inDays(29) + 1_000)).toBe(0);
		expect(await pruneInbox(site.store, 'days', inDays(31))).toBe(3);
		expect(await left('days')).toBe(0);
	});

	it('goes on at once while there is more than one step of old events', async () => {
		await keep('many', 4_500);
		const at = inDays(40);
		expect([
			await pruneInbox(site.store, 'many', at),
			await pruneInbox(site.store, 'many', at),
			await pruneInbox(site.store, 'many', at),
			await pruneInbox(site.store, 'many', at),
		]).toEqual([2_000, 2_000, 500, 0]);
	});

	it("is the longest that any of the tenant's integrations wants, of the tenant or of all tenants", async () => {
		const { configs } = site.store;
		await configs.save({ tenant: 'longest', integration: 'hubspot', mode: 'cloud', settings: { inboxDays: 3 } });
		await configs.save({ tenant: '*', integration: 'own', mode: 'cloud', settings: { inboxDays: 90 } });
		await keep('longest', 2);
		expect(await pruneInbox(site.store, 'longest', inDays(60))).toBe(0);
		expect(await pruneInbox(site.store, 'longest', inDays(91))).toBe(2);
	});

	it('holds for every tenant of an integration whose events one workflow takes in', async () => {
		const { configs } = site.store;
		await configs.save({ tenant: '*', integration: 'own', mode: 'cloud', settings: {} });
		for (const tenant of ['many-a', 'many-b']) {
			await configs.save({ tenant, integration: 'hubspot', mode: 'cloud', settings: { inboxDays: 3 } });
			await keep(tenant, 2);
		}
		await keep('ingress', 1);
		await keep('stranger', 1);
		expect(await pruneInboxes(site.store, 'hubspot', 'ingress', inDays(100))).toBe(5);
		expect(await left('stranger')).toBe(1);
		expect(await pruneInboxes(site.store, 'hubspot', 'ingress', inDays(100))).toBe(0);
	});
});
