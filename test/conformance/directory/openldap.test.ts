import type { Cursor, Fields } from '../../../lib/adapters/adapter';
import { CHANGE_PAGE } from '../../../lib/adapters/directory/limits';
import { GROUPS, PEOPLE, startOpenLdapSite, type OpenLdapSite } from './openldap-site';
import { ask, bindingOf, changes, everythingIn, failureOf, namesOf, poll } from './directory-site';
import { requireOpenLdap, ROOT_DN, ROOT_PASSWORD, SUFFIX } from '../../servers/openldap';

const run = requireOpenLdap('the directory adapter against OpenLDAP') ? describe : describe.skip;
const user = bindingOf('user');
const group = bindingOf('group');

run('queries to OpenLDAP', () => {
	let site: OpenLdapSite;
	beforeAll(async () => {
		site = await startOpenLdapSite();
		await site.addUser('ann', {
			mail: 'ann@example.test',
			givenName: 'Ann',
			displayName: 'Ann Example',
			employeeNumber: '17',
			userPassword: 'ann-has-a-password',
		});
		for (const uid of ['bob', 'cy']) await site.addUser(uid, { mail: 'shared@example.test' });
		await site.addGroup('staff', [`uid=ann,${PEOPLE}`, `uid=bob,${PEOPLE}`]);
		await site.addGroup('office', [`cn=staff,${GROUPS}`]);
		// In each other: nothing may run for ever.
		await site.addGroup('circle', [`cn=office,${GROUPS}`, `uid=gone,${PEOPLE}`]);
		const { Attribute, Change } = await import('ldapts');
		const modification = new Attribute({ type: 'member', values: [`cn=circle,${GROUPS}`] });
		await site.admin.modify(`cn=staff,${GROUPS}`, new Change({ operation: 'add', modification }));
		await site.admin.add(`cn=unix,${GROUPS}`, {
			objectClass: 'posixGroup',
			cn: 'unix',
			gidNumber: '5000',
			memberUid: 'ann',
		});
	});
	afterAll(async () => await site.stop());
	const one = async (query: string, parameters: Fields) => await ask(site.adapter(), query, parameters);

	it('find a user by login, mail, id, name and any attribute, and nobody where there is nobody', async () => {
		const [ann] = await one('findUser', { value: 'ann' });
		expect(ann).toEqual({
			id: await site.idOf(`uid=ann,${PEOPLE}`),
			dn: `uid=ann,${PEOPLE}`,
			login: 'ann',
			name: 'ann',
			displayName: 'Ann Example',
			firstName: 'Ann',
			lastName: 'ann',
			mail: 'ann@example.test',
			enabled: null,
			locked: false,
			mustChangePassword: false,
			// This policy gives the server no reason to keep it.
			passwordChangedAt: null,
		});
		const ways: Fields[] = [
			{ by: 'mail', value: 'ANN@example.test' },
			{ by: 'id', value: String(ann?.['id']).toUpperCase() },
			{ by: 'dn', value: `UID=ann, ${PEOPLE}` },
			{ by: 'attribute', attribute: 'employeeNumber', value: '17' },
		];
		for (const way of ways) expect(await one('findUser', way)).toEqual([ann]);
		expect(await one('findUser', { by: 'mail', value: 'shared@example.test' })).toHaveLength(2);
		for (const value of ['nobody', 'staff', SUFFIX]) expect(await one('findUser', { value })).toEqual([]);
		expect(await one('findUser', { by: 'id', value: 'no id' })).toEqual([]);
		expect(await one('findUser', { by: 'dn', value: 'cn=admin,dc=elsewhere' })).toEqual([]);
		expect(await one('findUser', { by: 'dn', value: `cn=staff,${GROUPS}` })).toEqual([]);
	});

	it('never give a password’s hash, whoever asks for it', async () => {
		const [row] = await one('findUser', { value: 'ann', attributes: ['userPassword', 'cn'] });
		expect(row?.['attributes']).toEqual({ cn: 'ann' });
		const admin = site.adapter({ bindDn: `cn=admin,${SUFFIX}`, bindPassword: 'only-for-tests-admin' });
		const { records } = await poll(admin, user, 'beginning', []);
		expect(JSON.stringify(records)).not.toMatch(/userPassword|SSHA|ann-has-a-password/);
	});

	it('find groups of a user, also around the corner and in a circle', async () => {
		const named = (rows: Fields[]) => rows.map((row) => [row['name'], row['direct']]).sort();
		expect(named(await one('groupsOfUser', { value: 'ann' }))).toEqual([
			['circle', false],
			['office', false],
			['staff', true],
			['unix', true],
		]);
		expect(named(await one('groupsOfUser', { value: 'ann', nested: false }))).toEqual([
			['staff', true],
			['unix', true],
		]);
		expect(await one('groupsOfUser', { value: 'cy' })).toEqual([]);
		expect(await failureOf(one('groupsOfUser', { value: 'nobody' }))).toMatchObject({ code: 'entry_unknown' });
		expect(await failureOf(one('groupsOfUser', { by: 'mail', value: 'shared@example.test' }))).toMatchObject({
			code: 'match_ambiguous',
		});
	});

	it('find members of a group, those that are gone or groups themselves included', async () => {
		const named = (rows: Fields[]) => rows.map((row) => [row['type'], row['name'] ?? row['dn'], row['direct']]).sort();
		expect(named(await one('membersOfGroup', { value: 'staff', nested: false }))).toEqual([
			['group', 'circle', true],
			['user', 'ann', true],
			['user', 'bob', true],
		]);
		expect(named(await one('membersOfGroup', { value: 'office' }))).toEqual([
			['group', 'circle', false],
			['group', 'office', false],
			['group', 'staff', true],
			['unknown', `uid=gone,${PEOPLE}`, false],
			['user', 'ann', false],
			['user', 'bob', false],
		]);
		expect(named(await one('membersOfGroup', { value: 'unix' }))).toEqual([['user', 'ann', true]]);
		expect(await failureOf(one('membersOfGroup', { value: 'office', limit: 3 }))).toMatchObject({
			code: 'answer_too_large',
		});
	});

	it('refuse what is no question of theirs', async () => {
		expect(await failureOf(one('dropTable', {}))).toMatchObject({ class: 'rejected', code: 'query_unknown' });
		const wrong: Array<[string, Fields]> = [
			['findUser', {}],
			['findUser', { value: '' }],
			['findUser', { value: 'ann', by: 'magic' }],
			['findUser', { value: 'ann', attributes: [1] }],
			['groupsOfUser', { value: 'ann', nested: 'yes' }],
			['membersOfGroup', { value: 'staff', limit: 0 }],
			['checkLogin', { login: 'ann', password: 1 }],
		];
		for (const [query, parameters] of wrong) {
			expect([query, (await failureOf(one(query, parameters))).code]).toEqual([query, 'parameter_invalid']);
		}
	});
});

