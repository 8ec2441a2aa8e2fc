import { chmod, chown, copyFile, mkdir, open, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { acquireStore, closeAllStores } from '../../lib/store/open';
import { openSqlite, walIsSafe } from '../../lib/store/sqlite/open';
import { createLinkTables } from '../../lib/store/tables/create-link-tables';
import { linkTable } from '../../lib/store/tables/link-table';
import { failureOf, siteOf } from './both-stores';

/** A user without rights: nobody. */
const NOBODY = 65_534;

/** Left as it is at the beginning of a file that is damaged. */
const INTACT_BYTES = 524_288;

/** Root may write everywhere; so, as root, this runs as somebody who may not. */
async function withoutRights<T>(work: () => Promise<T>): Promise<T> {
	if (process.getuid?.() !== 0) return await work();
	process.setegid?.(NOBODY);
	process.seteuid?.(NOBODY);
	try {
		return await work();
	} finally {
		process.seteuid?.(0);
		process.setegid?.(0);
	}
}

async function givenAway(path: string): Promise<void> {
	if (process.getuid?.() === 0) await chown(path, NOBODY, NOBODY);
}

describe('the embedded store in trouble', () => {
	const site = siteOf('sqlite');
	const fileOf = (location: string) => location.slice('sqlite:'.length);

	async function filled(): Promise<string> {
		const location = await site.newLocation();
		const { store } = await acquireStore(location);
		await store.createLinkTables('crm', [{ entity: 'order', columns: [] }]);
		const many = Array.from({ length: 5_000 }, (_, index) => ({ localId: `l${index}`, externalId: `e${index}` }));
		await store.links('crm', 'order').upsert('t', many);
		await closeAllStores();
		return fileOf(location);
	}

	beforeEach(async () => {
		await chmod(join(fileOf(site.location), '..'), 0o755);
		// What is loaded on first use must be loaded before the rights are gone.
		(await acquireStore(site.location)).release();
	});

	it('says so when the file is read-only', async () => {
		const file = await filled();
		await chmod(file, 0o444);
		const failure = await withoutRights(async () => {
			const opened = await acquireStore(`sqlite:${file}`).catch((error: unknown) => ({ error }));
			return 'error' in opened ? opened.error : await failureOf(opened.store.check());
		});
		expect(failure).toMatchObject({ code: 'store_read_only', remedy: expect.stringContaining('folder') as string });
	});

	it('says so when the folder may not be written', async () => {
		const folder = join(fileOf(await site.newLocation()), '..', 'locked');
		await mkdir(folder, { mode: 0o555 });
		await givenAway(folder);
		const failure = await withoutRights(() => failureOf(acquireStore(`sqlite:${join(folder, 'deeper', 'x.db')}`)));
		expect(failure).toMatchObject({ class: 'rejected', code: 'store_folder_unusable' });
		expect(await withoutRights(() => failureOf(acquireStore(`sqlite:${join(folder, 'x.db')}`)))).toMatchObject({
			code: 'store_folder_unusable',
		});
	});

	it('says so when the path leads through a file or to a folder', async () => {
		const file = await filled();
		for (const path of [join(file, 'x.db'), join(file, '..')]) {
			expect(await failureOf(acquireStore(`sqlite:${path}`))).toMatchObject({ code: 'store_folder_unusable' });
		}
	});

	it('leaves a file of another kind as it is', async () => {
		const file = fileOf(await site.newLocation());
		await writeFile(file, 'Dear diary, '.repeat(1_000));
		expect(await failureOf(acquireStore(`sqlite:${file}`))).toMatchObject({
			class: 'rejected',
			code: 'store_not_a_database',
		});
		expect(await readFile(file, 'utf8')).toBe('Dear diary, '.repeat(1_000));
	});

	it('says so when the file is damaged', async () => {
		const file = await filled();
		const handle = await open(file, 'r+');
		const { size } = await handle.stat();
		// The schema lies before it: the store opens, and the links cannot be read.
		await handle.write(Buffer.alloc(size - INTACT_BYTES, 0xff), 0, size - INTACT_BYTES, INTACT_BYTES);
		await handle.close();
		const { store, release } = await acquireStore(`sqlite:${file}`);
		expect(await failureOf(store.links('crm', 'order').page('t', { limit: 10_000 }))).toMatchObject({
			class: 'rejected',
			code: 'store_corrupt',
		});
		release();
	});

	it('says so when there is no room left, keeps what was there, and goes on when there is', async () => {
		const database = await openSqlite(fileOf(await site.newLocation()), 'sqlite:/full');
		try {
			await createLinkTables(database, 'crm', [{ entity: 'order', columns: [] }]);
			const links = linkTable(database, 'crm', 'order');
			await links.upsert('t', [{ localId: 'first', externalId: '0' }]);
			await database.statement('PRAGMA max_page_count = 60');
			const many = Array.from({ length: 450 }, (_, index) => ({
				localId: `l${index}${'x'.repeat(400)}`,
				externalId: `e${index}`,
			}));
			expect(await failureOf(links.upsert('t', many))).toMatchObject({ class: 'transient', code: 'store_full' });
			expect((await links.countByStatus('t')).pending).toBe(1);
			await database.statement('PRAGMA max_page_count = 100000');
			await links.upsert('t', many);
			expect((await links.countByStatus('t')).pending).toBe(451);
		} finally {
			await database.close();
		}
	});

	it('waits for another process that is writing, without blocking the event loop', async () => {
		const location = await site.newLocation();
		const { store, release } = await acquireStore(location);
		const { DatabaseSync } = process.getBuiltinModule('node:sqlite');
		const other = new DatabaseSync(fileOf(location));
		other.exec('BEGIN IMMEDIATE');
		let ticks = 0;
		let ticking: NodeJS.Timeout | undefined;
		const check = store.check();
		// The event loop goes on while the store waits: this would never resolve otherwise.
		await new Promise<void>((resolve) => {
			ticking = setInterval(() => ++ticks === 20 && resolve(), 5);
		});
		clearInterval(ticking);
		other.exec('COMMIT');
		other.close();
		await check;
		release();
	});

	it('keeps one caller out of the other’s transaction', async () => {
		const location = await site.newLocation();
		const { store, release } = await acquireStore(location);
		const results = await Promise.allSettled(
			Array.from({ length: 50 }, (_, index) =>
				index % 2
					? store.createLinkTables(`crm${index}`, [{ entity: 'order', columns: [] }])
					: store.configs.save({ tenant: 't', integration: `crm${index}`, enabled: true }),
			),
		);
		expect(results.filter((result) => result.status === 'rejected')).toEqual([]);
		expect(await store.configs.getMany('t')).toHaveLength(25);
		release();
	});

	it('opens a copy of a store', async () => {
		const file = await filled();
		await copyFile(file, `${file}.copy`);
		const { store, release } = await acquireStore(`sqlite:${file}.copy`);
		expect((await store.links('crm', 'order').countByStatus('t')).pending).toBe(5_000);
		release();
	});

	it.each([
		['3.49.1', false],
		['3.51.2', false],
		['3.51.3', true],
		['3.53.0', true],
		['4.0.0', true],
		[undefined, false],
	])('uses WAL with SQLite %s: %s', (version, safe) => {
		expect(walIsSafe(version)).toBe(safe);
	});
});
