import { inspect } from 'node:util';
import { acquireStore } from '../../lib/store/open';
import { failureOf, siteOf } from './both-stores';

describe('PostgreSQL in trouble', () => {
	const site = siteOf('postgres');

	/** The store's location with parts replaced. */
	function changed(parts: Partial<Pick<URL, 'hostname' | 'port' | 'username' | 'password' | 'pathname'>>): string {
		return Object.assign(new URL(site.location), parts).toString();
	}

	it.each([
		['nothing listens', { port: '1' }, 'transient', 'store_unreachable'],
		['the host has no address', { hostname: 'nothing.invalid' }, 'transient', 'store_unreachable'],
		['the password is wrong', { password: 'hunter2' }, 'auth', 'store_login_refused'],
		['the password is missing', { password: '' }, 'auth', 'store_login_refused'],
		['the user is unknown', { username: 'nobody_here' }, 'auth', 'store_login_refused'],
		['the database does not exist', { pathname: '/nothing' }, 'auth', 'store_database_missing'],
	])('says so when %s', async (_what, parts, errorClass, code) => {
		const failure = await failureOf(acquireStore(changed(parts)));
		expect(failure).toMatchObject({ class: errorClass, code });
		expect(inspect(failure, { depth: 10 })).not.toMatch(/hunter2|only-for-tests/);
	});

	it('says so when the server speaks no TLS', async () => {
		expect(await failureOf(acquireStore(`${site.location}?sslmode=verify-full`))).toMatchObject({
			code: 'store_tls_failed',
		});
	});

	it('says so when the user may not create the schema', async () => {
		const location = await site.newLocation();
		await site.aside(`CREATE ROLE reader LOGIN PASSWORD 'p'`);
		const asReader = Object.assign(new URL(location), { username: 'reader', password: 'p' }).toString();
		expect(await failureOf(acquireStore(asReader))).toMatchObject({ class: 'auth', code: 'store_not_permitted' });
		await site.aside('CREATE SCHEMA crosslink AUTHORIZATION reader', location);
		const { store, release } = await acquireStore(asReader);
		await store.check();
		release();
	});

	it('reads but does not write where the database is read-only', async () => {
		const location = await site.newLocation();
		const name = new URL(location).pathname.slice(1);
		await site.aside(`ALTER DATABASE ${name} SET default_transaction_read_only = on`);
		expect(await failureOf(acquireStore(location))).toMatchObject({ code: 'store_read_only' });
		await site.aside(`ALTER DATABASE ${name} RESET default_transaction_read_only`);
		(await acquireStore(location, { idleCloseMs: 0 })).release();
		await site.aside(`ALTER DATABASE ${name} SET default_transaction_read_only = on`);
		await site.aside(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${name}'`);
		const { store, release } = await acquireStore(location);
		expect(await store.configs.getMany('t')).toEqual([]);
		expect(await failureOf(store.check())).toMatchObject({ class: 'transient', code: 'store_read_only' });
		release();
	});

	it('says so when the disk is full, and nothing is half written', async () => {
		const links = await site.newLinks();
		await site.aside(`CREATE FUNCTION public.disk_full() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
			IF NEW.local_id = 'l900' THEN
				RAISE EXCEPTION 'could not extend file "base/1/2": No space left on device' USING ERRCODE = 'disk_full';
			END IF;
			RETURN NEW;
		END $$`);
		await site.aside(
			`CREATE TRIGGER disk_full BEFORE INSERT ON crosslink.${links.name} FOR EACH ROW EXECUTE FUNCTION public.disk_full()`,
		);
		const many = Array.from({ length: 1_000 }, (_, index) => ({ localId: `l${index}`, externalId: `e${index}` }));
		expect(await failureOf(links.upsert('t', many))).toMatchObject({ class: 'transient', code: 'store_full' });
		expect((await links.countByStatus('t')).pending).toBe(0);
	});

	it('repeats a statement whose connection was cut', async () => {
		const links = await site.newLinks();
		await links.upsert('t', [{ localId: 'a', externalId: '1' }]);
		for (let round = 0; round < 5; round++) {
			const reads = Array.from({ length: 4 }, () => links.findByLocalIds('t', ['a']));
			const cut = site.aside(
				`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'n8n-nodes-crosslink'`,
			);
			for (const rows of await Promise.all(reads)) expect(rows).toHaveLength(1);
			await cut;
			expect(await links.findByLocalIds('t', ['a'])).toHaveLength(1);
		}
	});

	it('goes on by itself after the server was restarted underneath', async () => {
		const links = await site.newLinks();
		await links.claim('t', ['a'], { owner: 'run', seconds: 60 });
		await site.server.halt();
		expect(await failureOf(links.findByLocalIds('t', ['a']))).toMatchObject({ code: 'store_unreachable' });
		expect(await failureOf(acquireStore(changed({ pathname: '/postgres' })))).toMatchObject({
			code: 'store_unreachable',
		});
		await site.server.resume();
		expect((await links.settle('t', 'run', [{ localId: 'a', externalId: '1' }])).settled).toEqual(['a']);
		(await acquireStore(changed({ pathname: '/postgres' }))).release();
	});

	it('keeps a process alive that has idle connections when the server goes away', async () => {
		await Promise.all(Array.from({ length: 8 }, () => site.store.check()));
		await site.server.restart();
		await site.store.check();
	});

	it('reads its values right whatever others have set for all of pg', async () => {
		const { types } = await import('pg');
		const before = types.getTypeParser(1184);
		types.setTypeParser(1184, () => 'not a time');
		try {
			const links = await site.newLinks();
			const { claimed } = await links.claim('t', ['a'], { owner: 'run', seconds: 60 });
			expect(claimed[0]?.createdAt).toBeInstanceOf(Date);
		} finally {
			types.setTypeParser(1184, before);
		}
	});
});
