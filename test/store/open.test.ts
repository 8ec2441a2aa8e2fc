import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { acquireStore, closeAllStores } from '../../lib/store/open';
import { describeOnBothStores, failureOf } from './both-stores';

/** Looks again until it is so; the test's own timeout ends it when it never is. */
async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
	while (!(await condition())) await sleep(10);
}

/** The process-wide registry, where code of every version finds it. */
function openStores(): Map<string, unknown> {
	const registry = (globalThis as Record<symbol, unknown>)[Symbol.for('n8n-nodes-crosslink.store.v3')];
	return registry as Map<string, unknown>;
}

describeOnBothStores('opening a store', (site) => {
	it('opens once for fifty callers at the same time', async () => {
		const location = await site.newLocation();
		const acquired = await Promise.all(Array.from({ length: 50 }, () => acquireStore(location)));
		expect(new Set(acquired.map((one) => one.store)).size).toBe(1);
		await acquired[0]?.store.check();
		for (const { release } of acquired) release();
	});

	it('closes when nobody has used it for a while, not before, and opens again', async () => {
		const location = await site.newLocation();
		const before = openStores().size;
		const first = await acquireStore(location, { idleCloseMs: 20 });
		const second = await acquireStore(location, { idleCloseMs: 20 });
		first.release();
		first.release();
		// A release too many does not count: there is one user left, and no clock runs.
		expect([...openStores().values()].at(-1)).toMatchObject({ users: 1, idle: undefined });
		await second.store.check();
		second.release();
		await until(() => openStores().size === before);
		const { store, release } = await acquireStore(location);
		expect(store).not.toBe(second.store);
		await store.check();
		release();
	});

	it('leaves no connection behind', async () => {
		if (site.kind !== 'postgres') return;
		const location = await site.newLocation();
		const { store, release } = await acquireStore(location, { idleCloseMs: 1 });
		await Promise.all(Array.from({ length: 20 }, () => store.check()));
		const connections = async () =>
			(
				(await site.aside(
					`SELECT count(*)::int AS open FROM pg_stat_activity
					WHERE application_name = 'n8n-nodes-crosslink' AND datname = '${new URL(location).pathname.slice(1)}'`,
				)) as Array<{ open: number }>
			)[0]?.open;
		expect(await connections()).toBeLessThanOrEqual(4);
		release();
		await until(async () => (await connections()) === 0);
	});

	it('makes link tables, repeats without harm, and adds missing columns to links that are there', async () => {
		const { store } = site;
		await store.createLinkTables('grow', [{ entity: 'order', columns: ['stage'] }]);
		const links = store.links('grow', 'order');
		await links.upsert('t', [{ localId: 'a', externalId: '1' }]);
		await Promise.all(
			Array.from({ length: 5 }, () =>
				store.createLinkTables('grow', [
					{ entity: 'order', columns: ['stage', 'pipeline'] },
					{ entity: 'company', columns: [] },
				]),
			),
		);
		expect(await store.linkTables('grow')).toEqual(['company', 'order']);
		expect(await store.linkTables('unused')).toEqual([]);
		expect((await links.findByLocalIds('t', ['a']))[0]?.columns).toEqual({ stage: null, pipeline: null });
	});

	it('refuses names that would not be safe as SQL identifiers', async () => {
		const { store } = site;
		for (const bad of ['', 'A', '1a', 'a-b', 'a b', 'a"b', 'ä', 'x'.repeat(42), 'a; DROP TABLE x']) {
			expect(() => store.links(bad, 'order')).toThrow(expect.objectContaining({ class: 'rejected' }) as Error);
			expect(() => store.links('crm', bad)).toThrow(expect.objectContaining({ class: 'rejected' }) as Error);
			const failure = failureOf(store.createLinkTables('crm', [{ entity: 'order', columns: [bad] }]));
			expect(await failure).toMatchObject({ class: 'rejected' });
		}
		expect(await failureOf(store.createLinkTables('crm', [{ entity: 'order', columns: ['base'] }]))).toMatchObject({
			code: 'column_reserved',
		});
		expect(() => store.links('x'.repeat(30), 'y'.repeat(30))).toThrow(/longer than/);
	});

	it('refuses a second entity whose table name is taken', async () => {
		await site.store.createLinkTables('one_two', [{ entity: 'three', columns: [] }]);
		expect(await failureOf(site.store.createLinkTables('one', [{ entity: 'two_three', columns: [] }]))).toMatchObject({
			class: 'rejected',
			code: 'link_table_name_taken',
		});
		expect(await site.store.linkTables('one')).toEqual([]);
	});

	it('refuses a database that a newer version has changed, and leaves it as it is', async () => {
		const location = await site.newLocation();
		const { store, release } = await acquireStore(location);
		await store.configs.save({ tenant: 't', integration: 'crm', mode: 'cloud', enabled: true, settings: {} });
		release();
		await closeAllStores();
		// As a newer one may have left it: a step further, in tables this code does not know either.
		await site.aside('ALTER TABLE crosslink.integration_config ADD COLUMN later text', location);
		await site.aside(
			`INSERT INTO crosslink.migration (timestamp, name) VALUES (1999999999999, 'FromTheFuture1999999999999')`,
			location,
		);
		for (let attempt = 0; attempt < 2; attempt++) {
			expect(await failureOf(acquireStore(location))).toMatchObject({
				class: 'rejected',
				code: 'store_schema_newer',
				message: expect.stringContaining('FromTheFuture1999999999999') as string,
				remedy: expect.stringMatching(
					/^Update n8n-nodes-crosslink on this n8n.*To go back.*restore the backup.*never taken back/,
				) as string,
			});
		}
		expect(await site.aside('SELECT tenant, later FROM crosslink.integration_config', location)).toEqual([
			{ tenant: 't', later: null },
		]);
	});
});

describeOnBothStores('where a store is', (site) => {
	it('shows no password', () => {
		expect(site.store.location).toMatch(/^(postgres:\/\/crosslink@127\.0\.0\.1:\d+\/|sqlite:\/)/);
		expect(site.store.location).not.toContain('only-for-tests');
		expect(site.store.kind).toBe(site.kind);
	});

	it('is refused in queue mode when it is embedded', async () => {
		const attempt = acquireStore(site.location, { queueMode: true });
		if (site.kind === 'postgres') {
			(await attempt).release();
			return;
		}
		expect(await failureOf(attempt)).toMatchObject({
			code: 'store_embedded_in_queue_mode',
			remedy: expect.stringContaining('PostgreSQL') as string,
		});
	});

	it('is a private file in a folder made for it', async () => {
		if (site.kind !== 'sqlite') return;
		const file = join(site.location.slice('sqlite:'.length), '..', 'new', 'folder', 'crosslink.db');
		(await acquireStore(`sqlite:${file}`)).release();
		for (const name of [file, `${file}-wal`]) expect((await stat(name)).mode & 0o777).toBe(0o600);
	});
});

describe('a location', () => {
	it.each([
		'mysql://user:hunter2@host/db',
		'postgres://user:hunter2@host',
		'postgres://user:hunter2@host:notaport/db',
		'sqlite:relative/path:hunter2',
		'sqlite:',
		'hunter2',
	])('that cannot be used is refused without being repeated', async (location) => {
		const failure = await failureOf(acquireStore(location));
		expect(failure).toMatchObject({ class: 'rejected', code: 'store_location_invalid' });
		expect(JSON.stringify(failure) + String(failure)).not.toContain('hunter2');
		expect((failure as Error).cause).toBeUndefined();
	});
});
