import { MIGRATIONS } from '../../lib/store/migrations';
import { acquireStore } from '../../lib/store/open';
import { answerField, commandField, messageField } from '../../lib/store/sealed-fields';
import type { LinkTable, Store } from '../../lib/store/store';
import { parseKeyRing } from '../../lib/tenants/key-ring';
import { open } from '../../lib/tenants/seal';
import { openConnection, openWebhookSecret } from '../../lib/tenants/sealed-row';
import { describeOnBothStores, type StoreSite } from './both-stores';
import { entityOf, HARD_TEXT, LONG_AGO, OLD_KEY, putOldRows, STEPS_WITH_ROWS } from './old-rows';
import { makeOldStore } from './old-stores';
import { shapeOf } from './shape';

const longAgo = new Date(LONG_AGO);
const ring = parseKeyRing(OLD_KEY);
const place = { tenant: 't', integration: 'crm' };

/** What each version has put in is read by today's functions; each by the number of migrations its version knew. */
const READ: Readonly<Record<number, (store: Store) => Promise<void>>> = {
	1: async (store) => {
		const config = await store.configs.get('t', 'crm');
		expect(config).toMatchObject({
			mode: 'cloud',
			enabled: true,
			settings: { syncLog: 'all', note: HARD_TEXT },
			accountId: null,
			createdAt: longAgo,
			updatedAt: longAgo,
		});
		expect(config && openConnection(ring, config)).toEqual({ accessToken: 'kept' });
		expect(config && openWebhookSecret(ring, config)).toBe('kept hook');
		expect(await store.inbox.find('t', 'crm', { ids: ['e1'] }, 5)).toMatchObject([
			{ externalEventId: 'e1', payload: { text: HARD_TEXT }, account: null, status: 'received', receivedAt: longAgo },
		]);
		const merged = await store.links('crm', 'since1').findByExternalIds('t', ['merged']);
		expect(merged.get('merged')).toMatchObject({ localId: 'whole', externalId: '1' });
		expect((await store.budget.look('a', 'b')).pausedMs).toBeGreaterThan(0);
	},
	2: async (store) => {
		expect(await store.conflicts.findPending('t', 'crm', 'since1', ['troubled'])).toMatchObject([
			{ field: 'name', local: HARD_TEXT, external: 'theirs', baseLocal: 'was', status: 'open', resolvedBy: null },
		]);
		expect(await store.log.history('t', 'crm', 'since1', 'whole', { limit: 5 })).toMatchObject([
			{ field: 'name', from: null, to: HARD_TEXT, at: longAgo },
		]);
		expect(await store.progress.get('t', 'crm', 'since1', 'reconcile')).toMatchObject({
			position: 'whole',
			counts: { checked: 7 },
			finishedAt: null,
		});
	},
	3: async (store) => {
		expect(await store.inbox.find('t', 'crm', { ids: ['e3'] }, 5)).toMatchObject([
			{ account: 'acc', status: 'attention' },
		]);
		expect(await store.deliveries.backlog('w/1')).toEqual({ waiting: 1, taken: 0, oldest: longAgo });
		const poll = { tenant: 't', integration: 'crm', entity: 'since1', poll: 'w/1' };
		expect(await store.cursors.get(poll)).toMatchObject({ cursor: { at: 'x' }, version: 3 });
		expect(await store.configs.findByAccounts('crm', ['acc'])).toEqual(new Map([['acc', 'u']]));
	},
	4: async (store) => {
		expect(await store.parking.find('t', 'crm')).toMatchObject([
			{ source: 'tenant', message: HARD_TEXT, since: longAgo },
		]);
	},
	5: async (store) => {
		expect(await store.conflicts.page('t', { status: 'resolved' }, { limit: 5 })).toMatchObject([
			{ field: 'stage', choice: 'local', resolvedBy: HARD_TEXT, resolvedAt: longAgo },
		]);
	},
	6: async (store) => {
		const known = await store.answers.get('t', 'crm', 'q');
		expect(known?.asOf).toEqual(longAgo);
		const field = answerField('stageOf');
		expect(known && open(ring, { ...place, field, table: 'query_answer' }, known.answer)).toBe('[{"stage":"won"}]');
	},
	7: async (store) => {
		const row = await store.commands.get({ ...place, key: 'key 1', kind: 'execute' });
		expect(row).toMatchObject({ status: 'unknown', attempts: 2, lookUps: 1, warnings: [HARD_TEXT], version: 4 });
		const field = commandField('payload', 'c-1');
		expect(row && open(ring, { ...place, field, table: 'command_log' }, row.payload)).toBe('{"number":"1"}');
	},
	8: async (store) => {
		const [row] = await store.notifications.due('t', 'crm', 5);
		expect(row).toMatchObject({ reference: 'n-1', eventKey: HARD_TEXT, failure: { code: 'no' }, attempts: 2 });
		const field = messageField('n-1');
		expect(row?.message && open(ring, { ...place, field, table: 'notification_log' }, row.message)).toBe(
			'{"text":"gone"}',
		);
	},
	9: async (store) => {
		expect(await store.notifications.troubled('t', 'crm', undefined, 5)).toMatchObject([
			{ reference: 'n-9', status: 'unknown', updatedAt: longAgo },
		]);
	},
};

