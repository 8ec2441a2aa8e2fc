import fc from 'fast-check';
import type { CommandChange, CommandKey, NewCommand } from '../../lib/store/command-log';
import type { NewNotification, NotificationChange } from '../../lib/store/notification-log';
import { answerField, commandField, messageField } from '../../lib/store/sealed-fields';
import type { EventKey, LinkTable, PollKey, Store } from '../../lib/store/store';
import { markOf, strangersIn, tenantNames } from '../tenant-names';
import { describeOnBothStores, type StoreSite } from './both-stores';
import { inboxEvent } from './inbox-events';

/** Where one run of the property happens: an integration nobody else uses. */
interface Place {
	store: Store;
	integration: string;
	links: LinkTable;
	tenants: string[];
	/** Of everybody: what belongs to others is asked for as well. */
	conflictIds: string[];
}

type Probe = (place: Place, me: string) => Promise<unknown>;

const LEASE = { owner: 'run', seconds: 60 };
const LOCAL_IDS = ['1', '2', '3'];
const receiverOf = ({ integration }: Place, tenant: string) =>
	`${integration} ${Buffer.from(tenant).toString('hex').slice(0, 400)} ${tenant.length}`;
const externalIds = ({ tenants }: Place) => ['shared', ...tenants.map((tenant) => markOf(tenant))];
const pollOf = ({ integration }: Place, me: string): PollKey => ({
	...{ tenant: me, integration, entity: 'order', poll: 'workflow/node' },
});
const eventsOfAll = ({ tenants, integration }: Place): EventKey[] =>
	tenants.flatMap((tenant) => ['e1', 'e2'].map((externalEventId) => ({ tenant, integration, externalEventId })));
const taking = (place: Place, me: string) => ({ receiver: receiverOf(place, me), taker: 'execution' });

/**
 * Every function that a tenant's run calls, as that tenant, with the ids of all. A new function of the store fails the test
 * below until it is here.
 */