run('logins checked with OpenLDAP', () => {
	let site: OpenLdapSite;
	const right = 'the-right-password';
	beforeAll(async () => {
		site = await startOpenLdapSite();
		const short = `cn=short,ou=policies,${SUFFIX}`;
		await site.admin.add(short, {
			objectClass: ['device', 'pwdPolicy'],
			cn: 'short',
			pwdAttribute: 'userPassword',
			pwdMaxAge: '1',
		});
		for (const uid of ['fine', 'locked', 'byAdmin', 'reset']) await site.addUser(uid, { userPassword: right });
		await site.addUser('expired', { pwdPolicySubentry: short });
		await site.addUser('without');
		const { Attribute, Change } = await import('ldapts');
		const set = async (uid: string, type: string, value: string) => {
			const modification = new Attribute({ type, values: [value] });
			await site.admin.modify(`uid=${uid},${PEOPLE}`, new Change({ operation: 'replace', modification }));
		};
		await set('byAdmin', 'pwdAccountLockedTime', '000001010000Z');
		await set('reset', 'pwdReset', 'TRUE');
		await set('expired', 'userPassword', right);
		await new Promise((resolve) => setTimeout(resolve, 2_100));
	});
	afterAll(async () => await site.stop());
	const check = async (login: string, password: string, changes: Record<string, string> = {}) => {
		const [row, ...more] = await ask(site.adapter(changes), 'checkLogin', { login, password });
		expect(more).toEqual([]);
		return [row?.['valid'], row?.['reason']];
	};

	it('are right, or say why not', async () => {
		expect(await check('fine', right)).toEqual([true, null]);
		expect(await check('fine', 'wrong')).toEqual([false, 'wrongPassword']);
		expect(await check('nobody', right)).toEqual([false, 'unknownUser']);
		expect(await check('byAdmin', right)).toEqual([false, 'locked']);
		expect(await check('reset', right)).toEqual([false, 'mustChange']);
		expect(await check('reset', 'wrong')).toEqual([false, 'wrongPassword']);
		expect(await check('expired', right)).toEqual([false, 'passwordExpired']);
		expect((await check('without', right))[0]).toBe(false);
		for (const injected of ['*', 'fin*', '*)(uid=fine', 'fine)(cn=*']) {
			expect([injected, ...(await check(injected, right))]).toEqual([injected, false, 'unknownUser']);
		}
	});

	it('with an empty password reach nobody', async () => {
		const proxy = await site.proxy();
		const clear = { host: '127.0.0.1', port: String(proxy.port), security: 'none' };
		expect(await check('fine', '', clear)).toEqual([false, 'emptyPassword']);
		expect(proxy.connections()).toBe(0);
	});

	it('are one bind on a connection of its own, never repeated, so that nobody is locked by a lost answer', async () => {
		const proxy = await site.proxy();
		const clear = { host: '127.0.0.1', port: String(proxy.port), security: 'none' };
		expect(await check('fine', right, clear)).toEqual([true, null]);
		const binds = proxy.calls.filter(({ operation }) => operation === 'bind').map(({ connection }) => connection);
		expect(binds).toEqual([1, 2]);

		// The wrong password once more would lock: three are the limit.
		expect(await check('locked', 'wrong')).toEqual([false, 'wrongPassword']);
		proxy.forget();
		proxy.cutAtBind(2);
		const failure = await failureOf(check('locked', 'a-wrong-password', clear));
		expect(failure).toMatchObject({ class: 'transient' });
		expect(everythingIn(failure)).not.toContain('a-wrong-password');
		expect(proxy.calls.filter(({ operation }) => operation === 'bind')).toHaveLength(2);
		expect(await check('locked', right)).toEqual([true, null]);
		for (const _ of [1, 2, 3]) await check('locked', 'wrong');
		expect(await check('locked', right)).toEqual([false, 'locked']);
		expect(await check('locked', 'wrong')).toEqual([false, 'locked']);
		const [row] = await ask(site.adapter(), 'findUser', { value: 'locked' });
		expect(row?.['locked']).toBe(true);
	});
});

