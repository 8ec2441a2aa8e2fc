import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { acquireStore } from '../../../lib/store/open';
import type { Store } from '../../../lib/store/store';
import type { ConnectRequest } from '../../../lib/tenants/connect';
import { createFetchHttp } from '../../../lib/transport/fetch-http';
import { startPostgres } from '../../servers/postgres';

/** Secrets of these tests carry it, so that any leak can be found by one search. */
export const CANARY = 'canary-7Hq2-secret';

export const newKeyText = (): string => randomBytes(32).toString('base64');

/** One key for all tests, as a site would have it in its environment. */
export const KEY_ENVIRONMENT = { CROSSLINK_ENCRYPTION_KEY: newKeyText() };

export interface OpenStore {
	store: Store;
	close(): Promise<void>;
}

/** A fresh, empty store of either kind. */
export async function freshStore(kind: Store['kind']): Promise<OpenStore> {
	if (kind === 'postgres') {
		const server = await startPostgres();
		const { store, release } = await acquireStore(await server.createDatabase(), { idleCloseMs: 0 });
		return {
			store,
			async close() {
				release();
				await server.stop();
			},
		};
	}
	const folder = await mkdtemp(join(tmpdir(), 'crosslink-tenants-'));
	const { store, release } = await acquireStore(`sqlite:${join(folder, 'store.sqlite')}`, { idleCloseMs: 0 });
	return {
		store,
		async close() {
			release();
			await rm(folder, { recursive: true });
		},
	};
}

/** Fresh stores one after the other; on PostgreSQL each is a database of one server. */
export async function freshStores(
	kind: Store['kind'],
): Promise<{ open(): Promise<OpenStore>; close(): Promise<void> }> {
	if (kind === 'sqlite') return { open: () => freshStore(kind), close: () => Promise.resolve() };
	const server = await startPostgres();
	return {
		async open() {
			const { store, release } = await acquireStore(await server.createDatabase(), { idleCloseMs: 0 });
			return { store, close: () => Promise.resolve(release()) };
		},
		close: () => server.stop(),
	};
}

/** A request as a node would make it, with the site's key and no credential. */
export function requestTo(store: Store, more: Partial<ConnectRequest> = {}): ConnectRequest {
	return {
		tenant: 'default',
		integration: 'hubspot',
		connection: 'auto',
		store,
		environment: KEY_ENVIRONMENT,
		http: createFetchHttp(),
		...more,
	};
}
