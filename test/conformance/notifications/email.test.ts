import { connect } from 'node:net';
import type { Adapter, AdapterContext } from '../../../lib/adapters/adapter';
import { email } from '../../../lib/adapters/email';
import type { Notification } from '../../../lib/adapters/notification';
import { CrosslinkError } from '../../../lib/errors';
import { testIntegrationCredential } from '../../../lib/host/test-credential';
import { canMakeCertificates, openWorkshop, type Certificate, type Workshop } from '../../servers/certificates';
import { startSmtp, type MailServer, type SmtpOptions } from '../../servers/smtp';
import { notificationKit } from '../notification-kit';
import { transportOf } from './transport';

const LOGIN = { user: 'crosslink', password: '5ecre7-mail-password' };
const FROM = 'crosslink@example.com';

const valuesOf = (server: MailServer, more: Record<string, string> = {}): Record<string, string> => ({
	host: 'localhost',
	port: String(server.port),
	security: 'none',
	authentication: 'none',
	from: FROM,
	...more,
});

function adapterOf(
	connection: Record<string, string>,
	mode: 'cloud' | 'onprem' = 'onprem',
	egress?: AdapterContext['egress'],
): Adapter {
	return email[mode].create({ connection, transport: transportOf(email[mode], connection), egress });
}

let count = 0;
const message = (more: Partial<Notification> = {}): Notification => ({
	event: 'orderShipped',
	to: ['ann@example.org'],
	subject: 'Order 7 has been shipped',
	text: 'It is on its way.',
	key: String(++count).padStart(32, '0'),
	options: {},
	...more,
});

notificationKit('Email by a relay without a login', async () => {
	const server = await startSmtp();
	const refusing = await startSmtp({ certificate: await selfMade(), login: LOGIN });
	return {
		module: email.onprem,
		connect: ({ refused } = {}) =>
			refused
				? adapterOf(
						valuesOf(refusing, {
							security: 'starttls',
							authentication: 'password',
							user: 'crosslink',
							password: 'n0t-the-password',
							ca: made?.certificate ?? '',
						}),
					)
				: adapterOf(valuesOf(server)),
		secrets: [LOGIN.password, 'n0t-the-password', Buffer.from('n0t-the-password').toString('base64')],
		to: ['ann@example.org'],
		outcome: 'accepted',
		looksUp: false,
		arrived: () => server.taken.length,
		last: () => decoded(server.taken.at(-1)?.raw ?? ''),
		shows: ['&lt;b&gt; &amp; *x* [y](z)'],
		loseNextAnswer: () => server.faults.push({ at: 'cut', taken: true }),
		refuseNext: () => server.faults.push({ at: 'data', code: 554 }),
		throttleNext: () => {
			server.faults.push({ at: 'address', code: 451 });
			return 'triedLater';
		},
		async stop() {
			await Promise.all([server.stop(), refusing.stop()]);
		},
	};
});

/** Quoted-printable, as far as plain letters go. */
const decoded = (raw: string): string =>
	raw
		.replace(/=\r?\n/g, '')
		.replace(/=([0-9A-F]{2})/g, (_all, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));

let workshop: Workshop | undefined;
let made: Certificate | undefined;
/** For `localhost`, signed by itself; one for all tests. */
async function selfMade(): Promise<Certificate> {
	workshop ??= await openWorkshop();
	const authority = await workshop.authority('Mail Authority');
	made = authority;
	return await workshop.issue('mail', authority, { names: 'DNS:localhost' });
}
afterAll(async () => await workshop?.close());

const withCertificates = canMakeCertificates('mail over TLS') ? describe : describe.skip;

