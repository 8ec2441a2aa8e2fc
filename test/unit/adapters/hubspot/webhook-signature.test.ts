import { Signature } from '@hubspot/api-client';
import fc from 'fast-check';
import type { WebhookRequest } from '../../../../lib/adapters/adapter';
import { decodeUri, verifySignature } from '../../../../lib/adapters/hubspot/webhook-signature';

/** HubSpot's published test vectors (developers.hubspot.com, "Validating requests"). */
const SECRET = 'yyyyyyyy-yyyy-yyyy-yyyy-yyyyyyyyyyyy';
const VECTORS = [
	['1693657560000', 'K36dawei4A+QBNolUOqo7s91KQDWQ5MXZ/QufNYuk/Y='],
	['1700000300000', 'RnbPH7+UMKVkbV32P8bz450N4M56aPmcru1+D3kSDtw='],
] as const;
const [TIMESTAMP, SIGNATURE] = VECTORS[0];

const request = (more: Partial<WebhookRequest> = {}, headers: WebhookRequest['headers'] = {}): WebhookRequest => ({
	method: 'POST',
	publicUrl: 'https://www.example.com/webhook_uri',
	headers: { 'x-hubspot-signature-v3': SIGNATURE, 'x-hubspot-request-timestamp': TIMESTAMP, ...headers },
	rawBody: Buffer.from("{'example_field':'example_value'}"),
	receivedAt: new Date(Number(TIMESTAMP) + 1_000),
	...more,
});

it.each(VECTORS)('accepts the published vector of %s', (timestamp, signature) => {
	const headers = { 'X-HubSpot-Signature-v3': signature, 'X-HubSpot-Request-Timestamp': timestamp };
	const received = { ...request({ receivedAt: new Date(Number(timestamp)) }), headers };
	expect(verifySignature(received, SECRET)).toEqual({ ok: true });
});

it('takes the method in any case', () => {
	expect(verifySignature(request({ method: 'post' }), SECRET)).toEqual({ ok: true });
});

const MINUTES_5 = 300_000;
it.each([
	['just young enough', MINUTES_5, true],
	['too old', MINUTES_5 + 1, false],
	['just not too far ahead', -MINUTES_5, true],
	['from the future', -MINUTES_5 - 1, false],
])('judges the time: %s', (_name, age, ok) => {
	expect(verifySignature(request({ receivedAt: new Date(Number(TIMESTAMP) + age) }), SECRET).ok).toBe(ok);
});

it.each([
	['no client secret', request(), undefined, /client secret/],
	['an empty client secret', request(), '', /client secret/],
	['another secret', request(), 'other', /does not fit/],
	['another body', request({ rawBody: Buffer.from('{}') }), SECRET, /does not fit/],
	['another URL', request({ publicUrl: 'https://www.example.com/other' }), SECRET, /does not fit/],
	['another method', request({ method: 'PUT' }), SECRET, /does not fit/],
	['no signature', request({}, { 'x-hubspot-signature-v3': undefined }), SECRET, /Not signed/],
	[
		'v1 or v2 only',
		request({}, { 'x-hubspot-signature-v3': undefined, 'x-hubspot-signature': 'ab' }),
		SECRET,
		/v1 or v2/,
	],
	['no time', request({}, { 'x-hubspot-request-timestamp': undefined }), SECRET, /Timestamp/],
	['a time with a sign', request({}, { 'x-hubspot-request-timestamp': `+${TIMESTAMP}` }), SECRET, /Timestamp/],
	['a time with a fraction', request({}, { 'x-hubspot-request-timestamp': `${TIMESTAMP}.0` }), SECRET, /Timestamp/],
	['a time in hex', request({}, { 'x-hubspot-request-timestamp': '0x18a5' }), SECRET, /Timestamp/],
	['a cut signature', request({}, { 'x-hubspot-signature-v3': SIGNATURE.slice(0, -4) }), SECRET, /does not fit/],
	[
		'another spelling of the same bytes',
		request({}, { 'x-hubspot-signature-v3': SIGNATURE.replace('=', '') }),
		SECRET,
		/does not fit/,
	],
])('refuses %s', (_name, received, secret, reason) => {
	expect(verifySignature(received, secret)).toMatchObject({ ok: false, reason: expect.stringMatching(reason) });
});

it('decodes exactly the documented escapes', () => {
	expect(decodeUri('%3A%2F%3F%40%21%24%27%28%29%2A%2C%3B')).toBe(":/?@!$'()*,;");
	expect(decodeUri('%3a%2f')).toBe(':/');
	expect(decodeUri('%20%26%3D%2B%23%25%5B%C3%A4')).toBe('%20%26%3D%2B%23%25%5B%C3%A4');
	expect(decodeUri('%253A')).toBe('%253A');
});

it('agrees with HubSpot’s own client on any body', () => {
	fc.assert(
		fc.property(fc.string({ unit: 'grapheme' }), fc.string({ minLength: 1 }), (body, clientSecret) => {
			const url = 'https://n8n.example.com/webhook/a?b=c';
			const timestamp = Number(TIMESTAMP);
			const options = { method: 'POST', signature: '', clientSecret, requestBody: body, url, timestamp };
			const signature = Signature.getSignature('POST', 'v3', options);
			const received = request({ publicUrl: url, rawBody: Buffer.from(body) }, { 'x-hubspot-signature-v3': signature });
			expect(verifySignature(received, clientSecret)).toEqual({ ok: true });
		}),
	);
});

it('says apart that nothing is configured to check with', () => {
	expect(verifySignature(request(), undefined)).toMatchObject({ noSecret: true });
	expect(verifySignature(request(), 'other')).not.toHaveProperty('noSecret');
});
