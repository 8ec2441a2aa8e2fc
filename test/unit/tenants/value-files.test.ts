import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NETWORK_FIELDS } from '../../../lib/adapters/network-fields';
import { readConnectionValues } from '../../../lib/tenants/environment';
import { MAX_VALUE_FILE_BYTES, readValueFiles } from '../../../lib/tenants/value-files';

const pack = { displayName: 'HubSpot', connectionFields: [...NETWORK_FIELDS] };
let folder: string;
let allowed: string;
const file = (name: string) => join(folder, name);

beforeAll(async () => {
	folder = await mkdtemp(join(tmpdir(), 'crosslink-files-'));
	allowed = file('certs');
	await mkdir(allowed);
	await writeFile(file('ca.pem'), 'pem of the site\n');
	await writeFile(join(allowed, 'ca.pem'), 'pem for all\n');
	await writeFile(join(allowed, 'client.pfx'), Buffer.from([0x30, 0x82, 0xff]));
	await writeFile(join(allowed, 'empty.pem'), '\n');
	await writeFile(join(allowed, 'large.pem'), Buffer.alloc(MAX_VALUE_FILE_BYTES + 1, 'a'));
	await symlink(file('ca.pem'), join(allowed, 'link.pem'));
	await symlink(allowed, file('elsewhere'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const environment = () => ({ CROSSLINK_CERTIFICATE_FOLDER: allowed });

it('reads any file that the environment names, text as text and a PFX as base64', async () => {
	const values = { ca: file('ca.pem'), pfx: join(allowed, 'client.pfx'), clientKeyPassphrase: '/not/a/path' };
	expect(await readValueFiles(pack, values, 'environment', {})).toEqual({
		ca: 'pem of the site',
		pfx: 'MIL/',
		clientKeyPassphrase: '/not/a/path',
	});
});

it('leaves contents as they are, whoever gives them', async () => {
	const values = { ca: '-----BEGIN CERTIFICATE-----', pfx: 'MIL/' };
	for (const source of ['environment', 'credential', 'tenant'] as const) {
		expect(await readValueFiles(pack, values, source, {})).toEqual(values);
	}
});

it('reads for a credential only what lies in the folder set aside for it', async () => {
	const read = async (path: string, where = environment()) =>
		await readValueFiles(pack, { ca: path }, 'credential', where);
	expect(await read(join(allowed, 'ca.pem'))).toEqual({ ca: 'pem for all' });
	expect(await read(join(file('elsewhere'), 'ca.pem'))).toEqual({ ca: 'pem for all' });
	const outside = [file('ca.pem'), join(allowed, '../ca.pem'), join(allowed, 'link.pem'), '/etc/passwd', '/nothing'];
	for (const path of [...outside, allowed, join(allowed, 'missing.pem')]) {
		await expect(read(path)).rejects.toMatchObject({ class: 'auth', code: 'value_file_refused' });
	}
	await expect(readValueFiles(pack, { ca: join(allowed, 'ca.pem') }, 'credential', {})).rejects.toMatchObject({
		code: 'value_file_refused',
		remedy: expect.stringContaining('CROSSLINK_CERTIFICATE_FOLDER'),
	});
});

it('reads nothing for what a tenant has stored', async () => {
	await expect(
		readValueFiles(pack, { clientKey: join(allowed, 'ca.pem') }, 'tenant', environment()),
	).rejects.toMatchObject({
		class: 'auth',
		code: 'value_file_refused',
		message: expect.stringContaining('Client Key'),
	});
});

it.each([
	['missing.pem', /does not exist/],
	['empty.pem', /is empty/],
	['large.pem', /larger than 512 kB/],
	['.', /not a regular file/],
])('says why it cannot read %s', async (name, words) => {
	await expect(readValueFiles(pack, { ca: join(allowed, name) }, 'environment', {})).rejects.toMatchObject({
		code: 'value_file_unreadable',
		message: expect.stringMatching(words),
	});
});

it('takes a PFX of the environment by _FILE, though it is no text', async () => {
	const variables = { CROSSLINK_HUBSPOT_PFX_FILE: join(allowed, 'client.pfx') };
	const values = await readConnectionValues(variables, 'hubspot', pack.connectionFields);
	expect(await readValueFiles(pack, values, 'environment', variables)).toEqual({ pfx: 'MIL/' });
	const twice = { ...variables, CROSSLINK_HUBSPOT_PFX: 'MIL/' };
	await expect(readConnectionValues(twice, 'hubspot', pack.connectionFields)).rejects.toMatchObject({
		code: 'variable_set_twice',
	});
});