run('changes in OpenLDAP', () => {
	let site: OpenLdapSite;
	beforeEach(async () => {
		site = await startOpenLdapSite();
	});
	afterEach(async () => await site.stop());
	const nameOf = (uid: string) => `uid=${uid},${PEOPLE}`;

	it('are of users or of groups, each to its own entity, deletions included', async () => {
		const adapter = site.adapter();
		const from = {
			user: (await changes(adapter, user, 'now')).cursor,
			group: (await changes(adapter, group, 'now')).cursor,
		};
		await site.addUser('ann');
		await site.addUser('bob');
		await site.addGroup('staff', [nameOf('ann')]);
		const ids = { bob: await site.idOf(nameOf('bob')), staff: await site.idOf(`cn=staff,${GROUPS}`) };
		const users = await poll(adapter, user, from.user);
		expect(namesOf(users.records).sort()).toEqual(['ann', 'bob']);
		const groups = await poll(adapter, group, from.group, ['member']);
		expect(groups.records).toMatchObject([{ externalId: ids.staff, fields: { member: [nameOf('ann')] } }]);

		await site.admin.del(nameOf('bob'));
		await site.admin.del(`cn=staff,${GROUPS}`);
		await site.admin.del(`ou=policies,${SUFFIX}`).catch(() => undefined);
		const gone = (await poll(adapter, user, users.cursor)).records.filter(({ deleted }) => deleted);
		expect(gone).toMatchObject([{ externalId: ids.bob, fields: {}, deleted: true, modifiedAt: expect.any(Date) }]);
		const goneGroups = (await poll(adapter, group, groups.cursor)).records.filter(({ deleted }) => deleted);
		expect(goneGroups).toMatchObject([{ externalId: ids.staff }]);
		expect((await poll(adapter, user, 'beginning')).records.every(({ deleted }) => !deleted)).toBe(true);
	});

	it('are each told once, and a renamed entry keeps its id', async () => {
		const adapter = site.adapter();
		let { cursor } = await changes(adapter, user, 'now');
		await site.addUser('ann');
		const id = await site.idOf(nameOf('ann'));
		const first = await poll(adapter, user, cursor);
		expect(first.records).toMatchObject([{ externalId: id }]);
		cursor = (await poll(adapter, user, first.cursor)).cursor;
		expect((await poll(adapter, user, cursor)).records).toEqual([]);
		await site.admin.modifyDN(nameOf('ann'), 'uid=anna');
		expect((await poll(adapter, user, cursor, ['uid'])).records).toMatchObject([
			{ externalId: id, fields: { uid: 'anna' } },
		]);
	});

	it('with one and the same stamp are all told, however many, page by page', async () => {
		const csn = '20261101000000.000000Z#000001#000#000000';
		const count = CHANGE_PAGE * 2 + 50;
		const entries = Array.from({ length: count }, (_, n) =>
			[
				`dn: uid=tie${n},${PEOPLE}`,
				'objectClass: inetOrgPerson',
				`uid: tie${n}`,
				`cn: tie${n}`,
				`sn: ${n}`,
				`entryCSN: ${csn}`,
				'',
			].join('\n'),
		);
		await site.server.load(entries.join('\n'));
		const { records, pages } = await poll(site.adapter(), user, 'beginning');
		expect(new Set(namesOf(records)).size).toBe(count);
		expect(records).toHaveLength(count);
		// The last one may be empty: all that is left of a page's end.
		expect([3, 4]).toContain(pages);
	});

	it('that were loaded from a file are there at once, though the server does not count them yet', async () => {
		const loaded = `dn: uid=loaded,${PEOPLE}\nobjectClass: inetOrgPerson\nuid: loaded\ncn: loaded\nsn: x\n`;
		await site.server.load(loaded);
		const first = await poll(site.adapter(), user, 'beginning');
		expect(namesOf(first.records)).toEqual(['loaded']);
		// The library's client has lost its login with the server.
		await site.admin.bind(ROOT_DN, ROOT_PASSWORD);
		await site.addUser('ann');
		expect(namesOf((await poll(site.adapter(), user, first.cursor)).records)).toContain('ann');
	});

	it('go on after the server was restarted', async () => {
		const adapter = site.adapter();
		const { cursor } = await changes(adapter, user, 'now');
		await site.addUser('ann');
		await site.server.restart();
		expect(namesOf((await poll(adapter, user, cursor)).records)).toEqual(['ann']);
	});

	it('are all read again where the position is ahead of the server: it was set back, or is another one', async () => {
		await site.addUser('ann');
		const { cursor } = await changes(site.adapter(), user, 'now');
		const ahead = JSON.parse(JSON.stringify(cursor).replaceAll(/"\d{4}(\d{10}\.)/g, '"2099$1')) as Cursor;
		expect(JSON.stringify(ahead)).not.toBe(JSON.stringify(cursor));
		expect(namesOf((await poll(site.adapter(), user, ahead)).records)).toEqual(['ann']);
		const elsewhere = { ...cursor, server: '0123456789abcdef' };
		expect(namesOf((await poll(site.adapter(), user, elsewhere)).records)).toEqual(['ann']);
	});
});

run('an OpenLDAP that tells less', () => {
	it('is looked back at, where it does not say how far it has written, and tells no deletions without a log', async () => {
		const site = await startOpenLdapSite({ withoutSyncprov: true, withoutAccesslog: true });
		try {
			const adapter = site.adapter();
			const message = (await adapter.test?.())?.message ?? '';
			expect(message).toContain('no contextCSN');
			expect(message).toContain('Deletions are not told');
			await site.addUser('before');
			const { cursor } = await changes(adapter, user, 'now');
			await site.addUser('ann');
			const first = await poll(adapter, user, cursor);
			// Rather twice than never; whoever asks drops what it knows.
			expect(namesOf(first.records).sort()).toEqual(['ann', 'before']);
			await site.admin.del(`uid=ann,${PEOPLE}`);
			expect(namesOf((await poll(adapter, user, first.cursor)).records)).toEqual(['before']);
			const eager = bindingOf('user', { source: { id: 'entryUUID', changed: 'entryCSN', lookbackSeconds: 0 } });
			await new Promise((resolve) => setTimeout(resolve, 1_100));
			await site.addUser('later');
			expect(namesOf((await poll(adapter, eager, first.cursor)).records)).toContain('later');
		} finally {
			await site.stop();
		}
	});

	it('gives all entries in pages where it limits a single answer, and an error where it limits those, too', async () => {
		const limits = (paged: string) =>
			`limits users size.soft=5 size.hard=5 size.unchecked=unlimited size.prtotal=${paged}`;
		const generous = await startOpenLdapSite({ more: limits('unlimited') });
		try {
			for (let n = 0; n < 12; n++) await generous.addUser(`u${n}`);
			expect((await poll(generous.adapter(), user, 'beginning')).records).toHaveLength(12);
		} finally {
			await generous.stop();
		}
		const mean = await startOpenLdapSite({ more: limits('5') });
		try {
			for (let n = 0; n < 12; n++) await mean.addUser(`u${n}`);
			expect(await failureOf(poll(mean.adapter(), user, 'beginning'))).toMatchObject({
				class: 'rejected',
				code: 'size_limit',
			});
		} finally {
			await mean.stop();
		}
	});
});

run('the schema and the test of OpenLDAP', () => {
	let site: OpenLdapSite;
	beforeAll(async () => {
		site = await startOpenLdapSite();
		for (const uid of ['ann', 'bob']) await site.addUser(uid);
		await site.addGroup('staff', [`uid=ann,${PEOPLE}`]);
	});
	afterAll(async () => await site.stop());

	it('describe what users and groups may have, all of it read only', async () => {
		const { fields } = (await site.adapter().describe?.('user')) ?? { fields: [] };
		const of = (name: string) => fields.find((field) => field.name === name);
		for (const name of ['cn', 'sn', 'mail', 'uid', 'employeeNumber', 'uidNumber']) expect(of(name)).toBeDefined();
		expect(of('entryUUID')).toMatchObject({ unique: true, readOnly: true });
		expect([of('uidNumber')?.type, of('modifyTimestamp')?.type, of('mail')?.type]).toEqual([
			'number',
			'datetime',
			'string',
		]);
		expect(fields.every(({ readOnly }) => readOnly)).toBe(true);
		expect((await site.adapter().describe?.('organizationalUnit'))?.fields.map(({ name }) => name)).toContain('ou');
		expect(await failureOf(site.adapter().describe?.('inetOrgPreson') as Promise<unknown>)).toMatchObject({
			code: 'object_unknown',
			remedy: expect.stringContaining('inetorgperson'),
		});
	});

	it('say who answered, what is seen, and nothing else where all is well', async () => {
		const result = await site.adapter().test?.([user, group]);
		expect(result?.accountId).toBe(`localhost:${site.server.tlsPort}/${SUFFIX}`);
		expect(result?.message).toMatch(
			/^Connected to OpenLDAP at localhost:\d+ as uid=crosslink,.* \(dn:uid=crosslink,.*\)\. Visible under dc=example,dc=test: 2 of user, 1 of group\.$/,
		);
		const away = await failureOf(poll(site.adapter({ baseDn: 'ou=away,dc=example,dc=test' }), user, 'beginning'));
		expect(away).toMatchObject({ class: 'rejected', code: 'name_unknown' });
	});
});
