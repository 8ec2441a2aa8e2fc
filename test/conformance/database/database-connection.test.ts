import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { inspect, promisify } from 'node:util';
import { database } from '../../../lib/adapters/database';
import { testIntegrationCredential } from '../../../lib/host/test-credential';
import { readValueFiles } from '../../../lib/tenants/value-files';
import { leftOut } from '../../servers/left-out';
import { until } from '../../until';
import { bindingOf, changes, failureOf, poll, startDatabaseSite, type DatabaseSite } from './database-site';

const run = promisify(execFile);

let site: DatabaseSite;
beforeAll(async () => {
	site = await startDatabaseSite();
	await site.sql('CREATE TABLE orders (id int PRIMARY KEY, updated_at timestamptz NOT NULL DEFAULT now())');
	await site.sql(
		`CREATE VIEW endless AS SELECT 1 AS id, timestamptz 'yesterday' AS updated_at, pg_sleep(600)::text AS nap`,
	);
	await site.sql(`CREATE VIEW busy AS SELECT 1 AS id, xact_start AS since FROM pg_stat_activity
		WHERE query LIKE '%endless%' AND state = 'active' AND pid <> pg_backend_pid()`);
});
afterAll(() => site.stop());

const orders = bindingOf('orders');
const endless = bindingOf('endless');

describe('a connection that is refused', () => {
	it.each([
		['nothing listens', { port: '1' }, 'transient', 'unreachable'],
		['the host has no address', { host: 'nothing.invalid' }, 'transient', 'unreachable'],
		['the password is wrong', { password: 'hunter2-is-no-password' }, 'auth', 'login_refused'],
		['the password is missing', { password: '' }, 'auth', 'login_refused'],
		['the user is unknown', { user: 'nobody_here' }, 'auth', 'login_refused'],
		['the database does not exist', { database: 'nothing' }, 'auth', 'database_unknown'],
		['the server speaks no TLS', { sslMode: 'verify-full' }, 'rejected', 'tls_unavailable'],
		['the server speaks no TLS, even unchecked', { sslMode: 'require' }, 'rejected', 'tls_unavailable'],
		['the CA is none', { sslMode: 'verify-full', ca: 'no certificate' }, 'auth', 'ca_unusable'],
		['the CA is a device', { sslMode: 'verify-full', ca: '/dev/zero' }, 'auth', 'ca_unusable'],
	])('says so when %s, with the host and without a secret', async (_what, values, errorClass, code) => {
		const failure = await failureOf(changes(site.adapter(values), orders, 'now'));
		expect(failure).toMatchObject({ class: errorClass, code });
		if (code !== 'ca_unusable') expect(failure.message).toContain('host' in values ? values.host : '127.0.0.1');
		expect(failure.remedy.length).toBeGreaterThan(20);
		expect(inspect(failure, { depth: 10 })).not.toMatch(/hunter2|only-for-tests/);
	});

	it.each([
		['host', ''],
		['port', '70000'],
		['port', 'abc'],
		['sslMode', 'prefer'],
		['database', 'a\0b'],
		['user', ' '],
	])('is told before anything is asked: %s = %j', (field, value) => {
		expect(() => site.adapter({ [field]: value })).toThrow(`"${field}"`);
	});

	it('takes nothing from the variables that the driver would read', async () => {
		const before = { ...process.env };
		try {
			process.env['PGPASSWORD'] = site.values['password'];
			process.env['PGSSLMODE'] = 'require';
			expect(await failureOf(changes(site.adapter({ password: '' }), orders, 'now'))).toMatchObject({ class: 'auth' });
			await changes(site.adapter(), orders, 'now');
		} finally {
			process.env = before;
		}
	});
});

it('can be tried out as the editor does when a credential is saved', async () => {
	// n8n gives every field, empty ones too.
	const data = { ...site.values, ca: '' };
	expect(await testIntegrationCredential('crosslinkDatabaseApi', data)).toContain('Connected to PostgreSQL');
	const wrong = { ...data, password: 'hunter2-is-no-password' };
	const failure = await failureOf(testIntegrationCredential('crosslinkDatabaseApi', wrong));
	expect([failure.code, `${failure.message} ${failure.remedy}`]).toEqual([
		'login_refused',
		expect.not.stringMatching(/hunter2/),
	]);
	const empty = await failureOf(testIntegrationCredential('crosslinkDatabaseApi', { ...data, host: '' }));
	expect(empty.message).toContain('"Host"');
});

