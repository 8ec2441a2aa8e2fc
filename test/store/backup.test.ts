import { execFile } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { acquireStore } from '../../lib/store/open';
import { leftOut } from '../servers/left-out';
import { siteOf } from './both-stores';

const run = promisify(execFile);

/** PostgreSQL's own programs, where they are installed. */
function program(name: string): string | undefined {
	const debian = '/usr/lib/postgresql';
	const folders = [
		...(process.env.PATH ?? '').split(delimiter),
		...(existsSync(debian) ? readdirSync(debian).map((version) => join(debian, version, 'bin')) : []),
	];
	return folders.map((folder) => join(folder, name)).find((file) => existsSync(file));
}

let folder = '';
beforeAll(async () => {
	folder = await mkdtemp(join(tmpdir(), 'crosslink-backup-'));
});
afterAll(async () => await rm(folder, { recursive: true, force: true }));

const LINKS = 2_000;

/** Links and a configuration, and somebody who goes on writing until told to stop. */
async function busyStore(location: string) {
	const { store, release } = await acquireStore(location);
	await store.createLinkTables('crm', [{ entity: 'order', columns: ['stage'] }]);
	const links = store.links('crm', 'order');
	await links.upsert(
		't',
		Array.from({ length: LINKS }, (_, n) => ({ localId: `l${n}`, externalId: `e${n}` })),
	);
	await store.configs.save({ tenant: 't', integration: 'crm', mode: 'cloud', enabled: true, settings: { a: 'ü' } });
	let stopped = false;
	const writing = (async () => {
		for (let n = 0; !stopped; n++) await links.upsert('t', [{ localId: `later${n}`, externalId: `later${n}` }]);
		return await links.countByStatus('t');
	})();
	return {
		async stop() {
			stopped = true;
			await writing;
			release();
		},
	};
}

/** The restored store is whole and can be worked with. */
async function expectWhole(location: string): Promise<void> {
	const { store, release } = await acquireStore(location);
	const links = store.links('crm', 'order');
	const ids = Array.from({ length: LINKS }, (_, n) => `l${n}`);
	expect(await links.findByLocalIds('t', ids)).toHaveLength(LINKS);
	expect(await store.configs.get('t', 'crm')).toMatchObject({ enabled: true, settings: { a: 'ü' } });
	await links.claim('t', ['l0'], { owner: 'run', seconds: 60 });
	expect((await links.settle('t', 'run', [{ localId: 'l0', unsent: { a: 1 } }])).settled).toEqual(['l0']);
	release();
}

describe('a backup of the embedded store', () => {
	const site = siteOf('sqlite');

	it('made while it is in use, as docs/operations.md says, is whole', async () => {
		const location = await site.newLocation();
		const store = await busyStore(location);
		const [from, to] = [location.slice('sqlite:'.length), join(folder, 'copy.sqlite')];
		const script = `new (require('node:sqlite').DatabaseSync)('${from}').exec("VACUUM INTO '${to}'")`;
		await run(process.execPath, ['-e', script]);
		await store.stop();
		await expectWhole(`sqlite:${to}`);
	});
});

describe('a backup of the store in PostgreSQL', () => {
	const [dump, restore] = [program('pg_dump'), program('pg_restore')];
	if (dump === undefined || restore === undefined) {
		leftOut('a backup of the store in PostgreSQL', 'no pg_dump or pg_restore found');
		it.todo('needs pg_dump and pg_restore');
		return;
	}
	const site = siteOf('postgres');

	it('made while it is in use, as docs/operations.md says, is whole', async () => {
		const location = await site.newLocation();
		const store = await busyStore(location);
		const file = join(folder, 'crosslink.dump');
		await run(dump, ['--schema=crosslink', '--format=custom', `--file=${file}`, location]);
		await store.stop();
		const restored = await site.newLocation();
		await run(restore, ['--exit-on-error', `--dbname=${restored}`, file]);
		await expectWhole(restored);
	});
});