describe('Email', () => {
	let server: MailServer;
	beforeAll(async () => {
		server = await startSmtp();
	});
	afterEach(() => {
		server.faults.length = 0;
		server.unknown.clear();
	});
	afterAll(() => server.stop());

	it('has the same Message-ID for the same message, says that it is no person, and both forms of the text', async () => {
		const one = message({ options: { cc: 'bob@example.org', replyTo: 'desk@example.com' } });
		const answer = await adapterOf(valuesOf(server)).notify?.(one);
		expect(answer).toEqual({ outcome: 'accepted', messageId: `<${one.key}@example.com>`, refused: [] });
		const { raw, to, from } = server.taken.at(-1) ?? { raw: '', to: [], from: '' };
		expect([from, to]).toEqual([FROM, ['ann@example.org', 'bob@example.org']]);
		for (const line of [
			`Message-ID: <${one.key}@example.com>`,
			'Auto-Submitted: auto-generated',
			'Subject: Order 7 has been shipped',
			'Reply-To: desk@example.com',
			'Cc: bob@example.org',
		]) {
			expect(raw).toContain(line);
		}
		expect(raw).toContain('Content-Type: text/plain');
		expect(raw).toContain('Content-Type: text/html');
	});

	it('uses a connection again', async () => {
		const before = server.connections;
		for (let index = 0; index < 5; index++) await adapterOf(valuesOf(server)).notify?.(message());
		expect(server.connections - before).toBeLessThanOrEqual(1);
	});

	it('says whom the relay refused, and why, when it takes the mail for others', async () => {
		server.unknown.add('gone@example.org');
		const answer = await adapterOf(valuesOf(server)).notify?.(message({ to: ['gone@example.org', 'ann@example.org'] }));
		expect(answer).toMatchObject({
			outcome: 'accepted',
			refused: [{ to: 'gone@example.org', reason: expect.stringContaining('No such user') }],
		});
		expect(server.taken.at(-1)?.to).toEqual(['ann@example.org']);
		await expect(adapterOf(valuesOf(server)).notify?.(message({ to: ['gone@example.org'] }))).rejects.toMatchObject({
			class: 'rejected',
			code: 'mail_refused',
			message: expect.stringContaining('No such user'),
		});
	});

	it.each([
		['a line break in an address', { to: ['ann@example.org\r\nBcc: eve@example.net'] }],
		['a second address in one', { to: ['ann@example.org, eve@example.net'] }],
		['a name in an address', { to: ['Ann <ann@example.org>'] }],
		['a line break in an option', { options: { replyTo: 'a@example.org\nBcc: eve@example.net' } }],
	])('takes no header from %s', async (_what, more) => {
		const before = server.taken.length;
		await expect(adapterOf(valuesOf(server)).notify?.(message(more))).rejects.toMatchObject({
			code: 'addressee_invalid',
		});
		expect(server.taken.length).toBe(before);
	});

	it('takes no header, and reads no file or address, from subject and text', async () => {
		await adapterOf(valuesOf(server)).notify?.(
			message({
				subject: 'x\r\nBcc: eve@example.net',
				text: 'file:///etc/passwd',
				rich: '<img src="file:///etc/passwd">',
			}),
		);
		const { raw = '', to } = server.taken.at(-1) ?? {};
		expect(to).toEqual(['ann@example.org']);
		expect(raw).not.toMatch(/^Bcc:/m);
		expect(raw).not.toContain('root:');
	});

	it('says of what it does not know that it does not know it: cut before or after the mail was through', async () => {
		for (const taken of [true, false]) {
			server.faults.push({ at: 'cut', taken });
			await expect(adapterOf(valuesOf(server)).notify?.(message())).rejects.toMatchObject({
				class: 'unknown',
				code: 'answer_lost',
			});
		}
	});

	it('says that nothing went out when there is nobody to connect to', async () => {
		const closed = await startSmtp();
		const values = valuesOf(closed);
		await closed.stop();
		await expect(adapterOf(values).notify?.(message())).rejects.toMatchObject({
			class: 'transient',
			code: 'unreachable',
		});
	});

	it('tries a credential out in the mode it can be used in, and says what is off', async () => {
		const message = await testIntegrationCredential('crosslinkEmailApi', valuesOf(server));
		expect(message).toContain('takes the connection');
		expect(message).toContain('TLS is off');
		await expect(
			testIntegrationCredential('crosslinkEmailApi', valuesOf(server, { security: 'sometimes' })),
		).rejects.toMatchObject({ code: 'connection_value_invalid', message: expect.stringContaining('security') });
	});

	it('asks the egress filter before a socket is opened', async () => {
		const asked: string[] = [];
		const blocked = new CrosslinkError({ class: 'rejected', code: 'egress_blocked', message: 'm', remedy: 'r' });
		const egress = {
			ask: async (host: string, port: number) => {
				asked.push(`${host}:${port}`);
				return await Promise.reject(blocked);
			},
			lookup: () => undefined,
			addressOf: async () => await Promise.reject(blocked),
		};
		const fresh = await startSmtp();
		try {
			await expect(adapterOf(valuesOf(fresh), 'onprem', egress).notify?.(message())).rejects.toMatchObject({
				code: 'egress_blocked',
			});
			expect(asked).toEqual([`localhost:${fresh.port}`]);
			expect(fresh.connections).toBe(0);
		} finally {
			await fresh.stop();
		}
	});

	it.each([
		['cloud', { security: 'none' }, /security/],
		['cloud', { authentication: 'none', security: 'starttls' }, /authentication/],
		['onprem', { authentication: 'password', user: 'x', password: 'y', security: 'none' }, /login unencrypted/],
		['onprem', { from: 'Crosslink <crosslink@example.com>' }, /from/],
		['onprem', { port: '0' }, /port/],
		['onprem', { security: 'sometimes' }, /security/],
	] as const)('in mode %s refuses %j before anything is sent', async (mode, more, reason) => {
		const before = server.connections;
		await expect(adapterOf(valuesOf(server, more), mode).notify?.(message())).rejects.toMatchObject({
			class: 'auth',
			message: expect.stringMatching(reason),
		});
		expect(server.connections).toBe(before);
	});
});

