import fc from 'fast-check';
import { acquireStore } from '../../lib/store/open';
import type { LinkTable, NewConflict, Store, SyncLogEntry } from '../../lib/store/store';
import { describeOnBothStores } from './both-stores';
import { inboxEvent } from './inbox-events';

/** Few ids, so that tenants meet all the time. */
const tenant = fc.constantFrom('a', 'b', 'A', "a' OR '1'='1", 'ä');
const id = fc.constantFrom('1', '2', '3');
const ids = fc.uniqueArray(id, { minLength: 1 });
const pairs = fc.array(fc.record({ localId: id, externalId: id }), { minLength: 1, maxLength: 3 });

const step = fc.oneof(
	fc.record({ verb: fc.constant('claim' as const), tenant, ids }),
	fc.record({ verb: fc.constant('settle' as const), tenant, pairs, alias: id, deleted: fc.boolean() }),
	fc.record({ verb: fc.constant('release' as const), tenant, ids }),
	fc.record({ verb: fc.constant('upsert' as const), tenant, pairs }),
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

async function apply(links: LinkTable, one: Step): Promise<void> {
	switch (one.verb) {
		case 'claim':
			await links.claim(one.tenant, one.ids, { owner: 'run', seconds: 60 });
			break;
		case 'settle':
			await links.claim(
				one.tenant,
				one.pairs.map((pair) => pair.localId),
				{ owner: 'run', seconds: 60 },
			);
			await links.settle(
				one.tenant,
				'run',
				one.pairs.map((pair) => ({ ...pair, syncStatus: one.deleted ? 'deleted' : 'synced', aliases: [one.alias] })),
			);
			break;
		case 'release':
			await links.release(one.tenant, 'run', one.ids);
			break;
		case 'upsert':
			await links.upsert(one.tenant, one.pairs);
			break;
	}
}

/** All that a tenant can see of its links. */
async function viewOf(links: LinkTable, who: string): Promise<unknown> {
	const page = await links.page(who, { limit: 100 });
	const byExternalId = await links.findByExternalIds(who, ['1', '2', '3']);
	return {
		page: page.map((link) => [link.tenant, link.localId, link.externalId, link.syncStatus, link.leaseOwner]),
		byLocalId: (await links.findByLocalIds(who, ['1', '2', '3'])).map((link) => link.localId).sort(),
		byExternalId: [...byExternalId].map(([asked, link]) => [asked, link.tenant, link.localId]).sort(),
		counts: await links.countByStatus(who),
	};
}

describeOnBothStores('tenants', (site) => {
	it('never see or change each other, whatever is done in whatever order', async () => {
		await fc.assert(
			fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 30 }), tenant, async (steps, watched) => {
				const together = await site.newLinks();
				const alone = await site.newLinks();
				for (const one of steps) await apply(together, one);
				for (const one of steps) if (one.tenant === watched) await apply(alone, one);
				expect(await viewOf(together, watched)).toEqual(await viewOf(alone, watched));
			}),
			{ numRuns: 25 },
		);
	});

	it('keep their settings and events apart', async () => {
		const { configs, inbox } = site.store;
		for (const who of ['a', 'A', "a' OR '1'='1"]) {
			await configs.save({ tenant: who, integration: 'hubspot', credentials: `of ${who}` });
		}
		for (const who of ['a', 'A', "a' OR '1'='1"]) {
			expect((await configs.getMany(who)).map((config) => config.credentials)).toEqual([`of ${who}`]);
			expect((await configs.get(who, 'hubspot'))?.credentials).toBe(`of ${who}`);
			expect(await inbox.count(who, 'hubspot')).toBe(0);
		}
		expect(await configs.get('%', 'hubspot')).toBeUndefined();
	});
});

const TENANTS = ['a', 'b', 'A', "a' OR '1'='1", 'ä'];
const key = fc.constantFrom('', 'name>dealname', 'Name>dealname');
const hour = fc.integer({ min: 0, max: 9 });

const recordStep = fc.oneof(
	{
		weight: 4,
		arbitrary: fc.record({
			verb: fc.constant('settle' as const),
			tenant,
			ids,
			key,
			done: fc.option(key, { nil: undefined }),
			hour,
		}),
	},
	fc.record({ verb: fc.constant('resolve' as const), tenant, choice: fc.constantFrom('local', 'external', 'value') }),
	fc.record({ verb: fc.constant('prune' as const), tenant, hour }),
	fc.record({ verb: fc.constant('progress' as const), tenant, position: id }),
);
type RecordStep = typeof recordStep extends fc.Arbitrary<infer T> ? T : never;

/** Where one run of the property happens: a store, and an integration nobody else uses. */
interface Place {
	store: Store;
	integration: string;
}