/** Links of one version, whole, and good for all that is done with links today. */
async function checkLinks(links: LinkTable, step: number): Promise<void> {
	const rows = await links.findByLocalIds('t', ['whole', 'troubled', 'waiting', 'gone']);
	expect(rows.map(({ localId, syncStatus }) => `${localId} ${syncStatus}`).sort()).toEqual([
		'gone deleted',
		'troubled conflict',
		'waiting pending',
		'whole synced',
	]);
	expect(rows.find(({ localId }) => localId === 'whole')).toMatchObject({
		externalId: '1',
		lastSyncedAt: longAgo,
		base: { name: HARD_TEXT },
		externalVersion: 'v',
		sent: step < 2 ? null : { name: ['x'] },
		flips: step < 2 ? null : { k: [{ hash: 'h', at: 1 }] },
		inDoubt: false,
		columns: { stage: 'won' },
	});
	expect(await links.due('t', 5)).toMatchObject([{ localId: 'waiting' }]);
	expect(await links.troubled('t', undefined, 5)).toMatchObject([{ localId: 'troubled', lastError: HARD_TEXT }]);
	const { claimed } = await links.claim('t', ['whole', 'fresh'], { owner: 'run', seconds: 60 });
	expect(claimed.map(({ localId }) => localId).sort()).toEqual(['fresh', 'whole']);
	const { settled } = await links.settle('t', 'run', [
		{ localId: 'whole', unsent: { name: 'x' } },
		{ localId: 'fresh', externalId: '9', syncStatus: 'synced' },
	]);
	expect([...settled].sort()).toEqual(['fresh', 'whole']);
	expect(await links.findByLocalIds('t', ['whole'])).toMatchObject([{ unsent: { name: 'x' }, externalId: '1' }]);
}

/** Every row of every table of ours, column by column, past all code of ours. */
async function allRows(site: StoreSite, location: string): Promise<Map<string, Array<Record<string, unknown>>>> {
	const named = (await site.aside(
		site.kind === 'postgres'
			? `SELECT tablename AS name FROM pg_tables WHERE schemaname = 'crosslink' ORDER BY 1`
			: `SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY 1`,
		location,
	)) as Array<{ name: string }>;
	const rows = new Map<string, Array<Record<string, unknown>>>();
	for (const { name } of named) {
		if (name === 'migration' || name === 'typeorm_metadata') continue;
		rows.set(name, (await site.aside(`SELECT * FROM crosslink.${name}`, location)) as Array<Record<string, unknown>>);
	}
	return rows;
}

const RELEASED = MIGRATIONS.map((migration, index) => ({ step: index + 1, name: migration.name }));

describeOnBothStores('an upgrade from each released schema', (site) => {
	it('is tested with rows of every one of them', () => {
		expect(STEPS_WITH_ROWS).toBe(MIGRATIONS.length);
		expect(Object.keys(READ)).toHaveLength(MIGRATIONS.length);
	});

	it.each(RELEASED)('leaves rows made up to $name whole, and today’s code reads them', async ({ step }) => {
		const location = await site.newLocation();
		await makeOldStore(location, step, putOldRows);
		const before = await allRows(site, location);
		expect([...before.values()].every((rows) => rows.length > 0)).toBe(true);

		const { store, release } = await acquireStore(location);
		const after = await allRows(site, location);
		for (const [table, rows] of before) {
			const now = after.get(table);
			expect(now).toHaveLength(rows.length);
			for (const row of rows) expect(now).toContainEqual(expect.objectContaining(row));
		}

		// What today's enabling does to tables that are there.
		const entities = Array.from({ length: step }, (_, index) => entityOf(index + 1));
		expect(await store.linkTables('crm')).toEqual(entities);
		await store.createLinkTables(
			'crm',
			entities.map((entity) => ({ entity, columns: ['stage'] })),
		);
		for (let version = 1; version <= step; version++) await READ[version]?.(store);
		for (let version = 1; version <= step; version++) {
			await checkLinks(store.links('crm', entityOf(version)), version);
		}
		release();
	});

	it('gives each of them the tables and indexes of a new store', async () => {
		const fresh = await site.newLocation();
		const { store, release } = await acquireStore(fresh);
		await store.createLinkTables('crm', [{ entity: 'since1', columns: ['stage'] }]);
		release();
		const expected = await shapeOf(site, fresh);
		for (const { step } of RELEASED) {
			const location = await site.newLocation();
			await makeOldStore(location, step, putOldRows);
			(await acquireStore(location)).release();
			const shape = await shapeOf(site, location);
			expect(shape.filter((line) => !/crm_since[2-9]/.test(line))).toEqual(expected);
		}
	});
});
