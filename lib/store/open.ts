import { createHash } from 'node:crypto';
import type { Egress } from '../transport/egress';
import { storeFailure } from './failures';
import { parseStoreLocation, type StoreLocation } from './location';
import type { Store } from './store';

/** How long a store nobody uses stays open. */
export const IDLE_CLOSE_MS = 60_000;

export interface AcquireOptions {
	/** n8n runs with EXECUTIONS_MODE=queue: the embedded store is refused. */
	queueMode?: boolean;
	/** Asked first; left out where the site itself names the store (its environment). */
	egress?: Egress;
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

/** Raise the number when the shape of {@link Store} or {@link Entry} changes: old code may still hold the old one. */
const REGISTRY = Symbol.for('n8n-nodes-crosslink.store.v3');

/**
 * The store at this location, one per process whoever asks: opened and migrated on first use, shared afterwards.
 * @param location `postgres://…`, `postgresql://…` or `sqlite:/absolute/path`
 * @throws CrosslinkError `store_…`: unreachable, login refused, read-only, newer schema, not a database, ...
 */
export async function acquireStore(location: string, options: AcquireOptions = {}): Promise<AcquiredStore> {
	const where = parseStoreLocation(location);
	if (options.queueMode && where.kind === 'sqlite') throw storeFailure('embeddedInQueueMode', where.shown);
	if (where.kind === 'postgres') await options.egress?.ask(where.host, where.port);
	// The tables' code is loaded on first use: a node that is never run costs nothing.
	const { openStore, SCHEMA_STATE } = await import('./opened');
	const entries = registry();
	const key = keyOf(where, SCHEMA_STATE);
	const entry = entries.get(key) ?? { opened: openStore(where, options.egress), users: 0, idle: undefined };
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

/** With the schema's state: code that knows a further step opens a store of its own, and the old one closes when idle. */
function keyOf(where: StoreLocation, schemaState: string): string {
	const place = where.kind === 'postgres' ? where.url : where.file;
	return createHash('sha256').update(`${where.kind}\n${place}\n${schemaState}`).digest('hex');
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