async function record({ store, integration }: Place, one: RecordStep): Promise<void> {
	const links = store.links(integration, 'order');
	switch (one.verb) {
		case 'settle': {
			const lease = { owner: 'run', seconds: 60 };
			const at = timeOf(one.hour);
			const by = `${one.tenant} at ${one.hour}`;
			await links.claim(one.tenant, one.ids, lease);
			await links.settle(
				one.tenant,
				lease.owner,
				one.ids.map((localId) => ({ localId, unsent: { by } })),
				{
					conflicts: one.ids.map((localId) => conflictOf(localId, one.key, by)),
					conflictsDone: one.ids.flatMap((localId) => (one.done === undefined ? [] : [{ localId, key: one.done }])),
					log: one.ids.map((localId) => lineOf(localId, at, by)),
				},
			);
			break;
		}
		case 'resolve': {
			// The ids of everybody's conflicts: those of others must not move.
			const all = await Promise.all(TENANTS.map((who) => store.conflicts.page(who, { integration }, { limit: 100 })));
			const conflictIds = all.flat().map((conflict) => conflict.id);
			await store.conflicts.resolve(one.tenant, conflictIds, { choice: one.choice, value: one.tenant });
			break;
		}
		case 'prune':
			await store.log.prune(one.tenant, timeOf(one.hour), 10_000);
			break;
		case 'progress':
			await store.progress.save(one.tenant, integration, 'order', 'reconcile', {
				position: one.position,
				counts: { checked: 1 },
				startedAt: timeOf(0),
				finishedAt: null,
			});
			break;
	}
}

const timeOf = (hours: number) => new Date(Date.UTC(2026, 0, 1, hours));

function conflictOf(localId: string, at: string, by: string): NewConflict {
	const values = { local: by, external: null, baseLocal: null, baseExternal: null, rule: null };
	const names = { localId, externalId: null, key: at, field: at };
	return { ...names, ...values, reason: 'both_changed', candidates: [], run: by };
}

function lineOf(localId: string, at: Date, run: string): SyncLogEntry {
	return { localId, externalId: null, at, kind: 'push', field: 'name', from: null, to: run, rule: null, run };
}

/** All that a tenant can see of what its runs left behind, without ids and times the database gave. */
async function recordOf({ store, integration }: Place, who: string): Promise<unknown> {
	const { conflicts, log, progress } = store;
	const links = await store.links(integration, 'order').page(who, { limit: 100 });
	const seen = await conflicts.page(who, { integration }, { limit: 100 });
	const alone = await Promise.all(seen.map((conflict) => conflicts.get(who, conflict.id)));
	expect(alone).toEqual(seen);
	const pending = await conflicts.findPending(who, integration, 'order', ['1', '2', '3']);
	const lines = ['1', '2', '3'].map((localId) => log.history(who, integration, 'order', localId, { limit: 100 }));
	return {
		links: links.map((link) => [link.localId, link.unsent]),
		conflicts: seen.map((one) => [one.tenant, one.localId, one.key, one.local, one.status, one.choice, one.value]),
		pending: pending.map((one) => [one.tenant, one.localId, one.key, one.status]),
		log: await Promise.all(lines),
		progress: (await progress.get(who, integration, 'order', 'reconcile'))?.position,
	};
}

describeOnBothStores('what runs leave behind', (site) => {
	it('is each tenant’s own, whatever others do', async () => {
		// Pruning knows tenants only, not integrations: so the two sides of the comparison are two stores.
		const other = await acquireStore(await site.newLocation());
		let runs = 0;
		await fc.assert(
			fc.asyncProperty(fc.array(recordStep, { minLength: 5, maxLength: 30 }), tenant, async (steps, watched) => {
				const integration = `record${++runs}`;
				const together = { store: site.store, integration };
				const alone = { store: other.store, integration };
				for (const { store } of [together, alone]) {
					await store.createLinkTables(integration, [{ entity: 'order', columns: [] }]);
				}
				for (const one of steps) await record(together, one);
				for (const one of steps) if (one.tenant === watched) await record(alone, one);
				const view = await recordOf(together, watched);
				expect(view).toEqual(await recordOf(alone, watched));
			}),
			{ numRuns: 25 },
		);
		other.release();
	});
});

const receiver = fc.constantFrom('w/1', 'w/2');
const status = fc.constantFrom('received' as const, 'unrouted' as const, 'attention' as const);
const inboxStep = fc.oneof(
	{ weight: 4, arbitrary: fc.record({ verb: fc.constant('receive' as const), tenant, ids, receiver, status }) },
	fc.record({ verb: fc.constant('advance' as const), tenant, receiver, from: fc.constantFrom('now', 'beginning') }),
	fc.record({ verb: fc.constant('take' as const), tenant, ids, receiver }),
	fc.record({ verb: fc.constant('replay' as const), tenant, ids, receiver: fc.option(receiver, { nil: undefined }) }),
	fc.record({ verb: fc.constant('prune' as const), tenant }),
	fc.record({ verb: fc.constant('clear' as const), tenant, receiver }),
);
type InboxStep = typeof inboxStep extends fc.Arbitrary<infer T> ? T : never;

