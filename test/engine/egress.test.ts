import './egress-on';
import { createServer, connect, type AddressInfo, type Server, type Socket } from 'node:net';
import type { CrosslinkError } from '../../lib/errors';
import { hostEgress, withoutFilter } from '../../lib/host/egress';
import { n8nHttp } from '../../lib/host/http';
import { classifyNetworkFailure } from '../../lib/transport/network-failure';
import { guardedSocket } from '../../lib/transport/guarded-socket';
import { executeContext } from './contexts';
import { core, loadPack, runCrosslink, USER_FOLDER, type Given } from './harness';

let given: Given;
let server: Server;
let port: number;
const connections: string[] = [];

beforeAll(async () => {
	given = { pack: await loadPack() };
	server = createServer((socket: Socket) => {
		connections.push(socket.localAddress ?? '');
		socket.on('error', () => undefined).destroy();
	});
	await new Promise<void>((resolve) => server.listen(0, '0.0.0.0', resolve));
	({ port } = server.address() as AddressInfo);
});
afterAll(async () => await new Promise((resolve) => server.close(resolve)));
beforeEach(() => {
	connections.length = 0;
});

const egress = () => hostEgress(executeContext(given));

it.each(['127.0.0.1', 'localhost', '10.1.2.3', '::1', '[::1]', '2130706433', '0x7f.1', '169.254.169.254'])(
	'n8n’s filter is asked before a socket goes to %s',
	async (host) => {
		await expect(egress().ask(host, port)).rejects.toMatchObject({
			class: 'rejected',
			code: 'egress_blocked',
			message: expect.stringContaining(String(port)),
			remedy: expect.stringContaining('N8N_SSRF_ALLOWED'),
		});
		await expect(egress().addressOf(host, port)).rejects.toMatchObject({ code: 'egress_blocked' });
	},
);

it('lets through what n8n lets through', async () => {
	await egress().ask('127.0.0.2', port);
	expect(await egress().addressOf('127.0.0.2', port)).toBe('127.0.0.2');
	await expect(egress().ask('nothing.invalid', port)).rejects.toMatchObject({ code: 'unreachable' });
	await expect(egress().ask('db.example.org/x', port)).rejects.toMatchObject({ code: 'host_invalid' });
});

it('takes a socket in the file system for a way around the filter', async () => {
	await expect(egress().ask('/var/run/postgresql', 5432)).rejects.toMatchObject({ code: 'egress_blocked' });
});

it('looks again at the address that a name has when the socket is opened', async () => {
	const failure = await new Promise<unknown>((resolve) => {
		connect({ host: 'localhost', port, lookup: egress().lookup }).on('error', resolve);
	});
	expect(failure).toMatchObject({ code: 'egress_blocked' });
	const byDriver = await new Promise<unknown>((resolve) => {
		guardedSocket(egress().lookup).on('error', resolve).connect(port, 'localhost');
	});
	expect(byDriver).toMatchObject({ code: 'egress_blocked' });
	expect(connections).toEqual([]);
});

it('says the same of HTTP calls, which n8n filters itself', async () => {
	const url = `http://127.0.0.1:${port}`;
	const attempt = { method: 'GET', url, headers: {}, timeoutMs: 5_000, signal: AbortSignal.timeout(5_000) } as const;
	const proxy = { protocol: 'http', host: '127.0.0.1', port } as const;
	for (const more of [{}, { url: `http://localhost:${port}` }, { url: 'http://127.0.0.2:1', network: { proxy } }]) {
		const thrown: unknown = await n8nHttp(executeContext(given))({ ...attempt, ...more }).catch(
			(error: unknown) => error,
		);
		const call = { purpose: 'read', url, idempotent: true, timedOut: false, timeoutMs: 5_000 };
		const error: CrosslinkError = classifyNetworkFailure(thrown, call, (text) => text);
		expect(error).toMatchObject({ class: 'rejected', code: 'egress_blocked' });
	}
	expect(connections).toEqual([]);
});

const store = { type: 'embedded', file: `${USER_FOLDER}/egress.sqlite` };
const database = (host: string) => ({
	host,
	port: String(port),
	database: 'shop',
	user: 'reader',
	password: 'only-for-tests',
	sslMode: 'disable',
});
const test = { resource: 'integration', operation: 'test', integration: 'database' };

it('keeps the database adapter from blocked hosts, and only from those', async () => {
	for (const host of ['127.0.0.1', 'localhost']) {
		const credentials = { crosslinkStoreApi: store, crosslinkDatabaseApi: database(host) };
		const { error } = await runCrosslink({ ...given, credentials }, test);
		expect(error?.message).toContain(`egress filter does not let connections go to ${host}:${port}`);
	}
	expect(connections).toEqual([]);
	const credentials = { crosslinkStoreApi: store, crosslinkDatabaseApi: database('127.0.0.2') };
	const { error } = await runCrosslink({ ...given, credentials }, test);
	expect(error?.message).not.toContain('egress');
	expect(connections).toContain('127.0.0.2');
});

it('keeps the directory adapter from blocked hosts, and only from those', async () => {
	const directory = (host: string) => ({
		crosslinkStoreApi: store,
		crosslinkLdapApi: { host, port: String(port), security: 'tls', bindDn: 'cn=x', bindPassword: 'only-for-tests' },
	});
	const testIt = { ...test, integration: 'directory' };
	for (const host of ['127.0.0.1', 'localhost']) {
		const { error } = await runCrosslink({ ...given, credentials: directory(host) }, testIt);
		expect(error?.message).toContain(`egress filter does not let connections go to ${host}:${port}`);
	}
	expect(connections).toEqual([]);
	const { error } = await runCrosslink({ ...given, credentials: directory('127.0.0.2') }, testIt);
	expect(error?.message).not.toContain('egress');
	expect(connections).toContain('127.0.0.2');
});

it('keeps a store named by a credential from blocked hosts; one named by the environment is the site’s own', async () => {
	const parts = { type: 'postgres', address: 'parts', database: 'x', user: 'u', password: 'p', ssl: 'disable', port };
	const credentials = {
		crosslinkStoreApi: { ...parts, host: 'localhost' },
		crosslinkDatabaseApi: database('127.0.0.2'),
	};
	const { error } = await runCrosslink({ ...given, credentials }, test);
	expect(error?.message).toContain('egress filter');
	expect(connections).toEqual([]);
	process.env.CROSSLINK_STORE_URL = `postgres://u:p@127.0.0.1:${port}/x`;
	try {
		const without = { ...given, credentials: { crosslinkDatabaseApi: database('127.0.0.2') } };
		expect((await runCrosslink(without, test)).error?.message).not.toContain('egress');
		expect(connections).toContain('127.0.0.1');
	} finally {
		delete process.env.CROSSLINK_STORE_URL;
	}
});

it('refuses in tests of credentials, to which n8n lends no filter', async () => {
	const { methods } = given.pack.nodeTypes.getByNameAndVersion('n8n-nodes-crosslink.crosslink', 1);
	const credential = { id: '1', name: 'Database', type: 'crosslinkDatabaseApi', data: database('127.0.0.2') };
	const result = await methods?.credentialTest?.['crosslinkIntegration']?.call(
		new core.CredentialTestContext(),
		credential,
	);
	expect(result).toMatchObject({ status: 'Error', message: expect.stringContaining('Integration → Test') });
	expect(connections).toEqual([]);
	await withoutFilter({}).ask('127.0.0.1', 1);
});