const OF_A_TENANT: Record<string, Probe> = {
	'links().findByLocalIds': ({ links }, me) => links.findByLocalIds(me, LOCAL_IDS),
	'links().findByExternalIds': (place, me) => place.links.findByExternalIds(me, [...externalIds(place), 'alias']),
	'links().claim': ({ links }, me) => links.claim(me, LOCAL_IDS, LEASE),
	'links().note': ({ links }, me) => links.note(me, LEASE.owner, [{ localId: '1', sent: { name: [markOf(me)] } }]),
	'links().settle': (place, me) =>
		place.links.settle(
			me,
			LEASE.owner,
			LOCAL_IDS.map((localId) => ({ localId, lastError: markOf(me), syncStatus: 'synced', aliases: ['alias'] })),
			{ conflictsDone: LOCAL_IDS.map((localId) => ({ localId, key: 'k' })) },
		),
	'links().release': ({ links }, me) => links.release(me, LEASE.owner, LOCAL_IDS),
	'links().doubt': ({ links }, me) => links.doubt(me, LOCAL_IDS),
	'links().upsert': ({ links }, me) => links.upsert(me, [{ localId: '1', externalId: 'shared' }]),
	'links().page': ({ links }, me) => links.page(me, { limit: 100 }),
	'links().pageOfIds': ({ links }, me) => links.pageOfIds(me, { limit: 100 }),
	'links().troubled': ({ links }, me) => links.troubled(me, undefined, 100),
	'links().due': ({ links }, me) => links.due(me, 100),
	'links().countByStatus': async ({ links }, me) => {
		const counts = await links.countByStatus(me);
		expect(Object.values(counts).reduce((sum, count) => sum + count)).toBe(LOCAL_IDS.length);
		return counts;
	},
	'configs.get': ({ store, integration }, me) => store.configs.get(me, integration),
	'configs.getOf': ({ store, integration }, me) => store.configs.getOf(integration, [me, '*']),
	'configs.getMany': ({ store }, me) => store.configs.getMany(me),
	'configs.save': ({ store, integration }, me) =>
		store.configs.save({ tenant: me, integration, settings: { mine: markOf(me) } }),
	'sealed(integration_config).page': ({ store }, me) => configsOf(store).page({ tenant: me, limit: 100 }),
	'sealed(integration_config).get': ({ store, integration }, me) =>
		configsOf(store).get({ tenant: me, integration, id: '' }),
	'sealed(integration_config).replace': async ({ store, integration, tenants }, me) => {
		// What another one has sealed does not stand in my row.
		for (const tenant of tenants) {
			const texts = { credentials: sealedOf(tenant) };
			const done = await configsOf(store).replace({ tenant: me, integration, id: '', texts }, texts);
			expect(done).toBe(tenant === me);
		}
	},
	'sealed(integration_config).count': async ({ store }, me) => {
		for (const [start] of await configsOf(store).count(10_000, me)) expect(strangersIn([start], me)).toEqual([]);
	},
	...sealedProbes('notification_log', 'n1', () => messageField('n1')),
	...sealedProbes('command_log', 'c1', () => commandField('payload', 'c1')),
	...sealedProbes('query_answer', 'q1', (me) => answerField(markOf(me))),
	'commands.begin': (place, me) => place.store.commands.begin(newCommand(place, me), LEASE),
	'commands.get': (place, me) => place.store.commands.get(commandOf(place, me)),
	'commands.findByReference': ({ store, integration }, me) => store.commands.findByReference(me, integration, 'c1'),
	'commands.take': (place, me) => place.store.commands.take(commandOf(place, me), 1, LEASE),
	'commands.sending': (place, me) =>
		place.store.commands.sending(commandOf(place, me), LEASE, { attempts: 2, from: ['running', 'waiting', 'unknown'] }),
	'commands.renew': (place, me) => place.store.commands.renew(commandOf(place, me), LEASE),
	'commands.settle': (place, me) =>
		place.store.commands.settle(commandOf(place, me), LEASE.owner, failedCommand(me), [
			'running',
			'waiting',
			'unknown',
		]),
	'commands.due': ({ store, integration }, me) => store.commands.due(me, integration, 100),
	'commands.troubled': ({ store, integration }, me) => store.commands.troubled(me, integration, undefined, 100),
	'commands.prune': ({ store }, me) => store.commands.prune(me, new Date(0), 100),
	'answers.get': ({ store, integration }, me) => store.answers.get(me, integration, 'q1'),
	'answers.save': ({ store, integration }, me) => store.answers.save(me, integration, newAnswer(me)),
	'answers.prune': ({ store }, me) => store.answers.prune(me, { most: 100, limit: 100 }),
	'figures.links': async ({ store, integration }, me) => {
		const { counts } = await store.figures.links(me, integration, 'order', SPAN);
		expect(Object.values(counts).reduce((sum, count) => sum + count)).toBe(LOCAL_IDS.length);
	},
	'figures.events': async ({ store, integration }, me) => {
		const { waiting, inHand } = await store.figures.events(me, integration, SPAN);
		expect(waiting + inHand).toBeLessThanOrEqual(2);
	},
	'figures.openConflicts': async ({ store, integration }, me) => {
		expect(await store.figures.openConflicts(me, integration)).toBeLessThanOrEqual(LOCAL_IDS.length);
	},
	'figures.commands': async ({ store, integration }, me) => {
		const counts = await store.figures.commands(me, integration);
		expect(Object.values(counts).reduce((sum, count) => sum + count)).toBe(1);
	},
	'figures.failures': async ({ store, integration }, me) => {
		expect(await store.figures.failures(me, integration, SPAN)).toEqual([0, 0]);
	},
	'notifications.get': (place, me) => place.store.notifications.get(noticeOf(place, me)),
	'notifications.begin': (place, me) => place.store.notifications.begin(newNotice(place, me), LEASE),
	'notifications.take': (place, me) => place.store.notifications.take(noticeOf(place, me), 2, LEASE),
	'notifications.sending': (place, me) => place.store.notifications.sending(noticeOf(place, me), LEASE),
	'notifications.renew': (place, me) => place.store.notifications.renew(noticeOf(place, me), LEASE),
	'notifications.settle': (place, me) =>
		place.store.notifications.settle(noticeOf(place, me), LEASE.owner, failedNotice(me)),
	'notifications.due': ({ store, integration }, me) => store.notifications.due(me, integration, 100),
	'notifications.troubled': ({ store, integration }, me) =>
		store.notifications.troubled(me, integration, undefined, 100),
	'notifications.prune': ({ store }, me) => store.notifications.prune(me, new Date(0), 100),
	'inbox.receive': (place, me) =>
		place.store.inbox.receive(
			receiverOf(place, me),
			[inboxEvent('e1', { tenant: me, integration: place.integration })],
			{ againSeconds: 60 },
		),
	'inbox.advance': (place, me) =>
		place.store.inbox.advance(
			{ tenant: me, integration: place.integration, entity: '*', poll: receiverOf(place, me) },
			{},
			{ start: 'beginning', limit: 10 },
		),
	'inbox.find': ({ store, integration }, me) => store.inbox.find(me, integration, { ids: ['e1', 'e2'] }, 100),
	'inbox.prune': ({ store }, me) => store.inbox.prune(me, new Date(0), 100),
	'inbox.count': async ({ store, integration }, me) => {
		expect(await store.inbox.count(me, integration)).toBe(2);
	},
	'deliveries.due': (place, me) => place.store.deliveries.due(receiverOf(place, me), { limit: 100, againSeconds: 0 }),
	'deliveries.take': async (place, me) => await place.store.deliveries.take(taking(place, me), eventsOfAll(place), 60),
	'deliveries.renew': (place, me) => place.store.deliveries.renew([taking(place, me)], 60),
	'deliveries.done': (place, me) => place.store.deliveries.done([taking(place, me)]),
	'deliveries.replay': ({ store, integration }, me) => store.deliveries.replay(me, integration, ['e1', 'e2']),
	'deliveries.backlog': async (place, me) => {
		const { waiting, taken } = await place.store.deliveries.backlog(receiverOf(place, me));
		expect(waiting + taken).toBeLessThanOrEqual(2);
	},
	'cursors.get': (place, me) => place.store.cursors.get(pollOf(place, me)),
	'cursors.clear': (place, me) => place.store.cursors.clear(pollOf(place, me)),
	'conflicts.findPending': ({ store, integration }, me) =>
		store.conflicts.findPending(me, integration, 'order', LOCAL_IDS),
	'conflicts.page': ({ store }, me) => store.conflicts.page(me, {}, { limit: 100 }),
	'conflicts.get': ({ store, conflictIds }, me) => Promise.all(conflictIds.map((id) => store.conflicts.get(me, id))),
	'conflicts.resolve': ({ store, conflictIds }, me) =>
		store.conflicts.resolve(me, conflictIds, { choice: 'value', value: markOf(me) }),
	'log.history': ({ store, integration }, me) =>
		Promise.all(LOCAL_IDS.map((id) => store.log.history(me, integration, 'order', id, { limit: 100 }))),
	'log.prune': ({ store }, me) => store.log.prune(me, new Date(), 100),
	'progress.get': ({ store, integration }, me) => store.progress.get(me, integration, 'order', 'kind'),
	'progress.save': ({ store, integration }, me) =>
		store.progress.save(me, integration, 'order', 'kind', progressOf(me)),
	'parking.find': ({ store, integration }, me) => store.parking.find(me, integration),
	'parking.park': ({ store, integration }, me) => store.parking.park(me, integration, parkedBy(me)),
	'parking.release': ({ store, integration }, me) => store.parking.release(me, integration),
};