/** Executions and receivers are of one tenant each, as workflows are. */
const ofTenant = (name: string, who: string) => `${name} of ${who}`;

async function ingest(store: Store, one: InboxStep): Promise<void> {
	const { inbox, deliveries, cursors } = store;
	const place = { tenant: one.tenant, integration: 'crm' };
	switch (one.verb) {
		case 'receive':
			await inbox.receive(
				ofTenant(one.receiver, one.tenant),
				one.ids.map((externalEventId) => inboxEvent(externalEventId, { ...place, status: one.status })),
				{ againSeconds: 600 },
			);
			break;
		case 'advance':
			await inbox.advance(
				{ ...place, entity: '*', poll: ofTenant(one.receiver, one.tenant) },
				{},
				{
					start: one.from === 'now' ? 'now' : 'beginning',
					limit: 2,
				},
			);
			break;
		case 'take': {
			const taking = { receiver: ofTenant(one.receiver, one.tenant), taker: 'run' };
			// Of everybody's events: only its own are given.
			const keys = TENANTS.flatMap((who) => one.ids.map((id) => ({ ...place, tenant: who, externalEventId: id })));
			const taken = await deliveries.take(taking, keys, 600);
			expect(taken.filter((key) => key.tenant !== one.tenant)).toEqual([]);
			await deliveries.done([taking]);
			break;
		}
		case 'replay':
			await deliveries.replay(
				one.tenant,
				'crm',
				one.ids,
				one.receiver === undefined ? undefined : ofTenant(one.receiver, one.tenant),
			);
			break;
		case 'prune':
			await inbox.prune(one.tenant, new Date(Date.now() + 60_000), 2);
			break;
		case 'clear':
			await cursors.clear({ ...place, entity: '*', poll: ofTenant(one.receiver, one.tenant) });
			break;
	}
}

/** All that a tenant can see of its events and deliveries, without times and versions. */
async function inboxOf({ inbox, deliveries, cursors }: Store, who: string): Promise<unknown> {
	const events = await inbox.find(who, 'crm', {}, 100);
	expect(await inbox.count(who, 'crm')).toBe(events.length);
	const unrouted = await inbox.find(who, 'crm', { status: 'unrouted' }, 100);
	const ofReceivers = ['w/1', 'w/2'].map(async (name) => {
		const poll = ofTenant(name, who);
		const { waiting, taken } = await deliveries.backlog(poll);
		const cursor = await cursors.get({ tenant: who, integration: 'crm', entity: '*', poll });
		return { waiting, taken, cursor: cursor?.cursor };
	});
	return {
		events: events.map((event) => [event.tenant, event.externalEventId, event.status]).sort(),
		unrouted: unrouted.map((event) => event.externalEventId).sort(),
		receivers: await Promise.all(ofReceivers),
	};
}

describeOnBothStores('the inbox and its deliveries', (site) => {
	it('are each tenant’s own, whatever others do', async () => {
		await fc.assert(
			fc.asyncProperty(fc.array(inboxStep, { minLength: 5, maxLength: 30 }), tenant, async (steps, watched) => {
				const together = await acquireStore(await site.newLocation());
				const alone = await acquireStore(await site.newLocation());
				for (const one of steps) await ingest(together.store, one);
				for (const one of steps) if (one.tenant === watched) await ingest(alone.store, one);
				expect(await inboxOf(together.store, watched)).toEqual(await inboxOf(alone.store, watched));
				for (const { release } of [together, alone]) release();
			}),
			{ numRuns: 10 },
		);
	});
});

describeOnBothStores('a link table against a model', (site) => {
	it('has at most one live link per external id after any sequence', async () => {
		await fc.assert(
			fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 30 }), async (steps) => {
				const links = await site.newLinks();
				for (const one of steps) await apply(links, { ...one, tenant: 'a' });
				const live = (await links.page('a', { limit: 100 })).filter(
					(link) => link.syncStatus !== 'deleted' && link.externalId !== null,
				);
				expect(new Set(live.map((link) => link.externalId)).size).toBe(live.length);
				const found = await links.findByExternalIds('a', ['1', '2', '3']);
				for (const link of live) expect(found.get(link.externalId ?? '')?.localId).toBe(link.localId);
			}),
			{ numRuns: 25 },
		);
	});
});
