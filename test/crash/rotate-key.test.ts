import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as othersTurn } from 'node:timers/promises';
import { acquireStore, closeAllStores } from '../../lib/store/open';
import type { Store } from '../../lib/store/store';
import { configureIntegration } from '../../lib/tenants/integrations';
import { parseKeyRing } from '../../lib/tenants/key-ring';
import { keyPrefix, KEY_PREFIX_LENGTH } from '../../lib/tenants/seal';
import { openConnection } from '../../lib/tenants/sealed-row';
import { startPostgres } from '../servers/postgres';
import { startChild } from './child';

const TENANTS = 300;
/** Kill after so many pages; the rest is the last run's. */
const KILLS = [20, 45, 70, 30];

const newKey = () => randomBytes(32).toString('base64');

describe.each(['sqlite', 'postgres'] as const)('a rotation killed again and again (%s)', (kind) => {
	let location: string;
	let store: Store;
	let stop: () => Promise<void>;
	beforeAll(async () => {
		const folder = await mkdtemp(join(tmpdir(), 'crosslink-rotate-'));
		const server = kind === 'postgres' ? await startPostgres() : undefined;
		location = server ? await server.createDatabase() : `sqlite:${join(folder, 'store.sqlite')}`;
		({ store } = await acquireStore(location));
		stop = async () => {
			await closeAllStores();
			await server?.stop();
			await rm(folder, { recursive: true, force: true });
		};
	});
	afterAll(() => stop());

	it('goes on where it was cut, while tenants are configured, and loses no secret', async () => {
		const [first, second] = [newKey(), newKey()];
		const oldRing = JSON.stringify({ active: 'k1', keys: { k1: first } });
		const bothKeys = JSON.stringify({ active: 'k2', keys: { k1: first, k2: second } });
		const wanted = new Map<string, string>();
		const configure = async (tenant: string, token: string, key: string) => {
			const environment = { CROSSLINK_ENCRYPTION_KEY: key };
			const connection = { accessToken: token };
			await configureIntegration(
				{ tenant, integration: 'hubspot', connection: 'tenant', store, environment },
				{ connection },
			);
			wanted.set(tenant, token);
		};
		for (let number = 0; number < TENANTS; number++) {
			await configure(`t${String(number).padStart(4, '0')}`, `token ${number}`, oldRing);
		}

		let serial = 0;
		for (const pages of KILLS) {
			const child = startChild('rotate-key', [location, bothKeys]);
			const seen = () => child.lines().filter((line) => line === 'page').length;
			while (seen() < pages) {
				// Anywhere: behind the rotation, before it, and where it is.
				const tenant = `t${String((serial * 37) % TENANTS).padStart(4, '0')}`;
				await configure(tenant, `changed ${++serial}`, bothKeys);
				// The embedded store never waits for anything: without this nobody would hear of the child's pages.
				await othersTurn();
				if (child.process.exitCode !== null) throw new Error(`The rotation ended after ${seen()} pages.`);
			}
			await child.kill();
		}
		const pagesBefore = KILLS.reduce((sum, pages) => sum + pages);
		const last = await startChild('rotate-key', [location, bothKeys]).done();
		expect(last.at(-1)).toBe('finished');
		// It did not begin anew: what the killed runs had done was not looked at again.
		expect(last.length).toBeLessThanOrEqual(TENANTS + 1 - pagesBefore + KILLS.length);

		const ring = parseKeyRing(JSON.stringify({ active: 'k2', keys: { k2: second } }));
		expect([...((await store.sealed[0]?.count(KEY_PREFIX_LENGTH)) ?? [])]).toEqual([
			[keyPrefix(ring.activeId), TENANTS],
		]);
		for (const [tenant, token] of wanted) {
			const row = await store.configs.get(tenant, 'hubspot');
			expect(row && openConnection(ring, row)).toEqual({ accessToken: token });
		}
		expect(serial).toBeGreaterThan(10);
	}, 180_000);
});