/** Not asked as a tenant, and why that lets nobody see another's rows. */
const OF_THE_SITE: Record<string, string> = {
	links: 'gives the table, whose functions are above',
	createLinkTables: 'makes tables, which all tenants share',
	linkTables: 'names tables',
	check: 'says whether the store works',
	'configs.page': 'for work on all tenants: settings for all, pruning',
	'configs.findByAccounts': 'tells an ingress whose the account of an event is; names no other account',
	'inbox.route': 'moves the unrouted events of one account to the tenant that has it',
	'budget.reserve': 'by external account: tenants of one account share its limits',
	'budget.pause': 'by external account',
	'budget.look': 'by external account',
};

const noticeOf = ({ integration }: Place, me: string) => ({ tenant: me, integration, reference: 'n1' });
const newNotice = (place: Place, me: string): NewNotification => ({
	...noticeOf(place, me),
	...{ event: markOf(me), eventKey: markOf(me), run: markOf(me), message: sealedOf(me) },
});
const failedNotice = (me: string): NotificationChange => ({
	status: 'failed',
	failure: { class: 'transient', code: 'c', message: markOf(me), remedy: markOf(me) },
	messageId: markOf(me),
	refused: [{ to: markOf(me), reason: markOf(me) }],
	nextAttemptInSeconds: 0,
});