describe('a connection that breaks', () => {
	it('is made anew after a restart of the server, without anybody noticing', async () => {
		const adapter = site.adapter();
		const { cursor } = await changes(adapter, orders, 'now');
		await site.server.restart();
		await changes(adapter, orders, cursor);
	});

	it('is given up with a cancelled execution, and the server stops working on it', async () => {
		const control = new AbortController();
		const polling = failureOf(poll(site.adapter({}, control.signal), endless, 'beginning'));
		const watcher = await site.session();
		const asleep = async () => (await watcher.query('SELECT * FROM busy')).rowCount ?? 0;
		await until(async () => (await asleep()) === 1, 'the statement');
		const before = performance.now();
		control.abort();
		expect(await polling).toMatchObject({ class: 'transient', code: 'cancelled' });
		expect(performance.now() - before).toBeLessThan(1_000);
		await until(async () => (await asleep()) === 0, 'the end of the statement');
		expect(await failureOf(changes(site.adapter({}, control.signal), orders, 'now'))).toMatchObject({
			code: 'cancelled',
		});
	});

	it('is not waited for when somebody listens but does not answer, and cancelled at once', async () => {
		const sockets: Socket[] = [];
		const silent = createServer((socket) => sockets.push(socket.on('error', () => undefined)));
		await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
		try {
			const control = new AbortController();
			const { port } = silent.address() as AddressInfo;
			const polling = failureOf(changes(site.adapter({ port: String(port) }, control.signal), orders, 'now'));
			await until(() => sockets.length > 0, 'the call');
			control.abort();
			expect(await polling).toMatchObject({ code: 'cancelled' });
		} finally {
			for (const socket of sockets) socket.destroy();
			silent.close();
		}
	});

	it('keeps no process alive', async () => {
		const script = `
			const { database } = require('./lib/adapters/database');
			const adapter = database.create({ connection: ${JSON.stringify(site.values)}, transport: { calls: 0 } });
			adapter.test().then(({ accountId }) => console.log(accountId));`;
		const { stdout } = await run(process.execPath, ['--import', 'tsx', '-e', script], { timeout: 20_000 });
		expect(stdout.trim()).toBe(`127.0.0.1:${site.server.port}/${site.values['database']}`);
	});
});

const openssl = (process.env['PATH'] ?? '').split(delimiter).some((folder) => existsSync(join(folder, 'openssl')));
if (!openssl && !process.env['CI']) leftOut('TLS to a database', 'there is no openssl to make certificates with');

