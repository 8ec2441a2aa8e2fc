import { chmod, mkdir, open, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Database } from '../dialect';
import { MIGRATIONS, MIGRATIONS_TABLE } from '../migrations';
import { migrateSqlite } from '../migrations/run';
import { SqliteDatabase, whenNotBusy } from './database';
import { explainSqlite } from './explain';
import { loadNodeSqlite, NodeSqliteDatabase } from './node-sqlite';

/** How long SQLite itself waits for a lock; the event loop stands still meanwhile. */
const BUSY_TIMEOUT_MS = 20;
/** The first SQLite without the WAL-reset race (a corruption with two connections): https://www.sqlite.org/changes.html */
const WAL_SAFE_SINCE = [3, 51, 3] as const;
const FILE_MODE = 0o600;
const FOLDER_MODE = 0o700;

/**
 * Opens (or makes) the file, and brings its schema up to date.
 * @throws CrosslinkError folder not usable, read-only, not a database, newer schema, ...
 */
export async function openSqlite(file: string, location: string): Promise<Database> {
	try {
		loadNodeSqlite();
		await makePrivateFile(file);
		const { DataSource } = await import('typeorm');
		const source = new DataSource({
			type: 'better-sqlite3',
			driver: NodeSqliteDatabase,
			database: file,
			timeout: BUSY_TIMEOUT_MS,
			prepareDatabase: async (database: NodeSqliteDatabase) => await setUp(database),
			migrations: [...MIGRATIONS],
			migrationsTableName: MIGRATIONS_TABLE,
			synchronize: false,
			logging: false,
		});
		await source.initialize();
		try {
			await migrateSqlite(source, location);
		} catch (error) {
			await source.destroy().catch(() => undefined);
			throw error;
		}
		return new SqliteDatabase(source, location);
	} catch (error) {
		throw explainSqlite(error, location);
	}
}

async function setUp(database: NodeSqliteDatabase): Promise<void> {
	try {
		database.pragma(`busy_timeout = ${BUSY_TIMEOUT_MS}`);
		const journal = walIsSafe(process.versions.sqlite) ? 'WAL' : 'DELETE';
		await whenNotBusy(() => database.pragma(`journal_mode = ${journal}`));
		database.pragma('synchronous = FULL');
		database.pragma('foreign_keys = ON');
	} catch (error) {
		// TypeORM does not know the connection yet, so nobody else closes it.
		database.close();
		throw error;
	}
}

/** @param version of the SQLite library, e.g. `3.51.3` */
export function walIsSafe(version: string | undefined): boolean {
	const parts = (version ?? '').split('.').map(Number);
	for (const [index, least] of WAL_SAFE_SINCE.entries()) {
		const part = parts[index] ?? 0;
		if (part !== least) return part > least;
	}
	return true;
}

/**
 * Nobody but the user n8n runs as may read links and sealed secrets. SQLite gives its -wal and -shm files the mode of
 * the main file. An existing file is never opened here: closing it would drop the locks of a connection in this process
 * (https://www.sqlite.org/howtocorrupt.html, 2.2).
 */
async function makePrivateFile(file: string): Promise<void> {
	await mkdir(dirname(file), { recursive: true, mode: FOLDER_MODE });
	const existing = await stat(file).catch((error: NodeJS.ErrnoException) => {
		if (error.code === 'ENOENT') return undefined;
		throw error;
	});
	if (existing) {
		// Refused when the file is somebody else's; then its owner decides who may read it.
		if (existing.isFile() && (existing.mode & 0o077) !== 0) await chmod(file, FILE_MODE).catch(() => undefined);
		return;
	}
	const handle = await open(file, 'wx', FILE_MODE).catch((error: NodeJS.ErrnoException) => {
		// Another process was faster.
		if (error.code === 'EEXIST') return undefined;
		throw error;
	});
	await handle?.close();
}