withCertificates('Email over TLS', () => {
	let certificate: Certificate;
	const servers: MailServer[] = [];
	beforeAll(async () => {
		certificate = await selfMade();
	});
	afterAll(async () => {
		await Promise.all(servers.map(async (server) => await server.stop()));
	});
	async function serverWith(options: SmtpOptions): Promise<MailServer> {
		const server = await startSmtp({ certificate, ...options });
		servers.push(server);
		return server;
	}
	const secured = (server: MailServer, more: Record<string, string> = {}): Record<string, string> =>
		valuesOf(server, {
			security: 'starttls',
			authentication: 'password',
			...LOGIN,
			ca: made?.certificate ?? '',
			...more,
		});

	it.each([
		['STARTTLS', 'starttls', false],
		['TLS from the first byte', 'tls', true],
	])('logs in over %s, with the authority of the connection', async (_name, security, implicit) => {
		const server = await serverWith({ login: LOGIN, implicit });
		const adapter = adapterOf(secured(server, { security }), 'cloud');
		expect(await adapter.test?.()).toMatchObject({ message: expect.stringContaining('login of crosslink') });
		expect(await adapter.notify?.(message())).toMatchObject({ outcome: 'accepted' });
		expect(server.taken).toEqual([expect.objectContaining({ secure: true, user: 'crosslink' })]);
	});

	it('never sends past a certificate that it does not know, nor without TLS where it was asked for', async () => {
		const server = await serverWith({ login: LOGIN });
		await expect(adapterOf(secured(server, { ca: '' }), 'cloud').notify?.(message())).rejects.toMatchObject({
			class: 'rejected',
			code: 'certificate_refused',
		});
		// Its certificate is made out for localhost.
		await expect(adapterOf(secured(server, { host: '127.0.0.1' }), 'cloud').notify?.(message())).rejects.toMatchObject({
			code: 'certificate_refused',
		});
		const bare = await startSmtp({ login: LOGIN });
		servers.push(bare);
		await expect(adapterOf(secured(bare), 'cloud').notify?.(message())).rejects.toMatchObject({
			code: 'tls_unavailable',
		});
		expect([server.taken, bare.taken]).toEqual([[], []]);
	});

	it('logs in with a token that it fetches itself, and shows neither token nor secret', async () => {
		const token = 'ya29.5ecre7-access-token';
		const server = await serverWith({ token });
		const form: string[] = [];
		const values = secured(server, {
			authentication: 'oauth2',
			tokenUrl: 'https://login.example/token',
			clientId: 'app',
			clientSecret: '5ecre7-client-secret',
			scope: 'https://outlook.office365.com/.default',
		});
		const adapter = email.cloud.create({
			connection: values,
			transport: {
				calls: 0,
				async request({ body = '' }) {
					form.push(body);
					return await Promise.resolve({
						status: 200,
						headers: {},
						body: JSON.stringify({ access_token: token, expires_in: 3600 }),
					});
				},
			},
		});
		expect(await adapter.notify?.(message())).toMatchObject({ outcome: 'accepted' });
		expect(await adapter.notify?.(message())).toMatchObject({ outcome: 'accepted' });
		expect(form).toEqual([expect.stringContaining('grant_type=client_credentials')]);
		expect(server.taken[0]).toMatchObject({ secure: true, user: 'crosslink' });
	});
});

it('the server of these tests is a real one: it greets whoever connects', async () => {
	const server = await startSmtp();
	try {
		const greeting = await new Promise<string>((resolve) => {
			const socket = connect(server.port, '127.0.0.1');
			socket.once('data', (data) => {
				resolve(data.toString());
				socket.destroy();
			});
		});
		expect(greeting).toMatch(/^220 .*ESMTP/);
	} finally {
		await server.stop();
	}
});