/** What the rotation of the key does with a table, as a tenant's own: `id` is the row that everybody has. */
function sealedProbes(table: string, id: string, field: (me: string) => string): Record<string, Probe> {
	const of = ({ sealed }: Store): Store['sealed'][number] => {
		const found = sealed.find(({ name }) => name === table);
		if (found === undefined) throw new Error(`Texts of ${table} are sealed.`);
		return found;
	};
	return {
		[`sealed(${table}).page`]: ({ store }, me) => of(store).page({ tenant: me, limit: 100 }),
		[`sealed(${table}).get`]: ({ store, integration }, me) => of(store).get({ tenant: me, integration, id }),
		[`sealed(${table}).replace`]: async ({ store, integration, tenants }, me) => {
			// What another one has sealed does not stand in my row.
			for (const tenant of tenants) {
				const texts = { [field(me)]: sealedOf(tenant) };
				const done = await of(store).replace({ tenant: me, integration, id, texts }, texts);
				expect(done).toBe(tenant === me);
			}
		},
		[`sealed(${table}).count`]: async ({ store }, me) => {
			for (const [start] of await of(store).count(10_000, me)) expect(strangersIn([start], me)).toEqual([]);
		},
	};
}

const SPAN = { from: new Date(Date.now() - 3_600_000), stepMs: 3_600_000, steps: 2 };
const commandOf = ({ integration }: Place, me: string): CommandKey => ({
	...{ tenant: me, integration, key: 'c1', kind: 'execute' },
});
const newCommand = (place: Place, me: string): NewCommand => ({
	...commandOf(place, me),
	...{ command: markOf(me), payloadHash: markOf(me), payload: sealedOf(me), reference: 'c1', run: markOf(me) },
});
const failedCommand = (me: string): CommandChange => ({
	status: 'unknown',
	failure: { class: 'unknown', code: 'c', message: markOf(me), remedy: markOf(me) },
	externalId: markOf(me),
	nextAttemptInSeconds: 0,
});
const newAnswer = (me: string) => ({
	...{ question: 'q1', query: markOf(me), answer: sealedOf(me), keepSeconds: 3_600 },
});

function configsOf({ sealed }: Store): Store['sealed'][number] {
	const table = sealed.find(({ name }) => name === 'integration_config');
	if (table === undefined) throw new Error('The configurations are sealed.');
	return table;
}

const sealedOf = (tenant: string): string => `v1.sealed ${markOf(tenant)}`;
const progressOf = (me: string) => ({ position: markOf(me), counts: {}, startedAt: new Date(0), finishedAt: null });
const parkedBy = (me: string) => ({
	...{ source: 'tenant', fingerprint: markOf(me), code: 'c', message: markOf(me), remedy: markOf(me) },
});

async function seed(place: Place, me: string): Promise<void> {
	const { store, integration, links } = place;
	const mark = markOf(me);
	await store.configs.save({
		...{ tenant: me, integration, enabled: true, credentials: sealedOf(me), settings: { mine: mark } },
		accountId: `account ${mark}`.slice(0, 500),
	});
	await store.notifications.begin(newNotice(place, me), LEASE);
	await store.notifications.settle(noticeOf(place, me), LEASE.owner, failedNotice(me));
	await store.commands.begin(newCommand(place, me), LEASE);
	await store.answers.save(me, integration, newAnswer(me));
	await links.upsert(me, [
		{ localId: '1', externalId: 'shared' },
		{ localId: '2', externalId: mark },
	]);
	await links.claim(me, LOCAL_IDS, LEASE);
	const values = { local: mark, external: mark, baseLocal: null, baseExternal: null, rule: null };
	await links.settle(
		me,
		LEASE.owner,
		LOCAL_IDS.map((localId) => ({
			...{ localId, lastError: mark, syncStatus: 'failed', unsent: { mark }, attempts: 1 },
		})),
		{
			conflicts: LOCAL_IDS.map((localId) => ({
				...{ localId, externalId: null, key: 'k', field: 'f', reason: 'both_changed', candidates: [], run: mark },
				...values,
			})),
			log: LOCAL_IDS.map((localId) => ({
				...{ localId, externalId: null, at: new Date(0), kind: 'push', field: 'f', from: mark, to: mark, rule: null },
				run: mark,
			})),
		},
	);
	// Under the same owner as everybody's: whoever forgets the tenant takes the lease of another.
	await links.claim(me, ['3'], LEASE);
	const key = { ...pollOf(place, me), cursor: { mark }, expected: undefined };
	const { cursor, expected, ...poll } = key;
	await store.inbox.receive(
		receiverOf(place, me),
		['e1', 'e2'].map((id) => inboxEvent(id, { tenant: me, integration, payload: { mark } })),
		{ againSeconds: 0, cursor: { key: poll, cursor, expected } },
	);
	await store.progress.save(me, integration, 'order', 'kind', progressOf(me));
	await store.parking.park(me, integration, parkedBy(me));
}

