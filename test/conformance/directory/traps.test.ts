import { BerWriter, Control, EqualityFilter } from 'ldapts';
import { checkBound } from '../../../lib/adapters/directory/directory';
import { readConnection } from '../../../lib/adapters/directory/connection';
import { ANSWER_TIMEOUT_MS, SEARCH_SECONDS } from '../../../lib/adapters/directory/limits';
import { loadProfile } from '../../../lib/adapters/directory/profile';
import { LateError, LostError, ResultError } from '../../../lib/adapters/directory/result';
import { Session, type Search } from '../../../lib/adapters/directory/session';
import { requireOpenLdap, SERVICE_DN, SERVICE_PASSWORD } from '../../servers/openldap';
import { everythingIn, failureOf, ask, bindingOf, changes, namesOf, poll } from './directory-site';
import { PEOPLE, startOpenLdapSite, type OpenLdapSite } from './openldap-site';

/** Whoever has not logged in gets an answer like any other, with fewer entries. */
const HIDES_PEOPLE = [
	'access to attrs=userPassword by anonymous auth by * none',
	`access to dn.one="${PEOPLE}" by users read by anonymous auth`,
	'access to * by * read',
].join('\n');

/**
 * What ldapts 9.2's own client gets wrong, or leaves to whoever uses it, each against a real server. The adapter uses the
 * library's messages over a session of its own; these tests say what that session has to hold.
 */
