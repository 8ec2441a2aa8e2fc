import { createSecureContext } from 'node:tls';
import { CrosslinkError } from '../../../../lib/errors';
import { readTls, type TlsValues } from '../../../../lib/transport/tls/read-tls';
import { canMakeCertificates, openWorkshop, type Certificate, type Workshop } from '../../../servers/certificates';

const PASSPHRASE = 'open-sesame-79';

(canMakeCertificates('reading certificates') ? describe : describe.skip)('the certificates of a connection', () => {
	let workshop: Workshop;
	let ca: Certificate;
	let ec: Certificate;
	let rsa: Certificate;
	let expired: Certificate;

	beforeAll(async () => {
		workshop = await openWorkshop();
		ca = await workshop.authority('authority');
		[ec, rsa, expired] = await Promise.all([
			workshop.issue('client-ec', ca),
			workshop.issue('client-rsa', ca, { kind: 'rsa' }),
			workshop.issue('client-old', ca, { days: -1 }),
		]);
	});
	afterAll(() => workshop.close());

	function refusal(values: TlsValues): CrosslinkError {
		try {
			readTls(values, 'HubSpot');
		} catch (thrown) {
			if (thrown instanceof CrosslinkError) return thrown;
			throw thrown;
		}
		throw new Error('it was taken');
	}

	/** As Node.js itself will take it. */
	const usable = (values: TlsValues) => createSecureContext(readTls(values, 'HubSpot') ?? {});

	it('are none when nothing is given', () => {
		expect(readTls({}, 'HubSpot')).toBeUndefined();
		expect(readTls({ ca: '', pfx: '' }, 'HubSpot')).toBeUndefined();
	});

	it('are taken as PEM, with RSA and EC keys, also on one line', () => {
		for (const { certificate, key } of [ec, rsa]) {
			for (const flat of [(pem: string) => pem, oneLine, (pem: string) => pem.trim().replaceAll('\n', '\\n')]) {
				const values = { ca: flat(ca.certificate), clientCertificate: flat(certificate), clientKey: flat(key) };
				expect(readTls(values, 'HubSpot')).toEqual({ ca: ca.certificate, cert: certificate, key: key.trim() + '\n' });
				usable(values);
			}
		}
	});

	it('keep the certificates between the client’s own and its authority', () => {
		const clientCertificate = ec.certificate + ca.certificate;
		expect(readTls({ clientCertificate, clientKey: ec.key }, 'HubSpot')?.cert).toBe(clientCertificate);
	});

	it.each(['pkcs8', 'traditional'] as const)('open a key encrypted as %s with its passphrase alone', async (form) => {
		const clientKey = await workshop.encryptedKey(rsa, PASSPHRASE, form);
		for (const key of [clientKey, oneLine(clientKey)]) {
			const values = { clientCertificate: rsa.certificate, clientKey: key };
			usable({ ...values, clientKeyPassphrase: PASSPHRASE });
			expect(refusal({ ...values, clientKeyPassphrase: 'wrong' })).toMatchObject({
				class: 'auth',
				code: 'client_key_passphrase_unusable',
				message: expect.stringContaining('does not open the client key'),
			});
			expect(refusal(values).message).toContain('is missing');
		}
	});

	it('tell every wrong passphrase as one, also the few that open a key to noise', async () => {
		const clientKey = await workshop.encryptedKey(rsa, PASSPHRASE, 'traditional');
		const values = { clientCertificate: rsa.certificate, clientKey };
		const codes = Array.from(
			{ length: 2_000 },
			(_, index) => refusal({ ...values, clientKeyPassphrase: `wrong-${index}` }).code,
		);
		expect(new Set(codes)).toEqual(new Set(['client_key_passphrase_unusable']));
	});

	it('are taken as PFX', async () => {
		for (const client of [ec, rsa]) {
			usable({ ca: ca.certificate, pfx: await workshop.pfx(client, PASSPHRASE), clientKeyPassphrase: PASSPHRASE });
		}
	});

	it('say of a PFX what is wrong with it', async () => {
		const pfx = await workshop.pfx(ec, PASSPHRASE);
		expect(refusal({ pfx, clientKeyPassphrase: 'wrong' })).toMatchObject({ code: 'client_key_passphrase_unusable' });
		expect(refusal({ pfx }).message).toContain('is missing');
		const clientKeyPassphrase = PASSPHRASE;
		const legacy = await workshop.pfx(ec, PASSPHRASE, 'legacy');
		expect(refusal({ pfx: legacy, clientKeyPassphrase })).toMatchObject({
			code: 'pfx_unusable',
			message: expect.stringContaining('outdated'),
			remedy: expect.stringContaining('openssl pkcs12 -legacy'),
		});
		const bare = await workshop.pfx(ec, PASSPHRASE, 'withoutKey');
		expect(refusal({ pfx: bare, clientKeyPassphrase }).message).toContain('holds no private key');
		const old = await workshop.pfx(expired, PASSPHRASE);
		expect(refusal({ pfx: old, clientKeyPassphrase }).message).toMatch(/expired on \d{4}-\d\d-\d\d/);
		const noise = Buffer.from('no pfx at all').toString('base64');
		expect(refusal({ pfx: noise, clientKeyPassphrase }).message).toContain('is no PFX');
		expect(refusal({ pfx: 'what?', clientKeyPassphrase }).message).toContain('is not base64');
		expect(refusal({ pfx, clientKeyPassphrase, clientKey: ec.key }).message).toContain('beside a PFX');
	});

	it.each<[string, () => TlsValues, string, RegExp]>([
		['no PEM', () => ({ ca: 'hello' }), 'ca_unusable', /"CA Certificate".*is no PEM certificate/],
		['a path nobody has read', () => ({ ca: '/etc/hosts' }), 'ca_unusable', /is no PEM certificate/],
		['a key for an authority', () => ({ ca: ec.key }), 'ca_unusable', /is a private key/],
		['a damaged authority', () => ({ ca: damaged(ca.certificate) }), 'ca_unusable', /certificate 1 of 1 is damaged/],
		['an expired authority', () => ({ ca: expired.certificate }), 'ca_unusable', /expired on/],
		['a certificate alone', () => ({ clientCertificate: ec.certificate }), 'client_key_unusable', /is missing/],
		['a key alone', () => ({ clientKey: ec.key }), 'client_certificate_unusable', /is missing/],
		['a passphrase alone', () => ({ clientKeyPassphrase: 'x' }), 'client_key_passphrase_unusable', /no key to open/],
		[
			'another certificate’s key',
			() => ({ clientCertificate: ec.certificate, clientKey: rsa.key }),
			'client_key_unusable',
			/does not belong to the client certificate \(CN=client-ec\)/,
		],
		[
			'an expired certificate',
			() => ({ clientCertificate: expired.certificate, clientKey: expired.key }),
			'client_certificate_unusable',
			/CN=client-old\) expired on/,
		],
		[
			'certificate and key in one field',
			() => ({ clientCertificate: ec.certificate + ec.key, clientKey: ec.key }),
			'client_certificate_unusable',
			/holds a private key/,
		],
		[
			'a damaged key',
			() => ({ clientCertificate: ec.certificate, clientKey: damaged(ec.key) }),
			'client_key_unusable',
			/cannot be read/,
		],
	])('refuse %s, naming field, reason and remedy', (_what, values, code, words) => {
		const error = refusal(values());
		expect(error).toMatchObject({ class: 'auth', code, message: expect.stringMatching(words) });
		expect(error.message).toContain('HubSpot connection');
		expect(error.remedy.length).toBeGreaterThan(15);
	});

	it('never show what was given', async () => {
		const pfx = await workshop.pfx(ec, PASSPHRASE);
		const failures = [
			refusal({ clientCertificate: ec.certificate, clientKey: damaged(ec.key) }),
			refusal({ clientCertificate: rsa.certificate, clientKey: ec.key, clientKeyPassphrase: PASSPHRASE }),
			refusal({ pfx, clientKeyPassphrase: `${PASSPHRASE}x` }),
		];
		const secret = ec.key.split('\n')[1] as string;
		for (const { message, remedy, stack, cause } of failures) {
			const shown = `${message} ${remedy} ${stack} ${String(cause)}`;
			expect(shown).not.toContain(PASSPHRASE);
			expect(shown).not.toContain(secret);
		}
	});
});

const oneLine = (pem: string): string => pem.trim().replaceAll('\n', ' ');
const damaged = (pem: string): string => pem.replace(/\n[A-Za-z0-9+/]{10}/, '\nAAAAAAAAAA');
