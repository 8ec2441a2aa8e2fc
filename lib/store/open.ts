import { createHash } from 'node:crypto';
import { version } from '../../package.json';
import { storeFailure } from './failures';
import { assertName } from './identifiers';
import { parseStoreLocation, type StoreLocation } from './location';
import type { Database } from './dialect';
import { SCHEMA } from './postgres/dialect';
import { textOf } from './row-values';
import type { Store } from './store';
import { callBudget } from './tables/call-budget';
import { checkStore } from './tables/check';
import { createLinkTables } from './tables/create-link-tables';
import { inbox } from './tables/inbox';
import { integrationConfigTable } from './tables/integration-config';
import { linkTable } from './tables/link-table';

/** How long a store nobody uses stays open. */
export const IDLE_CLOSE_MS = 60_000;

export interface AcquireOptions {
	/** n8n runs with EXECUTIONS_MODE=queue: the embedded store is refused. */
	queueMode?: boolean;
	/** Default {@link IDLE_CLOSE_MS}. */
	idleCloseMs?: number;
}

export interface AcquiredStore {
	store: Store;
	/** Call it once when done; the store closes after nobody has used it for a while. Repeating it does nothing. */
	release(): void;
}

/** Plain data and functions: after an update of the pack, code of two versions meets in this map. */
interface Entry {
	opened: Promise<{ store: Store; close(): Promise<void> }>;
	users: number;
	idle: NodeJS.Timeout | undefined;
}

const REGISTRY = Symbol.for('n8n-nodes-crosslink.store.v1');

/**
 * The store at this location, one per process whoever asks: opened and migrated on first use, shared afterwards.
 * @param location `postgres://…`, `postgresql://…` or `sqlite:/absolute/path`
 * @throws CrosslinkError `store_…`: unreachable, login refused, read-only, newer schema, not a database, ...
 */
export async function acquireStore(location: string, options: AcquireOptions = {}): Promise<AcquiredStore> {
	const where = parseStoreLocation(location);
	if (options.queueMode && where.kind === 'sqlite') throw storeFailure('embeddedInQueueMode', where.shown);
	const entries = registry();
	const key = keyOf(where);
	const entry = entries.get(key) ?? newEntry(where);
	entries.set(key, entry);
	clearTimeout(entry.idle);
	entry.users++;
	try {
		const { store } = await entry.opened;
		return { store, release: once(() => leave(key, entry, options.idleCloseMs ?? IDLE_CLOSE_MS)) };
	} catch (error) {
		// The next one tries anew.
		if (entries.get(key) === entry) entries.delete(key);
		throw error;
	}
}

/** Closes every store of this process, also those in use. For tests and for the end of a process. */
export async function closeAllStores(): Promise<void> {
	const entries = registry();
	const open = [...entries.values()];
	entries.clear();
	await Promise.all(
		open.map(async (entry) => {
			clearTimeout(entry.idle);
			const opened = await entry.opened.catch(() => undefined);
			await opened?.close();
		}),
	);
}

function registry(): Map<string, Entry> {
	const holder = globalThis as { [REGISTRY]?: Map<string, Entry> };
	return (holder[REGISTRY] ??= new Map());
}

/** With our version: code of another version has other migrations, so it opens its own; the old one closes when idle. */
function keyOf(where: StoreLocation): string {
	const place = where.kind === 'postgres' ? where.url : where.file;
	return createHash('sha256').update(`${version}\n${where.kind}\n${SCHEMA}\n${place}`).digest('hex');
}

function newEntry(where: StoreLocation): Entry {
	return { opened: openStore(where), users: 0, idle: undefined };
}

function leave(key: string, entry: Entry, idleCloseMs: number): void {
	entry.users--;
	if (entry.users > 0) return;
	entry.idle = setTimeout(() => {
		const entries = registry();
		if (entries.get(key) === entry) entries.delete(key);
		entry.opened
			.then(
				(opened) => opened.close(),
				() => undefined,
			)
			.catch(() => undefined);
	}, idleCloseMs);
	entry.idle.unref();
}

function once(action: () => void): () => void {
	let done = false;
	return () => {
		if (done) return;
		done = true;
		action();
	};
}

async function openStore(where: StoreLocation): Promise<{ store: Store; close(): Promise<void> }> {
	const database = await openDatabase(where);
	return { store: storeOf(database), close: () => database.close() };
}

async function openDatabase(where: StoreLocation): Promise<Database> {
	if (where.kind === 'postgres') {
		const { openPostgres } = await import('./postgres/open');
		return await openPostgres(where.url, where.shown);
	}
	const { openSqlite } = await import('./sqlite/open');
	return await openSqlite(where.file, where.shown);
}

function storeOf(database: Database): Store {
	const { dialect, location } = database;
	return {
		kind: dialect.kind,
		location,
		links: (integration, entity) => linkTable(database, integration, entity),
		createLinkTables: (integration, specs) => createLinkTables(database, integration, specs),
		async linkTables(integration) {
			assertName('integration', integration);
			const rows = await database.statement(
				`SELECT entity FROM ${dialect.table('link_table')} WHERE integration = $1 ORDER BY entity`,
				[integration],
			);
			return rows.map((row) => textOf(row, 'entity'));
		},
		configs: integrationConfigTable(database),
		inbox: inbox(database),
		budget: callBudget(database),
		check: () => checkStore(database),
	};
}
