import type { Cursor, Fields } from '../../../lib/adapters/adapter';
import { readConnection } from '../../../lib/adapters/directory/connection';
import { Directory } from '../../../lib/adapters/directory/directory';
import { valuesInRanges } from '../../../lib/adapters/directory/queries/ranges';
import { AD_BASE, ADMIN_DN, ADMIN_PASSWORD, DC_NAME, requireSamba, startSamba } from '../../servers/samba';
import { adapterOf, ask, bindingOf, changes, everythingIn, failureOf, namesOf, poll } from './directory-site';
import { PASSWORD, startSambaSite, type SambaSite } from './samba-site';

const user = bindingOf('user');
const group = bindingOf('group');
const USERS = `CN=Users,${AD_BASE}`;

(requireSamba('the directory adapter against a Samba domain controller') ? describe : describe.skip)(
	'with Samba',
	() => {
		let site: SambaSite;
		beforeAll(async () => {
			site = await startSambaSite();
		});
		afterAll(async () => await site.stop());
		const one = async (query: string, parameters: Fields, changed: Record<string, string> = {}) =>
			await ask(site.adapter(changed), query, parameters);
		const fresh = (() => {
			let n = 0;
			return (name: string) => `${name}${++n}`;
		})();

		describe('queries', () => {
			it('find a user by both login names, as Windows writes them too, by mail, GUID, SID and other attributes', async () => {
				const name = fresh('ann');
				await site.addUser(name, {
					mail: `${name}@example.test`,
					givenName: 'Ann',
					employeeNumber: '17',
					displayName: 'Zoë Ω',
				});
				const [ann] = await one('findUser', { value: name });
				expect(ann).toMatchObject({
					id: await site.idOf(`CN=${name},${USERS}`),
					dn: `CN=${name},${USERS}`,
					login: name,
					userPrincipalName: `${name}@corp.example.test`,
					sid: expect.stringMatching(/^S-1-5-21-\d+-\d+-\d+-\d+$/),
					displayName: 'Zoë Ω',
					enabled: true,
					locked: false,
					accountExpires: null,
					accountExpired: false,
					mustChangePassword: false,
				});
				const ways: Fields[] = [
					{ value: `CORP\\${name}` },
					{ value: `${name.toUpperCase()}@corp.example.test` },
					{ by: 'mail', value: `${name}@example.test` },
					{ by: 'id', value: String(ann?.['id']) },
					{ by: 'dn', value: String(ann?.['dn']) },
					{ by: 'attribute', attribute: 'objectSid', value: String(ann?.['sid']) },
					{ by: 'attribute', attribute: 'displayName', value: 'Zoë Ω' },
					{ by: 'attribute', attribute: 'employeeNumber', value: '17' },
				];
				for (const way of ways) expect([way, (await one('findUser', way))[0]?.['id']]).toEqual([way, ann?.['id']]);
				// A computer is a user by its class, and none to people.
				expect(await one('findUser', { value: 'DC1$' })).toEqual([]);
				for (const injected of ['*', `${name}*`, `*)(sAMAccountName=${name}`, '*)(objectClass=*']) {
					expect([injected, await one('findUser', { value: injected })]).toEqual([injected, []]);
				}
			});

			it('find groups within groups by the server’s own rule, and the primary group that no list has', async () => {
				const [name, inner, outer] = [fresh('nested'), fresh('inner'), fresh('outer')];
				const dn = await site.addUser(name);
				const innerDn = await site.addGroup(inner, [dn]);
				const outerDn = await site.addGroup(outer, [innerDn]);
				await site.replace(innerDn, { member: [dn, outerDn] });
				const named = (rows: Fields[]) => rows.map((row) => [row['name'], row['direct'], row['primary']]).sort();
				expect(named(await one('groupsOfUser', { value: name }))).toEqual(
					[
						['Domain Users', true, true],
						['Users', false, false],
						[inner, true, false],
						[outer, false, false],
					].sort(),
				);
				expect(named(await one('groupsOfUser', { value: name, nested: false }))).toEqual(
					[
						['Domain Users', true, true],
						[inner, true, false],
					].sort(),
				);
				const members = await one('membersOfGroup', { value: outer });
				expect(members.map((row) => [row['type'], row['name'], row['direct']]).sort()).toEqual(
					[
						['group', inner, true],
						['group', outer, false],
						['user', name, false],
					].sort(),
				);
				const everybody = await one('membersOfGroup', { value: 'Domain Users', nested: false });
				expect(everybody.map((row) => row['name'])).toContain(name);
				const built = await one('membersOfGroup', { value: 'Users' });
				expect(built.map((row) => row['name'])).toContain(name);
			});

			it('give all members of a large group, and read them block by block', async () => {
				const [name, count] = [fresh('large'), 700];
				const members = Array.from({ length: count }, (_, n) => `CN=${name}m${n},OU=${name},${AD_BASE}`);
				await site.admin.add(`OU=${name},${AD_BASE}`, { objectClass: 'organizationalUnit' });
				for (const [n, dn] of members.entries()) {
					await site.admin.add(dn, { objectClass: 'contact', cn: `${name}m${n}` });
				}
				const dn = await site.addGroup(name, members);
				const rows = await one('membersOfGroup', { value: name, limit: 1_000, nested: false });
				expect(new Set(rows.map((row) => row['name'])).size).toBe(count);
				expect(rows.every((row) => row['type'] === 'other' || row['type'] === 'user')).toBe(true);
				expect(await failureOf(one('membersOfGroup', { value: name, nested: false, limit: 699 }))).toMatchObject({
					code: 'answer_too_large',
				});

				const directory = new Directory(readConnection(site.values), undefined);
				for (const range of [100, 349, 350, 700, 5_000]) {
					const found = await directory.work(
						'read',
						async (reach) => await valuesInRanges(reach, dn, 'member', 10_000, () => failed('too many'), range),
					);
					expect([range, new Set(found).size, found.length]).toEqual([range, count, count]);
				}
			});
		});

		describe('logins', () => {
			const check = async (login: string, password: string, changed: Record<string, string> = {}) => {
				const [row] = await one('checkLogin', { login, password }, changed);
				return [row?.['valid'], row?.['reason']];
			};

			it('are right, or say why not', async () => {
				const [fine, disabled, expired, must] = ['fine', 'disabled', 'expired', 'must'].map(fresh) as [
					string,
					string,
					string,
					string,
				];
				for (const name of [fine, disabled, expired, must]) await site.addUser(name);
				await site.replace(`CN=${disabled},${USERS}`, { userAccountControl: '514' });
				await site.replace(`CN=${expired},${USERS}`, { accountExpires: '130000000000000000' });
				await site.replace(`CN=${must},${USERS}`, { pwdLastSet: '0' });
				expect(await check(fine, PASSWORD)).toEqual([true, null]);
				expect(await check(`CORP\\${fine}`, PASSWORD)).toEqual([true, null]);
				expect(await check(`${fine}@corp.example.test`, PASSWORD)).toEqual([true, null]);
				expect(await check(fine, 'wrong')).toEqual([false, 'wrongPassword']);
				expect(await check('nobody', PASSWORD)).toEqual([false, 'unknownUser']);
				expect(await check(disabled, PASSWORD)).toEqual([false, 'disabled']);
				// Only who has the right password is told.
				expect(await check(disabled, 'wrong')).toEqual([false, 'wrongPassword']);
				expect(await check(expired, PASSWORD)).toEqual([false, 'accountExpired']);
				expect(await check(must, PASSWORD)).toEqual([false, 'mustChange']);
				expect(await one('findUser', { value: disabled })).toMatchObject([{ enabled: false }]);
				expect(await one('findUser', { value: expired })).toMatchObject([
					{ accountExpired: true, accountExpires: expect.stringMatching(/^2012-/) },
				]);
				expect(await one('findUser', { value: must })).toMatchObject([{ mustChangePassword: true }]);
			});

			it('end with a lock, which the user shows', async () => {
				const name = fresh('locked');
				await site.addUser(name);
				await site.server.tool('domain', 'passwordsettings', 'set', '--account-lockout-threshold=3');
				try {
					for (const _ of [1, 2, 3]) await check(name, 'wrong');
					expect(await check(name, PASSWORD)).toEqual([false, 'locked']);
					expect(await one('findUser', { value: name })).toMatchObject([{ locked: true }]);
					await site.replace(`CN=${name},${USERS}`, { lockoutTime: '0' });
					expect(await check(name, PASSWORD)).toEqual([true, null]);
				} finally {
					await site.server.tool('domain', 'passwordsettings', 'set', '--account-lockout-threshold=0');
				}
			});

			it('with an empty password reach nobody, and no password is in an error', async () => {
				const proxy = await site.proxy();
				const clear = { host: proxy.host, port: String(proxy.port), security: 'none' };
				expect(await check('administrator', '', clear)).toEqual([false, 'emptyPassword']);
				expect(proxy.connections()).toBe(0);
				proxy.cutAtBind(2);
				const failure = await failureOf(check('administrator', ADMIN_PASSWORD, clear));
				expect(failure.class).toBe('transient');
				expect(everythingIn(failure)).not.toContain(ADMIN_PASSWORD);
			});
		});

		describe('changes', () => {
			it('are told once, with deletions, each to its own entity', async () => {
				const adapter = site.adapter();
				const from = {
					user: (await changes(adapter, user, 'now')).cursor,
					group: (await changes(adapter, group, 'now')).cursor,
				};
				const [name, other, team] = [fresh('chg'), fresh('chg'), fresh('team')];
				const dn = await site.addUser(name);
				const otherDn = await site.addUser(other);
				const teamDn = await site.addGroup(team);
				const id = await site.idOf(otherDn);
				const teamId = await site.idOf(teamDn);
				await site.admin.add(`CN=pc,${USERS}`, { objectClass: 'computer', sAMAccountName: 'pc$' });
				const users = await poll(adapter, user, from.user);
				expect(namesOf(users.records).sort()).toEqual([name, other].sort());
				const groups = await poll(adapter, group, from.group);
				expect(namesOf(groups.records)).toEqual([team]);
				expect((await poll(adapter, user, users.cursor)).records).toEqual([]);

				// A member that comes or goes is a change of the group.
				await site.replace(teamDn, { member: [dn] });
				const joined = await poll(adapter, group, groups.cursor, ['member']);
				expect(joined.records).toMatchObject([{ externalId: teamId, fields: { member: [dn] } }]);

				for (const gone of [otherDn, teamDn, `CN=pc,${USERS}`]) await site.admin.del(gone);
				const after = await poll(adapter, user, users.cursor);
				expect(after.records.filter(({ deleted }) => deleted)).toMatchObject([
					{ externalId: id, fields: {}, deleted: true, modifiedAt: expect.any(Date) },
				]);
				const afterGroups = await poll(adapter, group, joined.cursor);
				expect(afterGroups.records.filter(({ deleted }) => deleted)).toMatchObject([{ externalId: teamId }]);
				const all = await poll(adapter, user, 'beginning');
				expect(all.records.some(({ deleted }) => deleted)).toBe(false);
			});

			it('under a base are those below it, also among what was deleted', async () => {
				const unit = fresh('Unit');
				const base = `OU=${unit},${AD_BASE}`;
				await site.admin.add(base, { objectClass: 'organizationalUnit' });
				const adapter = site.adapter({ baseDn: base });
				const { cursor } = await changes(adapter, user, 'now');
				const [inside, outside] = [fresh('in'), fresh('out')];
				const insideDn = `CN=${inside},${base}`;
				await site.admin.add(insideDn, { objectClass: 'user', sAMAccountName: inside });
				const outsideDn = await site.addUser(outside);
				const id = await site.idOf(insideDn);
				const first = await poll(adapter, user, cursor);
				expect(namesOf(first.records)).toEqual([inside]);
				await site.admin.del(outsideDn);
				await site.admin.del(insideDn);
				expect((await poll(adapter, user, first.cursor)).records).toMatchObject([{ externalId: id, deleted: true }]);
			});

			it('are all read again, with what was deleted meanwhile, on another domain controller or a restored one', async () => {
				const adapter = site.adapter();
				const [kept, gone] = [fresh('kept'), fresh('gone')];
				await site.addUser(kept);
				const goneDn = await site.addUser(gone);
				const id = await site.idOf(goneDn);
				const { cursor } = await changes(adapter, user, 'now');
				await site.admin.del(goneDn);
				const expectAll = async (from: Cursor) => {
					const { records } = await poll(adapter, user, from);
					expect(namesOf(records)).toEqual(expect.arrayContaining([kept, 'Administrator']));
					expect(records.filter(({ deleted }) => deleted).map(({ externalId }) => externalId)).toContain(id);
				};
				await expectAll({ ...cursor, server: '0123456789abcdef' });
				await expectAll({ ...cursor, since: { '': '99999999' } });
				// The position afterwards is this server's own.
				const { cursor: next } = await poll(adapter, user, { ...cursor, server: '0123456789abcdef' });
				expect(next['server']).toBe(cursor['server']);
				expect((await poll(adapter, user, next)).records).toEqual([]);
			});

			it('change their server when it is restored: its invocation id is part of the position', async () => {
				const { cursor } = await changes(site.adapter(), user, 'now');
				const service = `CN=NTDS Settings,CN=DC1,CN=Servers,CN=Default-First-Site-Name,CN=Sites,CN=Configuration,${AD_BASE}`;
				const found = await site.admin.search(service, {
					scope: 'base',
					attributes: ['invocationId'],
					explicitBufferAttributes: ['invocationId'],
				});
				expect(found.searchEntries[0]?.['invocationId']).toHaveLength(16);
				const { createHash } = await import('node:crypto');
				const { guidToText } = await import('../../../lib/adapters/directory/guid');
				const invocation = guidToText(found.searchEntries[0]?.['invocationId'] as Buffer);
				const expected = createHash('sha256').update(`${DC_NAME} ${invocation}`).digest('hex').slice(0, 16);
				expect(cursor['server']).toBe(expected);
			});

			it('go on after the server was restarted', async () => {
				const adapter = site.adapter();
				const { cursor } = await changes(adapter, user, 'now');
				const name = fresh('re');
				await site.addUser(name);
				await site.server.restart();
				await site.admin.bind(ADMIN_DN, ADMIN_PASSWORD);
				expect(namesOf((await poll(adapter, user, cursor)).records)).toEqual([name]);
			});
		});

		describe('the connection', () => {
			it('in clear text is refused by a server that wants encryption, in plain words', async () => {
				const strict = await startSamba({ strict: true });
				try {
					const connection = { ...site.values, host: strict.host, ca: strict.certificates.authority.certificate };
					const clear = adapterOf({ ...connection, port: '389', security: 'none' });
					expect(await failureOf(clear.test?.() as Promise<unknown>)).toMatchObject({
						class: 'auth',
						code: 'encryption_required',
					});
					const startTls = adapterOf({ ...connection, port: '389', security: 'startTls' });
					expect((await startTls.test?.())?.message).toContain('Samba');
				} finally {
					await strict.stop();
				}
			});

			it('with a wrong password is refused once, as our own fault', async () => {
				const wrong = await failureOf(site.adapter({ bindPassword: 'wrong-password' }).test?.() as Promise<unknown>);
				expect(wrong).toMatchObject({ class: 'auth', code: 'login_refused' });
				const name = fresh('off');
				await site.addUser(name);
				await site.replace(`CN=${name},${USERS}`, { userAccountControl: '514' });
				const disabled = site.adapter({ bindDn: `${name}@corp.example.test`, bindPassword: PASSWORD });
				const failure = await failureOf(disabled.test?.() as Promise<unknown>);
				expect([failure.class, failure.remedy]).toEqual(['auth', expect.stringContaining('disabled')]);
			});

			it('works by TLS and StartTLS, and says who answered and what it sees', async () => {
				const message = (await site.adapter().test?.())?.message;
				expect(message).toMatch(
					/^Connected to Active Directory \(Samba Team .*\) at 127\.[\d.]+:636 as CN=Administrator/,
				);
				expect(message).toMatch(/Visible under DC=corp,DC=example,DC=test: \d+ of user, \d+ of group\.$/);
				expect((await site.adapter({ security: 'startTls', port: '389' }).test?.())?.message).toContain('Samba');
			});

			it('of a user without rights says what polling will lack', async () => {
				const name = fresh('plain');
				await site.addUser(name);
				const plain = site.adapter({ bindDn: `${name}@corp.example.test`, bindPassword: PASSWORD });
				const message = (await plain.test?.())?.message ?? '';
				expect(message).toContain('Visible under');
				const { cursor } = await changes(plain, user, 'now');
				const other = fresh('plain');
				const dn = await site.addUser(other);
				const first = await poll(plain, user, cursor);
				expect(namesOf(first.records)).toEqual([other]);
				await site.admin.del(dn);
				const told = (await poll(plain, user, first.cursor)).records.some(({ deleted }) => deleted);
				expect([told, message.includes('No deleted objects are visible')]).toEqual([false, true]);
			});

			it('describes the schema of the domain', async () => {
				const { fields } = (await site.adapter().describe?.('user')) ?? { fields: [] };
				const of = (name: string) => fields.find((field) => field.name === name);
				for (const name of ['sAMAccountName', 'mail', 'employeeNumber', 'userPrincipalName'])
					expect(of(name)).toBeDefined();
				expect([of('accountExpires')?.type, of('userAccountControl')?.type, of('whenChanged')?.type]).toEqual([
					'datetime',
					'number',
					'datetime',
				]);
				expect(of('objectGUID')).toMatchObject({ unique: true, readOnly: true });
			});
		});
	},
);

function failed(what: string): never {
	throw new Error(what);
}