(requireOpenLdap('the traps of an LDAP client') ? describe : describe.skip)('a session with a directory', () => {
	let site: OpenLdapSite;
	const open: Session[] = [];
	const users = ['ann', 'bob', 'cy', 'dee', 'eve'];
	const search: Search = { base: PEOPLE, scope: 'one', filter: { has: 'uid' }, attributes: ['uid'] };

	beforeAll(async () => {
		site = await startOpenLdapSite({ names: 'DNS:localhost', access: HIDES_PEOPLE });
		for (const uid of users) await site.addUser(uid);
	});
	afterEach(() => open.splice(0).forEach((session) => session.close()));
	afterAll(async () => await site.stop());

	async function session(
		changes: Record<string, string> = {},
		signal = new AbortController().signal,
	): Promise<Session> {
		const one = await Session.open(readConnection({ ...site.values, ...changes }), undefined, signal);
		open.push(one);
		return one;
	}
	const startTls = (port: number, host = 'localhost') => ({ security: 'startTls', port: String(port), host });
	const clear = (port: number) => ({ security: 'none', port: String(port), host: '127.0.0.1' });
	const logIn = async (one: Session) => await one.bind(SERVICE_DN, SERVICE_PASSWORD);
	const thrown = async (promise: Promise<unknown>): Promise<unknown> =>
		await promise.then(
			() => undefined,
			(error: unknown) => error,
		);

	describe('whose connection is lost', () => {
		it('does not open it again without the StartTLS before it: the password never goes in clear text', async () => {
			const proxy = await site.proxy();
			const one = await session(startTls(proxy.port));
			await logIn(one);
			proxy.cutNow();
			expect(await thrown(one.search(search))).toBeInstanceOf(LostError);
			expect(await thrown(logIn(one))).toBeInstanceOf(LostError);
			expect(proxy.connections()).toBe(1);

			const { records } = await poll(site.adapter(startTls(proxy.port)), bindingOf('user'), 'beginning');
			expect(namesOf(records).sort()).toEqual(users);
			expect(proxy.connections()).toBeGreaterThan(1);
			expect(proxy.sent().includes(SERVICE_PASSWORD)).toBe(false);
			expect(proxy.sent().includes('uid=crosslink')).toBe(false);
		});

		it('fails all operations at once, those that wait for their turn too', async () => {
			const proxy = await site.proxy();
			const one = await session(clear(proxy.port));
			await logIn(one);
			proxy.hang();
			const asked = users.map(async () => await thrown(one.search(search)));
			const started = performance.now();
			proxy.cutNow();
			for (const error of await Promise.all(asked)) expect(error).toBeInstanceOf(LostError);
			expect(await thrown(one.search(search))).toBeInstanceOf(LostError);
			expect(performance.now() - started).toBeLessThan(1_000);
		});

		it('is replaced by another one that logs in first, never by one that is nobody', async () => {
			const proxy = await site.proxy();
			proxy.cutAtSearch(3);
			const { records } = await poll(site.adapter(clear(proxy.port)), bindingOf('user'), 'beginning');
			expect(namesOf(records).sort()).toEqual(users);
			const connections = [...new Set(proxy.calls.map(({ connection }) => connection))];
			expect(connections).toHaveLength(2);
			for (const number of connections) {
				expect(proxy.calls.find(({ connection }) => connection === number)?.operation).toBe('bind');
			}
		});
	});

	it('searches only when the login before it is done', async () => {
		const one = await session();
		const [, { entries }] = await Promise.all([logIn(one), one.search(search)]);
		expect(entries).toHaveLength(users.length);
		// What nobody gets to see, so that the line above proves something.
		expect((await (await session()).search(search)).entries).toEqual([]);
	});

	it('answers many operations at once, each with its own answer', async () => {
		const one = await session();
		await logIn(one);
		const found = await Promise.all(
			users.map(async (uid) => await one.search({ ...search, filter: { is: 'uid', value: uid } })),
		);
		expect(found.map(({ entries }) => entries.map(({ dn }) => dn))).toEqual(
			users.map((uid) => [`uid=${uid},${PEOPLE}`]),
		);
	});

	describe('that the server takes for nobody', () => {
		it('is an error, however many entries it still shows', async () => {
			const connection = readConnection(site.values);
			const one = await session();
			const profile = await loadProfile(one, { ...connection, baseDn: PEOPLE });
			expect(await thrown(checkBound({ session: one, profile }))).toMatchObject({ code: 'bind_lost' });
			await logIn(one);
			expect(await checkBound({ session: one, profile })).toBe(`dn:${SERVICE_DN}`);
			expect(await checkBound({ session: one, profile: { ...profile, tellsWho: false } })).toBe('');
		});

		it.each([1, 2, 3, 4, 5])(
			'loses no change and tells no deletion when that happens before search %i',
			async (nth) => {
				const proxy = await site.proxy();
				const adapter = site.adapter(clear(proxy.port));
				const { cursor } = await changes(adapter, bindingOf('user'), 'beginning');
				const uid = `new${nth}`;
				await site.addUser(uid);
				proxy.forget();
				proxy.forgetAtSearch(nth);
				const { records } = await poll(adapter, bindingOf('user'), cursor);
				expect(records).toMatchObject([{ fields: { cn: uid }, deleted: false }]);
				await site.admin.del(`uid=${uid},${PEOPLE}`);
			},
		);
	});

	describe('over TLS', () => {
		it('keeps StartTLS on the port it is told, whatever certificates it is given', async () => {
			const message = (await site.adapter(startTls(site.port)).test?.())?.message;
			expect(message).toContain('OpenLDAP');
			expect((await site.adapter(clear(site.port)).test?.())?.message).toContain('OpenLDAP');
		});

		it.each(['tls', 'startTls'])(
			'checks the certificate against the address, not against "localhost": %s',
			async (security) => {
				const port = String(security === 'tls' ? site.server.tlsPort : site.port);
				const byAddress = { security, port, host: '127.0.0.1' };
				expect(await failureOf(site.adapter(byAddress).test?.() as Promise<unknown>)).toMatchObject({
					class: 'rejected',
					code: 'certificate_refused',
				});
				const named = { ...byAddress, tlsServerName: 'localhost' };
				expect((await site.adapter(named).test?.())?.message).toContain('OpenLDAP');
			},
		);

		it.each(['tls', 'startTls'])('takes no certificate of an authority that is not known: %s', async (security) => {
			const port = String(security === 'tls' ? site.server.tlsPort : site.port);
			const proxy = await site.proxy();
			const failure = await failureOf(site.adapter({ security, port, ca: '' }).test?.() as Promise<unknown>);
			expect(failure).toMatchObject({ class: 'rejected', code: 'certificate_refused' });
			expect(proxy.sent().includes(SERVICE_PASSWORD)).toBe(false);
		});

		it('logs in by client certificate, as whoever the server takes it for', async () => {
			const { workshop, authority } = site.server.certificates;
			const client = await workshop.issue('crosslink', authority, { kind: 'rsa' });
			const values = {
				...site.values,
				bindDn: '',
				bindPassword: '',
				clientCertificate: client.certificate,
				clientKey: client.key,
			};
			const adapter = site.adapter(values);
			expect((await adapter.test?.())?.message).toContain('client certificate');
			expect((await poll(adapter, bindingOf('user'), 'beginning')).records).toHaveLength(users.length);
		});

		it('says what is wrong where a server speaks no TLS, or nothing but TLS', async () => {
			const tlsOnPlain = site.adapter({ security: 'tls', port: String(site.port) });
			expect(['transient', 'rejected']).toContain((await failureOf(tlsOnPlain.test?.() as Promise<unknown>)).class);
			const plainOnTls = site.adapter(clear(site.server.tlsPort));
			expect((await failureOf(plainOnTls.test?.() as Promise<unknown>)).class).toBe('transient');
		});
	});

	describe('and what is searched for', () => {
		const odd = 'Zoë (x)*\\ & Ω';

		it('is a value, never a part of the filter', async () => {
			const dn = `uid=odd,${PEOPLE}`;
			await site.admin.add(dn, { objectClass: 'inetOrgPerson', uid: 'odd', cn: odd, sn: 'x' });
			const find = async (value: string) =>
				(await ask(site.adapter(), 'findUser', { by: 'attribute', attribute: 'cn', value })).map((row) => row['login']);
			expect(await find(odd)).toEqual(['odd']);
			for (const injected of ['*', 'a*', '*)(uid=*', 'ann)(|(uid=*', '\\2a', '*)(objectClass=*', 'ann\\00']) {
				expect([injected, await find(injected)]).toEqual([injected, []]);
			}
			await site.admin.del(dn);
		});

		it('is looked for in attributes with a name, and nothing else', async () => {
			for (const attribute of ['cn=*)(uid', 'cn)(uid', 'c n', '', '*', 'cn:dn:', '(cn']) {
				const failure = await failureOf(ask(site.adapter(), 'findUser', { by: 'attribute', attribute, value: 'ann' }));
				expect([attribute, failure.class]).toEqual([attribute, 'rejected']);
			}
			const byNumber = await ask(site.adapter(), 'findUser', { by: 'attribute', attribute: '2.5.4.3', value: 'ann' });
			expect(byNumber).toMatchObject([{ login: 'ann' }]);
		});
	});

	it('gives values in one form, whether they are one or several, text or bytes that look like text', async () => {
		const dn = await site.addUser('forms', {
			mail: ['a@example.test', 'b@example.test'],
			telephoneNumber: '+1 2',
			jpegPhoto: 'looks like text',
		});
		const fields = ['mail', 'TELEPHONEnumber', 'title', 'jpegPhoto', 'objectClass', 'createTimestamp'];
		const [row] = await ask(site.adapter(), 'findUser', { value: 'forms', attributes: fields });
		expect(row?.['attributes']).toEqual({
			mail: ['a@example.test', 'b@example.test'],
			TELEPHONEnumber: '+1 2',
			title: null,
			jpegPhoto: Buffer.from('looks like text').toString('base64'),
			objectClass: ['inetOrgPerson'],
			createTimestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
		});
		await site.admin.del(dn);
	});

	it('follows no alias, and gives a search more than the ten seconds of the library', async () => {
		const proxy = await site.proxy();
		await poll(site.adapter(clear(proxy.port)), bindingOf('user'), 'beginning');
		const searches = proxy.calls.filter(({ operation }) => operation === 'search');
		expect(searches.length).toBeGreaterThan(2);
		for (const { timeLimit, derefAliases } of searches) {
			expect([timeLimit, derefAliases]).toEqual([SEARCH_SECONDS, 'never']);
		}
	});

	it('knows an error by its number, also one that the library has no name for', async () => {
		const one = await session();
		await logIn(one);
		class Assertion extends Control {
			protected override writeControl(writer: BerWriter): void {
				const value = new BerWriter();
				new EqualityFilter({ attribute: 'uid', value: 'somebody else' }).write(value);
				writer.writeBuffer(value.buffer, 0x04);
			}
		}
		const controls = [new Assertion('1.3.6.1.1.12', { critical: true })];
		const failure = await thrown(one.search({ ...search, base: `uid=ann,${PEOPLE}`, scope: 'base', controls }));
		expect(failure).toBeInstanceOf(ResultError);
		expect(failure).toMatchObject({ code: 122 });
	});

	it('gives up on a server that does not answer, and is of no more use then', async () => {
		const proxy = await site.proxy();
		const one = await session(clear(proxy.port));
		await logIn(one);
		proxy.hang();
		jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask', 'performance'] });
		try {
			const asked = thrown(one.search(search));
			await new Promise((resolve) => setImmediate(resolve));
			jest.advanceTimersByTime(ANSWER_TIMEOUT_MS + 1);
			expect(await asked).toBeInstanceOf(LateError);
		} finally {
			jest.useRealTimers();
		}
		proxy.mend();
		expect(await thrown(one.search(search))).toBeInstanceOf(LateError);
	});

	it('refuses to log in without a name or a password before anything is sent', async () => {
		const one = await session();
		for (const [dn, password] of [
			['', 'x'],
			[SERVICE_DN, ''],
			['', ''],
		] as const) {
			expect(String(await thrown(one.bind(dn, password)))).toContain('anonymous');
		}
		const incomplete: Array<Record<string, string>> = [
			{ bindPassword: '' },
			{ bindDn: '' },
			{ bindDn: '', bindPassword: '' },
		];
		for (const values of incomplete) {
			expect(() => site.adapter(values)).toThrow(expect.objectContaining({ code: 'connection_incomplete' }));
		}
	});

	it('puts no secret of the connection into an error', async () => {
		const refused = site.adapter({ bindPassword: 'a-wrong-password' });
		const failure = await failureOf(refused.test?.() as Promise<unknown>);
		expect(failure).toMatchObject({ class: 'auth', code: 'login_refused' });
		expect(everythingIn(failure)).not.toContain('a-wrong-password');
	});
});
