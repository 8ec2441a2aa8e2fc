import path from 'node:path';
import type { ICredentialDataDecryptedObject, ICredentialTestRequest } from 'n8n-workflow';
import { parseStoreLocation } from '../../lib/store/location';
import { storeCaveats, storePlace } from '../../lib/host/store-place';
import { core, USER_FOLDER } from './harness';
import { startWorld, type World } from './world';

let world: World;
beforeAll(async () => {
	world = await startWorld();
});
afterAll(() => world.stop());

describe('the store credential', () => {
	/** Tests a credential as the editor's "Save" does, through the node that offers to. */
	async function test(data: ICredentialDataDecryptedObject) {
		const { methods, description } = world.pack.nodeTypes.getByNameAndVersion('n8n-nodes-crosslink.crosslink', 1);
		const testedBy = description.credentials?.find(({ name }) => name === 'crosslinkStoreApi')?.testedBy as string;
		const credential = { id: '1', name: 'Store', type: 'crosslinkStoreApi', data };
		return await methods?.credentialTest?.[testedBy]?.call(new core.CredentialTestContext(), credential);
	}

	it('is good when the store can be opened and written, and says where it is', async () => {
		const file = path.join(USER_FOLDER, 'tested.sqlite');
		expect(await test({ type: 'embedded', file })).toEqual({
			status: 'OK',
			message: `The store works: sqlite:${file}`,
		});
	});

	it.each([
		['a place no file can be', { type: 'embedded', file: '/dev/null/store.sqlite' }, /folder/],
		['a relative path', { type: 'embedded', file: 'crosslink.sqlite' }, /absolute/],
		['no database', { type: 'postgres', address: 'parts', host: 'localhost', database: '' }, /no database/],
		['a URL of another kind', { type: 'postgres', address: 'url', url: 'mysql://u:secretpw@h/d' }, /postgres:\/\//],
		[
			'nobody at that port',
			{ type: 'postgres', host: '127.0.0.1', port: 1, database: 'd', user: 'u', password: 'secretpw' },
			/reached/,
		],
		['a key typed by hand', { type: 'embedded', file: '', encryptionKey: 'not a key' }, /openssl rand/],
	])('says what is wrong and the remedy: %s', async (_what, data, words) => {
		const result = await test(data);
		expect(result).toMatchObject({ status: 'Error', message: expect.stringMatching(words) });
		expect(result?.message).not.toContain('secretpw');
	});

	it('says which check is off, and names no file of the server', async () => {
		const url = (more: string) => ({ type: 'postgres', address: 'url', url: `postgres://u:p@db.example/x${more}` });
		expect(storeCaveats(url(''))).toEqual([expect.stringContaining('TLS is off')]);
		expect(storeCaveats({ type: 'postgres', host: 'db.example', database: 'x', ssl: 'no-verify' })).toEqual([
			expect.stringContaining('certificate is not checked'),
		]);
		expect(storeCaveats(url('?uselibpqcompat=true&sslmode=require'))).toEqual([expect.stringContaining('not checked')]);
		expect(storeCaveats(url('?sslmode=verify-full'))).toEqual([]);
		for (const name of ['sslrootcert', 'sslcert', 'sslkey']) {
			expect(await test(url(`?sslmode=verify-full&${name}=/etc/passwd`))).toMatchObject({
				status: 'Error',
				message: expect.stringMatching(/names a file.*CROSSLINK_CERTIFICATE_FOLDER/),
			});
		}
	});

	it('becomes a location that the store reads, whatever is in the password', async () => {
		const place = await storePlace(
			{
				type: 'postgres',
				host: '::1',
				port: 5433,
				database: 'my db',
				user: 'me@x',
				password: 'p@ss/w:rd?#%',
				ssl: 'verify-full',
			},
			{},
		);
		const { kind, shown } = parseStoreLocation(place);
		const url = new URL(place);
		expect(kind).toBe('postgres');
		expect([decodeURIComponent(url.username), decodeURIComponent(url.password)]).toEqual(['me@x', 'p@ss/w:rd?#%']);
		expect([url.hostname, url.port, decodeURIComponent(url.pathname)]).toEqual(['[::1]', '5433', '/my db']);
		expect(url.searchParams.get('sslmode')).toBe('verify-full');
		expect(shown).not.toContain('rd');
	});

	it('comes before the environment, the environment before the file in the user folder', async () => {
		const environment = { CROSSLINK_STORE_URL: 'postgres://db/x', N8N_USER_FOLDER: '/data' };
		expect(await storePlace({ type: 'embedded', file: '/a.sqlite' }, environment)).toBe('sqlite:/a.sqlite');
		expect(await storePlace({ type: 'embedded', file: '' }, environment)).toBe('sqlite:/data/.n8n/crosslink.sqlite');
		expect(await storePlace(undefined, environment)).toBe('postgres://db/x');
		expect(await storePlace(undefined, { N8N_USER_FOLDER: '/data' })).toBe('sqlite:/data/.n8n/crosslink.sqlite');
	});
});

describe('the HubSpot credential', () => {
	it('asks the account it points at who it is, with its token', async () => {
		const type = world.pack.credentialTypes.crosslinkHubSpotApi;
		const { request } = type?.test as ICredentialTestRequest;
		const resolve = (text: string | undefined) =>
			(text ?? '').replace(/^=/, '').replace(/\{\{\$credentials\.baseUrl.*?\}\}/, world.hubSpot.url);
		const url = resolve(request.baseURL) + resolve(request.url);
		if (typeof type?.authenticate !== 'function') throw new Error('n8n would not call it');
		const signed = await type.authenticate({ accessToken: world.hubSpot.accessToken }, { url });
		const headers = { authorization: String(signed.headers?.Authorization) };
		expect((await fetch(url, { headers })).status).toBe(200);
		expect((await fetch(url, { headers: { authorization: 'Bearer wrong' } })).status).toBe(401);
	});
});
