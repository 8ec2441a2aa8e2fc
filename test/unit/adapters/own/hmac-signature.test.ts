import { createHmac } from 'node:crypto';
import type { ConnectionValues, WebhookRequest } from '../../../../lib/adapters/adapter';
import { adapterOf, EVENT, NOW, requestOf } from './requests';

const SECRET = 'It-s-a-secret-to-everybody';
const NEXT = 'and-this-one-is-the-next';
const BODY = 'Hello, World!';
const verify = (request: WebhookRequest, more: ConnectionValues = {}) =>
	adapterOf({ signingSecret: 'test', signature: 'hmac', ...more }).verifyWebhook?.(request);

const sign = (body: string, algorithm: string, encoding: 'hex' | 'base64', secret = SECRET) =>
	createHmac(algorithm, secret).update(body).digest(encoding);

it.each([
	['GitHub', { signatureHeader: 'X-Hub-Signature-256', prefix: 'sha256=' }, 'sha256', 'hex', 'sha256='],
	['Shopify', { signatureHeader: 'X-Shopify-Hmac-Sha256', encoding: 'base64' }, 'sha256', 'base64', ''],
	['SHA-512', { algorithm: 'SHA512' }, 'sha512', 'hex', ''],
	['SHA-512 in base64', { algorithm: 'sha512', encoding: 'base64' }, 'sha512', 'base64', ''],
] as const)('takes a body signed as %s does', (_name, format, algorithm, encoding, prefix) => {
	const name = 'signatureHeader' in format ? format.signatureHeader : 'X-Signature';
	const signature = prefix + sign(BODY, algorithm, encoding);
	const settings = { signingSecret: SECRET, ...format };
	expect(verify(requestOf(BODY, { [name]: signature }), settings)).toEqual({ ok: true });
	expect(verify(requestOf(`${BODY} `, { [name]: signature }), settings)).toMatchObject({ ok: false });
	expect(verify(requestOf(BODY, { [name]: signature.slice(0, -2) }), settings)).toMatchObject({ ok: false });
	expect(verify(requestOf(BODY, { [name]: `${signature}=` }), settings)).toMatchObject({ ok: false });
	expect(verify(requestOf(BODY, { [name]: signature }), { ...settings, signingSecret: 'other' })).toMatchObject({
		ok: false,
	});
});

it('accepts the vector that RFC 4231 publishes (test case 2)', () => {
	const signature = '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843';
	const request = requestOf('what do ya want for nothing?', { 'x-signature': signature });
	expect(verify(request, { signingSecret: 'Jefe' })).toEqual({ ok: true });
	const inCapitals = requestOf('what do ya want for nothing?', { 'x-signature': signature.toUpperCase() });
	expect(verify(inCapitals, { signingSecret: 'Jefe' })).toEqual({ ok: true });
});

it('tries old and new secret', () => {
	const request = requestOf(BODY, { 'x-signature': sign(BODY, 'sha256', 'hex', NEXT) });
	expect(verify(request, { signingSecret: `${SECRET} ${NEXT}` })).toEqual({ ok: true });
	expect(verify(request, { signingSecret: `${SECRET} ${SECRET}` })).toMatchObject({ ok: false });
});

it('refuses a phrase, of which each word would be a secret', () => {
	expect(() => adapterOf({ signingSecret: "It's a Secret to", signature: 'hmac' })).toThrow(
		expect.objectContaining({ code: 'signing_secret_invalid', message: expect.stringContaining('16 characters') }),
	);
});

describe('with a time that is signed, too', () => {
	const settings = { signingSecret: 'k', timestampHeader: 'X-Timestamp' };
	const request = (timestamp: string | undefined, age = 0) =>
		requestOf(
			BODY,
			{ 'x-timestamp': timestamp, 'x-signature': sign(`${timestamp}.${BODY}`, 'sha256', 'hex', 'k') },
			new Date(NOW.getTime() + age),
		);

	it.each([
		['seconds', String(NOW.getTime() / 1_000)],
		['milliseconds', String(NOW.getTime())],
	])('takes %s, five minutes either way', (_name, timestamp) => {
		expect(verify(request(timestamp), settings)).toEqual({ ok: true });
		expect(verify(request(timestamp, 300_000), settings)).toEqual({ ok: true });
		expect(verify(request(timestamp, -300_000), settings)).toEqual({ ok: true });
		expect(verify(request(timestamp, 300_001), settings)).toMatchObject({
			reason: expect.stringContaining('5 minutes'),
		});
		expect(verify(request(timestamp, -300_001), settings)).toMatchObject({ ok: false });
	});

	it('refuses another time than the one signed, none, and what is no number', () => {
		const given = request(String(NOW.getTime()));
		const other = { ...given, headers: { ...given.headers, 'x-timestamp': String(NOW.getTime() + 1) } };
		expect(verify(other, settings)).toMatchObject({ reason: expect.stringContaining('does not fit') });
		for (const timestamp of [undefined, '', 'yesterday', '1e9', '-1', '9'.repeat(16)]) {
			expect(verify(request(timestamp), settings)).toMatchObject({ reason: expect.stringContaining('x-timestamp') });
		}
	});
});

it.each([
	['no signature', {}, {}, /x-signature is missing/],
	['another header', { 'webhook-signature': sign(BODY, 'sha256', 'hex') }, {}, /missing/],
	['no prefix', { 'x-signature': sign(BODY, 'sha256', 'hex', 'test') }, { prefix: 'sha256=' }, /prefix/],
	['a prefix alone', { 'x-signature': 'sha256=' }, { prefix: 'sha256=' }, /does not fit/],
])('refuses %s', (_name, headers, settings, reason) => {
	expect(verify(requestOf(BODY, headers), settings)).toEqual({ ok: false, reason: expect.stringMatching(reason) });
});

it.each([
	['signature', 'rsa', 'standard, hmac'],
	['algorithm', 'md5', 'sha256, sha512'],
	['encoding', 'binary', 'hex, base64'],
	['signatureHeader', 'x: y', 'x-signature'],
	['timestampHeader', 'x\r\ny', 'x-signature'],
])('refuses a connection whose %s is %j, with what it may be', (field, value, remedy) => {
	expect(() => adapterOf({ signingSecret: 'k', signature: 'hmac', [field]: value })).toThrow(
		expect.objectContaining({
			...{ class: 'rejected', code: 'connection_value_invalid', remedy: expect.stringContaining(remedy) },
			message: expect.stringContaining(`"${field}"`),
		}),
	);
});

it('takes no id from a header that is not signed', () => {
	const adapter = adapterOf({ signingSecret: 'k', signature: 'hmac' });
	const idOf = (id: string) => adapter.parseWebhook?.(requestOf(EVENT, { 'webhook-id': id }))[0]?.eventId;
	expect(idOf('msg_1')).toBe(idOf('msg_2'));
});
