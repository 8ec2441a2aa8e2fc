import { MIGRATIONS } from '../../lib/store/migrations';
import { acquireStore } from '../../lib/store/open';
import { POSTGRES } from '../../lib/store/postgres/dialect';
import { SQLITE } from '../../lib/store/sqlite/dialect';
import { describeOnBothStores, type StoreSite } from './both-stores';
import { startChild } from './children/child';
import { makeOldLinkTable, makeOldStore, sourceOf } from './old-stores';

/** A store as the first migration alone leaves it, with the link tables of that time. */
async function makeFirstStore(location: string, entities: string[]): Promise<void> {
	await makeOldStore(location, 1, async (source, dialect) => {
		const { table, now } = dialect;
		await source.query(
			`INSERT INTO ${table('processed_webhook')}
				(tenant, integration, external_event_id, entity, external_id, event, occurred_at, payload, receipt, received_at)
			VALUES ('t', 'crm', 'old', 'order', '1', 'updated', ${now}, '{}', 'r', ${now})`,
		);
		for (const entity of entities) {
			await makeOldLinkTable(source, dialect, 1, entity);
			await source.query(
				`INSERT INTO ${table(`crm_${entity}_link`)}
					(tenant, local_id, external_id, sync_status, attempts, stage, created_at, updated_at, next_attempt_at)
				VALUES ('t', 'a', '1', 'pending', 1, 'won', ${now}, ${now}, ${now})`,
			);
		}
	});
}

async function stuckIndexes(site: StoreSite, location: string): Promise<unknown[]> {
	return await site.aside(
		site.kind === 'postgres'
			? `SELECT indexname FROM pg_indexes WHERE indexname LIKE 'crm_%_link_stuck'`
			: `SELECT name FROM sqlite_master WHERE type = 'index' AND name LIKE 'crm_%_link_stuck'`,
		location,
	);
}

describeOnBothStores('a store made by the first version', (site) => {
	it('is brought up to date in place, with everything that was there', async () => {
		const location = await site.newLocation();
		await makeFirstStore(location, ['order', 'company']);
		const { store, release } = await acquireStore(location);
		for (const entity of ['order', 'company']) {
			const links = store.links('crm', entity);
			const [link] = await links.due('t', 10);
			expect(link).toMatchObject({
				localId: 'a',
				externalId: '1',
				unsent: null,
				flips: null,
				sent: null,
				inDoubt: false,
				handed: null,
				columns: { stage: 'won' },
			});
			await links.claim('t', ['a'], { owner: 'run', seconds: 60 });
			const at = new Date('2026-01-01T00:00:00.000Z');
			await links.settle('t', 'run', [{ localId: 'a', unsent: { name: 'x' }, flips: { k: [{ hash: 'h', at: 1 }] } }], {
				conflictsDone: [{ localId: 'a', key: 'k' }],
				log: [{ localId: 'a', externalId: '1', at, kind: 'push', field: 'f', from: 1, to: 2, rule: null, run: 'r' }],
			});
			const [changed] = await links.findByLocalIds('t', ['a']);
			expect(changed).toMatchObject({ unsent: { name: 'x' }, flips: { k: [{ hash: 'h', at: 1 }] } });
			expect(await store.log.history('t', 'crm', entity, 'a', { limit: 5 })).toHaveLength(1);
		}
		// An event of before is known, and a subscription that begins at the beginning gets it.
		expect(await store.inbox.find('t', 'crm', {}, 5)).toMatchObject([
			{ externalEventId: 'old', account: null, status: 'received' },
		]);
		const key = { tenant: 't', integration: 'crm', entity: '*', poll: 'w/1' };
		expect(await store.inbox.advance(key, {}, { start: 'beginning', limit: 5 })).toBe(1);
		expect(await store.links('crm', 'order').troubled('t', undefined, 5)).toEqual([]);
		expect(await stuckIndexes(site, location)).toHaveLength(2);
		await store.createLinkTables('crm', [{ entity: 'order', columns: ['stage', 'pipeline'] }]);
		expect((await store.links('crm', 'order').findByLocalIds('t', ['a']))[0]?.columns).toEqual({
			stage: 'won',
			pipeline: null,
		});
		release();
	});

	it('can be taken back step by step, and brought up to date again', async () => {
		const location = await site.newLocation();
		await makeFirstStore(location, ['order']);
		(await acquireStore(location, { idleCloseMs: 0 })).release();
		const source = sourceOf(location, [...MIGRATIONS]);
		await source.initialize();
		try {
			for (let step = 1; step < MIGRATIONS.length; step++) await source.undoLastMigration();
			expect(await source.runMigrations()).toHaveLength(MIGRATIONS.length - 1);
		} finally {
			await source.destroy();
		}
		const { store, release } = await acquireStore(
			`${location}${site.kind === 'postgres' ? '?application_name=b' : ''}`,
		);
		expect(await store.inbox.find('t', 'crm', {}, 5)).toHaveLength(1);
		expect(await store.links('crm', 'order').due('t', 5)).toHaveLength(1);
		release();
	});

	it('is brought up to date once when several open it at the same time', async () => {
		const location = await site.newLocation();
		await makeFirstStore(location, ['order']);
		const children = Array.from({ length: 4 }, () => startChild('open-once', [location]));
		expect(await Promise.all(children.map((child) => child.done()))).toEqual(children.map(() => ['ok']));
		const { store, release } = await acquireStore(location);
		expect(await store.links('crm', 'order').due('t', 10)).toHaveLength(1);
		release();
	});

	it('gets the columns for a link table that a process of the first version made afterwards', async () => {
		const location = await site.newLocation();
		const { store, release } = await acquireStore(location);
		await store.createLinkTables('crm', [{ entity: 'order', columns: ['stage'] }]);
		const dialect = site.kind === 'postgres' ? POSTGRES : SQLITE;
		for (const index of ['due', 'stuck']) {
			await site.aside(`DROP INDEX ${dialect.table(`crm_order_link_${index}`)}`, location);
		}
		for (const column of ['unsent', 'flips', 'sent', 'in_doubt', 'handed']) {
			await site.aside(`ALTER TABLE ${dialect.table('crm_order_link')} DROP COLUMN ${column}`, location);
		}
		await store.createLinkTables('crm', [{ entity: 'order', columns: ['stage'] }]);
		const links = store.links('crm', 'order');
		await links.claim('t', ['a'], { owner: 'run', seconds: 60 });
		expect((await links.settle('t', 'run', [{ localId: 'a', unsent: { x: 1 } }])).settled).toEqual(['a']);
		expect(await stuckIndexes(site, location)).toHaveLength(1);
		// And for one of a version in between.
		for (const column of ['in_doubt', 'handed']) {
			await site.aside(`ALTER TABLE ${dialect.table('crm_order_link')} DROP COLUMN ${column}`, location);
		}
		await store.createLinkTables('crm', [{ entity: 'order', columns: ['stage'] }]);
		await links.doubt('t', ['a']);
		expect((await links.findByLocalIds('t', ['a']))[0]).toMatchObject({
			inDoubt: true,
			handed: null,
			unsent: { x: 1 },
		});
		release();
	});
});
