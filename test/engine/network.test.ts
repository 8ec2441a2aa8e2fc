import type { IHttpRequestOptions } from 'n8n-workflow';
import { type CrosslinkError } from '../../lib/errors';
import { n8nHttp } from '../../lib/host/http';
import { createMemoryBudget } from '../../lib/transport/memory-budget';
import { createTransport } from '../../lib/transport/create-transport';
import { readNetwork } from '../../lib/transport/network';
import { canMakeCertificates, openWorkshop, type Certificate, type Workshop } from '../servers/certificates';
import { startConnectProxy, type ConnectProxy, type ProxyRules } from '../servers/connect-proxy';
import { startOpensslServer, startTls, type TlsServer } from '../servers/tls';
import { executeContext } from './contexts';
import { loadPack, runCrosslink, type Given } from './harness';
import { startWorld } from './world';

const PASSPHRASE = 'open-sesame-79';

type Values = Parameters<typeof readNetwork>[0];

(canMakeCertificates('TLS to private servers') ? describe : describe.skip)('a connection through n8n’s helper', () => {
	let given: Given;
	let workshop: Workshop;
	let ca: Certificate;
	let otherCa: Certificate;
	let ec: Certificate;
	let rsa: Certificate;
	let server: TlsServer;
	const stops: Array<() => Promise<void>> = [];

	beforeAll(async () => {
		given = { pack: await loadPack() };
		workshop = await openWorkshop();
		[ca, otherCa] = await Promise.all([workshop.authority('authority', 'rsa'), workshop.authority('other')]);
		const [own, ...clients] = await Promise.all([
			workshop.issue('server', ca, { names: 'DNS:localhost' }),
			workshop.issue('client-ec', ca),
			workshop.issue('client-rsa', ca, { kind: 'rsa' }),
		]);
		[ec, rsa] = clients as [Certificate, Certificate];
		server = await startTls(own, ca);
		stops.push(server.stop, workshop.close);
	});
	afterAll(async () => {
		for (const stop of stops) await stop();
	});
	beforeEach(() => {
		server.clients.length = 0;
	});

	async function proxy(rules?: ProxyRules): Promise<ConnectProxy> {
		const started = await startConnectProxy(rules);
		stops.push(started.stop);
		return started;
	}

	const mutual = (more: Values = {}): Values => ({
		ca: ca.certificate,
		clientCertificate: ec.certificate,
		clientKey: ec.key,
		...more,
	});

	async function call(values: Values, url = server.url, idempotent = false): Promise<number> {
		const transport = createTransport({
			http: n8nHttp(executeContext(given)),
			budget: createMemoryBudget(),
			account: 'test',
			limits: { general: { intervalMs: 1, burst: 10 } },
			secrets: [PASSPHRASE],
			network: readNetwork(values, 'Gateway'),
			retry: { attempts: 1 },
		});
		const purpose = 'read a record';
		return (await transport.request({ method: 'GET', url, purpose, budget: 'general', idempotent })).status;
	}

	const failure = async (values: Values, url?: string): Promise<CrosslinkError> =>
		await call(values, url).then(
			() => {
				throw new Error('the call went through');
			},
			(thrown: unknown) => thrown as CrosslinkError,
		);

	it('shows its client certificate: PEM with EC and RSA, an encrypted key, a PFX', async () => {
		const authority = { ca: ca.certificate };
		const passphrase = { clientKeyPassphrase: PASSPHRASE };
		const encrypted = await workshop.encryptedKey(rsa, PASSPHRASE);
		await call(mutual());
		await call({ ...authority, clientCertificate: rsa.certificate, clientKey: rsa.key });
		await call({ ...authority, clientCertificate: rsa.certificate, clientKey: encrypted, ...passphrase });
		await call({ ...authority, pfx: await workshop.pfx(ec, PASSPHRASE), ...passphrase });
		expect(server.clients).toEqual(['client-ec', 'client-rsa', 'client-rsa', 'client-ec']);
	});

	it('does not trust a server whose authority it was not given, whatever n8n’s environment says', async () => {
		const without = { clientCertificate: ec.certificate, clientKey: ec.key };
		for (const values of [without, { ...without, ca: otherCa.certificate }]) {
			expect(await failure(values)).toMatchObject({
				class: 'rejected',
				code: 'certificate_refused',
				message: expect.stringContaining('authority that is not known here'),
				remedy: expect.stringContaining('CA Certificate'),
			});
		}
		process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0';
		try {
			expect(await failure(without)).toMatchObject({ code: 'certificate_refused' });
			expect(await failure({})).toMatchObject({ code: 'certificate_refused' });
		} finally {
			delete process.env.NODE_TLS_REJECT_UNAUTHORIZED;
		}
		expect(server.clients).toEqual([]);
	});

	it('does not trust a certificate for another name, or an old one', async () => {
		expect(await failure(mutual(), `https://127.0.0.1:${server.port}`)).toMatchObject({
			code: 'certificate_refused',
			message: expect.stringContaining('made out for another name'),
		});
		const old = await startTls(await workshop.issue('old', ca, { days: -1, names: 'DNS:localhost' }), undefined);
		stops.push(old.stop);
		expect(await failure({ ca: ca.certificate }, old.url)).toMatchObject({
			code: 'certificate_refused',
			message: expect.stringContaining('out of date'),
		});
	});

	it('is told that the server wants a client certificate, with TLS 1.3 and 1.2', async () => {
		const authority = { ca: ca.certificate };
		expect(await failure(authority)).toMatchObject({ class: 'auth', code: 'client_certificate_required' });
		const own = await workshop.issue('server-12', ca, { names: 'DNS:localhost' });
		const older = await startTls(own, ca, 'TLSv1.2');
		stops.push(older.stop);
		expect(await failure(authority, older.url)).toMatchObject({
			class: 'auth',
			code: 'tls_handshake_refused',
			remedy: expect.stringContaining('client certificate'),
		});
		await call(mutual(), older.url);
		expect(older.clients).toEqual(['client-ec']);
	});

	it.each(['tls1_3', 'tls1_2'] as const)('is told why its client certificate is refused (%s)', async (version) => {
		const own = await workshop.issue(`server-${version}`, ca, { names: 'DNS:localhost' });
		const strict = await startOpensslServer(own, ca, version);
		stops.push(strict.stop);
		const stranger = await workshop.issue('stranger', otherCa);
		const shown = { clientCertificate: stranger.certificate, clientKey: stranger.key };
		expect(await call(mutual(), strict.url)).toBe(200);
		expect(await failure(mutual(shown), strict.url)).toMatchObject({
			class: 'auth',
			code: 'client_certificate_refused',
			message: expect.stringContaining('unknown ca'),
		});
	});

	it('is told what it may be when a server hangs up on its client certificate without a word', async () => {
		const stranger = await workshop.issue('silent', otherCa);
		const error = await failure(mutual({ clientCertificate: stranger.certificate, clientKey: stranger.key }));
		expect(error.remedy).toContain('does not accept the client certificate');
		expect(server.clients).toEqual([]);
	});

	it('is told that nobody speaks TLS there', async () => {
		const plain = await proxy();
		expect(await failure({}, `https://localhost:${plain.port}`)).toMatchObject({ code: 'tls_unavailable' });
	});

	it('goes through its proxy, with its login, and shows the client certificate to the server behind it', async () => {
		const login = 'me@site:p@ss:w%rd';
		const gate = await proxy({ login });
		const url = gate.url.replace('//', `//${encodeURIComponent('me@site')}:${encodeURIComponent('p@ss:w%rd')}@`);
		await call(mutual({ proxy: url }));
		expect(gate.asked).toEqual([`localhost:${server.port}`]);
		expect(server.clients).toEqual(['client-ec']);
		expect(await failure({ proxy: url })).toMatchObject({ code: 'certificate_refused' });
	});

	it('is told what its proxy has against it', async () => {
		const locked = await proxy({ login: 'me:secretpw-71' });
		expect(await failure(mutual({ proxy: locked.url }))).toMatchObject({ class: 'auth', code: 'proxy_login_refused' });
		const wrong = await failure(mutual({ proxy: locked.url.replace('//', '//me:secretpw-72@') }));
		expect(wrong).toMatchObject({ class: 'auth', code: 'proxy_login_refused' });
		expect(`${wrong.message}${wrong.remedy}${wrong.stack}`).not.toContain('secretpw');
		const closed = await proxy({ refuse: 403 });
		expect((await failure(mutual({ proxy: closed.url }))).remedy).toContain('may be the proxy’s own');
		const rude = await proxy({ hangUp: true });
		expect(await failure(mutual({ proxy: rude.url }))).toMatchObject({ class: 'transient', code: 'unreachable' });
		expect(await failure(mutual({ proxy: 'http://127.0.0.1:1' }))).toMatchObject({ code: 'unreachable' });
		expect(server.clients).toEqual([]);
	});

	it('goes through the proxy of n8n’s environment unless NO_PROXY names the host; its own proxy comes first', async () => {
		const [site, own] = [await proxy(), await proxy()];
		const before = { HTTPS_PROXY: process.env.HTTPS_PROXY, NO_PROXY: process.env.NO_PROXY };
		try {
			process.env.HTTPS_PROXY = site.url;
			process.env.NO_PROXY = '';
			await call(mutual());
			expect(site.asked).toHaveLength(1);
			await call(mutual({ proxy: own.url }));
			expect([site.asked.length, own.asked.length]).toEqual([1, 1]);
			process.env.NO_PROXY = 'localhost';
			await call(mutual());
			expect(site.asked).toHaveLength(1);
			await call(mutual({ proxy: own.url }));
			expect(own.asked).toHaveLength(2);
		} finally {
			for (const [name, value] of Object.entries(before)) {
				if (value === undefined) Reflect.deleteProperty(process.env, name);
				else process.env[name] = value;
			}
		}
		expect(server.clients).toEqual(['client-ec', 'client-ec', 'client-ec', 'client-ec']);
	});

	it('has its certificates in the test that n8n makes of the credential, too', async () => {
		const type = given.pack.credentialTypes.crosslinkHubSpotApi;
		if (typeof type?.authenticate !== 'function') throw new Error('n8n would not call it');
		const request: IHttpRequestOptions = { url: server.url, headers: { accept: 'application/json' } };
		const signed = await type.authenticate({ accessToken: 'pat-x', ...mutual() }, request);
		expect(signed.headers).toEqual({ accept: 'application/json', Authorization: 'Bearer pat-x' });
		await executeContext(given).helpers.httpRequest(signed);
		expect(server.clients).toEqual(['client-ec']);
		await expect(type.authenticate({ accessToken: 'pat-x', ca: '/etc/passwd' }, request)).rejects.toMatchObject({
			code: 'value_file_refused',
		});
	});

	it('is used by an integration, with the values of its credential or of the environment', async () => {
		const world = await startWorld();
		stops.push(world.stop);
		const test = { resource: 'integration', operation: 'test', integration: 'hubspot' };
		const hubSpot = { ...world.credentials?.crosslinkHubSpotApi, baseUrl: server.url };
		const run = async (values: Record<string, string>) => {
			const credentials = { ...world.credentials, crosslinkHubSpotApi: { ...hubSpot, ...values } };
			return await runCrosslink({ ...world, credentials }, test);
		};
		expect((await run({})).error?.message).toContain('authority that is not known here');
		// The server is none of HubSpot's, but it was reached, and asked who calls.
		await run({ ...mutual() } as Record<string, string>);
		expect(server.clients).toEqual(['client-ec']);

		const variables = {
			CROSSLINK_HUBSPOT_ACCESS_TOKEN: 'pat-y',
			CROSSLINK_HUBSPOT_BASE_URL: server.url,
			CROSSLINK_HUBSPOT_CA: ca.certificateFile,
			CROSSLINK_HUBSPOT_CLIENT_CERTIFICATE_FILE: rsa.certificateFile,
			CROSSLINK_HUBSPOT_CLIENT_KEY: rsa.keyFile,
		};
		Object.assign(process.env, variables);
		try {
			await run({});
		} finally {
			for (const name of Object.keys(variables)) Reflect.deleteProperty(process.env, name);
		}
		expect(server.clients).toEqual(['client-ec', 'client-rsa']);
	});

	it('is refused to a tenant that stores the path of a file', async () => {
		const world = await startWorld();
		stops.push(world.stop);
		const hubSpot = { ...world.credentials?.crosslinkHubSpotApi, clientKey: rsa.keyFile };
		const credentials = { ...world.credentials, crosslinkHubSpotApi: hubSpot };
		const parameters = { resource: 'integration', operation: 'configure', integration: 'hubspot', tenant: 'north' };
		const { error } = await runCrosslink({ ...world, credentials }, { ...parameters, storedConnection: 'credential' });
		expect(error?.message).toContain('names a file, but files are not read for a connection that a tenant has stored');
	});
});
