import { readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import type { ICredentialDataDecryptedObject, INodeParameters } from 'n8n-workflow';
import { closeAllStores } from '../../lib/store/open';
import { PEOPLE, startOpenLdapSite, type OpenLdapSite } from '../conformance/directory/openldap-site';
import { requireOpenLdap } from '../servers/openldap';
import { core, loadPack, runCrosslink, USER_FOLDER, type Given } from './harness';
import { pollNode, pollOnce } from './polling';

(requireOpenLdap('the directory in n8n’s engine') ? describe : describe.skip)('a directory', () => {
	let site: OpenLdapSite;
	let given: Given;
	const file = path.join(USER_FOLDER, 'directory.sqlite');
	const of = (more: INodeParameters) => ({ integration: 'directory', ...more });

	beforeAll(async () => {
		site = await startOpenLdapSite();
		await site.addUser('ann', { mail: 'ann@example.test', givenName: 'Ann' });
		given = {
			pack: await loadPack(),
			credentials: {
				crosslinkStoreApi: { type: 'embedded', file },
				crosslinkLdapApi: site.values as ICredentialDataDecryptedObject,
			},
		};
	});
	afterAll(async () => {
		await closeAllStores();
		for (const name of readdirSync(USER_FOLDER)) {
			if (name.startsWith('directory.sqlite')) rmSync(path.join(USER_FOLDER, name));
		}
		await site.stop();
	});

	it('has a credential that is tried out by logging in', async () => {
		const { methods } = given.pack.nodeTypes.getByNameAndVersion('n8n-nodes-crosslink.crosslink', 1);
		const test = async (data: ICredentialDataDecryptedObject) =>
			await methods?.credentialTest?.['crosslinkIntegration']?.call(new core.CredentialTestContext(), {
				id: '1',
				name: 'Directory',
				type: 'crosslinkLdapApi',
				data,
			});
		expect(await test(site.values)).toEqual({
			status: 'OK',
			message: expect.stringContaining('Connected to OpenLDAP'),
		});
		const refused = await test({ ...site.values, bindPassword: 'a-wrong-password' });
		expect(refused).toMatchObject({ status: 'Error', message: expect.stringContaining('Bind Password') });
		expect(refused?.message).not.toContain('a-wrong-password');
		const clear = { ...site.values, security: 'none', port: String(site.port) };
		expect(await test(clear)).toMatchObject({ status: 'OK', message: expect.stringContaining('unencrypted') });
	});

	it('is enabled, linked and pulled from, and refuses to be pushed to', async () => {
		await runCrosslink(given, of({ resource: 'integration', operation: 'enable' }));
		const externalId = await site.idOf(`uid=ann,${PEOPLE}`);
		const link = of({ resource: 'link', operation: 'upsert', entity: 'user', localId: 'employee-17', externalId });
		expect((await runCrosslink(given, link)).error).toBeUndefined();

		const pull = of({ resource: 'record', operation: 'pull', entity: 'user', localId: 'employee-17' });
		const pulled = await runCrosslink(given, pull);
		expect(pulled.error).toBeUndefined();
		expect(pulled.json[0]).toMatchObject({
			patch: { email: 'ann@example.test', firstName: 'Ann', lastName: 'ann' },
		});

		const push = of({ resource: 'record', operation: 'push', entity: 'user', localId: 'employee-18' });
		const pushed = await runCrosslink(given, push, [{ name: 'Bob' }]);
		expect(JSON.stringify([pushed.error?.message, pushed.json])).toContain('offers no');
	});

	const ask = (query: string, parameters: object) =>
		of({
			...{ resource: 'query', operation: 'run', query },
			parameters: { mappingMode: 'defineBelow', value: parameters } as INodeParameters,
		});

	it('answers who somebody is, and in which groups, also by way of another group; nobody is an answer', async () => {
		const dn = await site.addUser('cleo', { mail: 'cleo@example.test' });
		const inner = await site.addGroup('readers', [dn]);
		await site.addGroup('staff', [inner]);
		const found = await runCrosslink(given, ask('findUser', { value: '={{ $json.login }}' }), [
			{ login: 'nobody' },
			{ login: 'cleo' },
		]);
		expect(found.error).toBeUndefined();
		expect(found.json).toEqual([expect.objectContaining({ login: 'cleo', mail: 'cleo@example.test' })]);
		expect(found.outputs[0]?.[0]?.pairedItem).toMatchObject({ item: 1 });
		const groups = await runCrosslink(given, ask('groupsOfUser', { value: 'cleo' }));
		expect(groups.json.map(({ name }) => name).sort()).toEqual(['readers', 'staff']);
		const members = await runCrosslink(given, ask('membersOfGroup', { value: 'staff' }));
		expect(JSON.stringify(members.json)).toContain('cleo');
	});

	it('checks a login; the password is in no item and no error, and the answer is never kept', async () => {
		await site.addUser('dora', { userPassword: 'doras-own-password' });
		const login = (password: string, more: INodeParameters = {}) =>
			runCrosslink(given, { ...ask('checkLogin', { login: 'dora', password: '={{ $json.typed }}' }), ...more }, [
				{ typed: password },
			]);
		const right = await login('doras-own-password');
		const wrong = await login('not-doras-password');
		expect([right.error, wrong.error]).toEqual([undefined, undefined]);
		expect(right.json).toMatchObject([{ valid: true }]);
		expect(wrong.json).toMatchObject([{ valid: false, reason: 'wrongPassword' }]);
		expect((await login('')).json).not.toMatchObject([{ valid: true }]);
		const kept = await login('doras-own-password', { options: { oldAnswerMinutes: 5 } });
		expect(kept.error).toMatchObject({ context: { code: 'answer_never_kept' } });
		const told = JSON.stringify([right.json, wrong.json, kept.error?.message, kept.error?.description]);
		expect(told).not.toMatch(/doras?-?(own)?-password/);
	});

	it('is followed by the poll trigger: users that come, change and go', async () => {
		const node = pollNode(given, { integration: 'directory', what: 'changes', entities: ['user'] });
		expect(await pollOnce(given, node)).toBeNull();
		const dn = await site.addUser('bob');
		const externalId = await site.idOf(dn);
		const came = await pollOnce(given, node);
		expect(came?.map(({ json }) => json)).toMatchObject([
			{ integration: 'directory', entity: 'user', externalId, event: 'updated' },
		]);
		expect(await pollOnce(given, node)).toBeNull();
		await site.admin.del(dn);
		const gone = await pollOnce(given, node);
		expect(gone?.map(({ json }) => json)).toMatchObject([{ externalId, event: 'deleted' }]);
	});
});