/** Every row of these tenants, of every table, as it lies in the database. */
async function rowsOf(site: StoreSite, tenants: string[]): Promise<unknown> {
	const tables = (await site.aside(
		site.kind === 'postgres'
			? "SELECT table_name AS name FROM information_schema.columns WHERE table_schema = 'crosslink' AND column_name = 'tenant' ORDER BY 1"
			: "SELECT m.name FROM sqlite_master m, pragma_table_info(m.name) c WHERE m.type = 'table' AND c.name = 'tenant' ORDER BY 1",
	)) as Array<{ name: string }>;
	expect(tables.length).toBeGreaterThan(8);
	const quoted = tenants.map((tenant) => `'${tenant.replaceAll("'", "''")}'`).join(', ');
	const rows: unknown[] = [];
	for (const { name } of tables) {
		const found = await site.aside(`SELECT * FROM crosslink.${name} WHERE tenant IN (${quoted})`);
		rows.push([name, found.map((row) => JSON.stringify(row)).sort()]);
	}
	return rows;
}

describeOnBothStores('one tenant and the others', (site) => {
	it('every function of the store is looked at', () => {
		const found: string[] = [];
		for (const [name, member] of Object.entries(site.store)) {
			if (typeof member === 'function') found.push(name);
			else if (name === 'sealed') {
				for (const table of site.store.sealed) {
					const functions = Object.entries(table).filter(([, value]) => typeof value === 'function');
					found.push(...functions.map(([key]) => `sealed(${table.name}).${key}`));
				}
			} else if (typeof member === 'object' && member !== null) {
				found.push(...Object.keys(member as object).map((key) => `${name}.${key}`));
			}
		}
		const links = Object.entries(site.store.links('crm', 'order')).filter(([, value]) => typeof value === 'function');
		found.push(...links.map(([name]) => `links().${name}`));
		expect(found.sort()).toEqual([...Object.keys(OF_A_TENANT), ...Object.keys(OF_THE_SITE)].sort());
	});

	it('nothing of another tenant is in any answer, nor changed by any function', async () => {
		let runs = 0;
		await fc.assert(
			fc.asyncProperty(
				tenantNames({ minLength: 2, maxLength: 3 }),
				fc.shuffledSubarray(Object.keys(OF_A_TENANT), { minLength: Object.keys(OF_A_TENANT).length }),
				async (tenants, order) => {
					const integration = `apart${++runs}`;
					const { store } = site;
					await store.createLinkTables(integration, [{ entity: 'order', columns: [] }]);
					const place: Place = {
						store,
						integration,
						links: store.links(integration, 'order'),
						tenants,
						conflictIds: [],
					};
					for (const tenant of tenants) await seed(place, tenant);
					for (const tenant of tenants) {
						const conflicts = await store.conflicts.page(tenant, { integration }, { limit: 100 });
						expect(conflicts).toHaveLength(LOCAL_IDS.length);
						place.conflictIds.push(...conflicts.map(({ id }) => id));
					}
					const [me = '', ...others] = tenants;
					const before = await rowsOf(site, others);
					for (const name of order) {
						const answer = await OF_A_TENANT[name]?.(place, me);
						expect([name, strangersIn(answer, me)]).toEqual([name, []]);
					}
					expect(await rowsOf(site, others)).toEqual(before);
				},
			),
			{ numRuns: 15 },
		);
	}, 180_000);

	it('what is asked for the site names only what was asked for', async () => {
		const { configs, inbox } = site.store;
		for (const tenant of ['a', 'b']) {
			await configs.save({ tenant, integration: 'accounts', accountId: `of-${tenant}` });
		}
		expect([...(await configs.findByAccounts('accounts', ['of-a', 'of-nobody']))]).toEqual([['of-a', 'a']]);
		const unrouted = (id: string, account: string) =>
			inboxEvent(id, { tenant: 'site', integration: 'accounts', status: 'unrouted', account });
		await inbox.receive('w', [unrouted('1', 'of-a'), unrouted('2', 'of-b')], { againSeconds: 60 });
		expect(await inbox.route('accounts', 'of-a', 'a', 10)).toBe(1);
		expect((await inbox.find('a', 'accounts', {}, 10)).map((event) => event.externalEventId)).toEqual(['1']);
		expect(await inbox.count('b', 'accounts')).toBe(0);
	});
});