(openssl || process.env['CI'] ? describe : describe.skip)('a server that speaks only TLS', () => {
	let folder: string;
	let ca: string;
	/** Opened while the server still takes connections without TLS. */
	let server: Awaited<ReturnType<DatabaseSite['session']>>;

	beforeAll(async () => {
		folder = mkdtempSync(join(tmpdir(), 'crosslink-tls-'));
		await certificate('ca');
		await certificate('other-ca');
		await certificate('server', 'ca', 'subjectAltName=IP:127.0.0.1');
		ca = join(folder, 'ca.crt');
		server = await site.session();
		// By the server itself: a key must belong to its user.
		for (const file of ['server.crt', 'server.key']) {
			const lines = readFileSync(join(folder, file), 'utf8').trim().split('\n');
			const list = lines.map((line) => `('${line}')`).join(', ');
			await server.query(`COPY (VALUES ${list}) TO PROGRAM 'umask 077; cat > ${file}'`);
		}
		await server.query(`COPY (VALUES ('hostssl all all all scram-sha-256')) TO PROGRAM 'cat > pg_hba.conf'`);
		await server.query('ALTER SYSTEM SET ssl = on');
		await server.query('SELECT pg_reload_conf()');
		await until(async () => {
			const failure = await changes(site.adapter({ sslMode: 'disable', user: 'probe' }), orders, 'now').catch(String);
			return /no encryption|SSL off/.test(String(failure));
		}, 'the server to refuse connections without TLS');
	});
	afterAll(() => rmSync(folder, { recursive: true, force: true }));

	/** A key and a certificate for it, signed by `issuer` or by itself. */
	async function certificate(name: string, issuer?: string, extension?: string): Promise<void> {
		const file = (of: string, ending: string) => join(folder, `${of}.${ending}`);
		const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', file(name, 'key')];
		const subject = ['-subj', `/CN=${name}.test`];
		if (issuer === undefined) {
			await run('openssl', ['req', '-x509', ...key, ...subject, '-days', '2', '-out', file(name, 'crt')]);
			return;
		}
		await run('openssl', ['req', ...key, ...subject, '-out', file(name, 'csr')]);
		writeFileSync(file(name, 'ext'), extension ?? '');
		const signed = [
			'-CA',
			file(issuer, 'crt'),
			'-CAkey',
			file(issuer, 'key'),
			'-CAcreateserial',
			'-extfile',
			file(name, 'ext'),
		];
		await run('openssl', [
			'x509',
			'-req',
			'-in',
			file(name, 'csr'),
			...signed,
			'-days',
			'2',
			'-out',
			file(name, 'crt'),
		]);
	}

	/** As the environment would give them: files are read before an adapter sees its connection. */
	const attempt = async (values: Record<string, string>) => {
		const read = await readValueFiles(database, values, 'environment', {});
		return await changes(site.adapter(read), orders, 'now');
	};

	it('is asked for TLS by name in the error of a connection without', async () => {
		const failure = await failureOf(attempt({ sslMode: 'disable', user: 'probe' }));
		expect(failure).toMatchObject({ class: 'auth', remedy: expect.stringContaining('verify-full') });
	});

	it('is trusted by its authority: as a file, as PEM, and as PEM that an input field has flattened', async () => {
		const pem = readFileSync(ca, 'utf8');
		for (const given of [ca, pem, pem.trim().replaceAll('\n', ' '), pem.trim().replaceAll('\n', '\\n')]) {
			await attempt({ sslMode: 'verify-full', ca: given });
			await attempt({ sslMode: 'verify-ca', ca: given });
		}
	});

	it('is not trusted without its authority, by another one, or under another name', async () => {
		const other = join(folder, 'other-ca.crt');
		const untrusted: Array<Record<string, string>> = [
			{ sslMode: 'verify-full' },
			{ sslMode: 'verify-ca' },
			{ sslMode: 'verify-full', ca: other },
			{ sslMode: 'verify-ca', ca: other },
			{ sslMode: 'require', ca: other },
			{ sslMode: 'verify-full', ca, host: 'localhost' },
		];
		for (const values of untrusted) {
			expect(await failureOf(attempt(values))).toMatchObject({ class: 'rejected', code: 'certificate_refused' });
		}
		await attempt({ sslMode: 'verify-ca', ca, host: 'localhost' });
	});

	it('is taken unseen only by the mode that says so', async () => {
		await attempt({ sslMode: 'require' });
	});

	it('is told over TLS, too, to stop what a cancelled execution had asked for', async () => {
		const control = new AbortController();
		const values = { sslMode: 'verify-full', ca: readFileSync(ca, 'utf8') };
		const polling = failureOf(poll(site.adapter(values, control.signal), endless, 'beginning'));
		const active = async () =>
			(await site.adapter(values).read?.(bindingOf('busy', { changed: 'since' }), ['1'], [])) ?? [];
		await until(async () => (await active()).length === 1, 'the statement');
		control.abort();
		expect(await polling).toMatchObject({ code: 'cancelled' });
		await until(async () => (await active()).length === 0, 'the end of the statement');
	});

	it('says in words which check is off, when it is tried out', async () => {
		const said = async (sslMode: string, more: Record<string, string> = {}) =>
			await testIntegrationCredential('crosslinkDatabaseApi', { ...site.values, sslMode, ...more });
		const pem = readFileSync(ca, 'utf8');
		expect(await said('require')).toContain('The certificate of 127.0.0.1');
		expect(await said('require')).toContain('is not checked (SSL mode "require")');
		expect(await said('verify-ca', { ca: pem })).toContain('its name is not');
		expect(await said('verify-full', { ca: pem })).not.toMatch(/checked|TLS is off/);
	});

	it('may demand a client certificate', async () => {
		await certificate('client', 'ca');
		await certificate('stranger', 'other-ca');
		const lines = readFileSync(ca, 'utf8').trim().split('\n');
		await server.query(`COPY (VALUES ${lines.map((line) => `('${line}')`).join(', ')}) TO PROGRAM 'cat > clients.crt'`);
		await server.query(
			`COPY (VALUES ('hostssl all all all scram-sha-256 clientcert=verify-ca')) TO PROGRAM 'cat > pg_hba.conf'`,
		);
		await server.query("ALTER SYSTEM SET ssl_ca_file = 'clients.crt'");
		await server.query('SELECT pg_reload_conf()');
		const values = { sslMode: 'verify-full', ca };
		const shown = (name: string) => ({
			...values,
			clientCertificate: join(folder, `${name}.crt`),
			clientKey: join(folder, `${name}.key`),
		});
		await until(async () => {
			const failure = await attempt({ ...values, database: 'probe' }).catch((thrown: unknown) => thrown);
			return (failure as { code?: string }).code === 'login_refused';
		}, 'the server to demand client certificates');
		// Another database: the pool of the usual one still has connections from before.
		const refused = await failureOf(attempt({ ...values, database: 'postgres' }));
		expect(refused).toMatchObject({ class: 'auth', code: 'login_refused' });
		expect(refused.message).toContain('client certificate');
		expect(await failureOf(attempt(shown('stranger')))).toMatchObject({
			class: 'auth',
			code: 'client_certificate_refused',
		});
		await attempt(shown('client'));
	});
});
