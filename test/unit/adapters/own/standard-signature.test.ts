import fc from 'fast-check';
import { Webhook } from 'standardwebhooks';
import type { WebhookRequest } from '../../../../lib/adapters/adapter';
import { adapterOf, EVENT, newSecret, NOW, requestOf, signedRequest } from './requests';

const SECRET = newSecret();
const verify = (request: WebhookRequest, signingSecret = SECRET) =>
	adapterOf({ signingSecret }).verifyWebhook?.(request);
const withHeaders = (more: WebhookRequest['headers']): WebhookRequest => {
	const request = signedRequest(SECRET);
	return { ...request, headers: { ...request.headers, ...more } };
};

/** The vector that the published libraries of Standard Webhooks test themselves with. */
const VECTOR = {
	secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
	id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
	timestamp: '1614265330',
	body: '{"test": 2432232314}',
	signature: 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
};

it.each([VECTOR.secret, VECTOR.secret.replace('whsec_', '')])('accepts the published vector under %s', (secret) => {
	const headers = {
		'Webhook-Id': VECTOR.id,
		'Webhook-Timestamp': VECTOR.timestamp,
		'Webhook-Signature': VECTOR.signature,
	};
	const request = requestOf(VECTOR.body, headers, new Date(Number(VECTOR.timestamp) * 1_000));
	expect(verify(request, secret)).toEqual({ ok: true });
});

const MINUTES_5 = 300_000;
it.each([
	['just young enough', MINUTES_5, true],
	['too old', MINUTES_5 + 1, false],
	['just not too far ahead', -MINUTES_5, true],
	['from the future', -MINUTES_5 - 1, false],
])('judges the time: %s', (_name, age, ok) => {
	expect(verify({ ...signedRequest(SECRET), receivedAt: new Date(NOW.getTime() + age) })?.ok).toBe(ok);
});

describe('secrets and signatures while a secret changes', () => {
	const [old, next] = [newSecret(), newSecret()];

	it.each([old, next])('takes what is signed with either of two configured secrets', (secret) => {
		expect(verify(signedRequest(secret), `${old} ${next}`)).toEqual({ ok: true });
		expect(verify(signedRequest(secret), `${next}\n${old}`)).toEqual({ ok: true });
	});

	it('takes a request signed with several, of which one is known', () => {
		const signatures = [newSecret(), next].map((secret) => signedRequest(secret).headers['webhook-signature']);
		const request = signedRequest(old);
		const headers = { ...request.headers, 'webhook-signature': `v1a,asymmetric v2,x ${signatures.join(' ')}` };
		expect(verify({ ...request, headers }, next)).toEqual({ ok: true });
		expect(verify({ ...request, headers }, newSecret())).toMatchObject({ ok: false });
	});

	it('takes the secret stored apart before that of the connection, and says nothing of either', () => {
		const adapter = adapterOf({ signingSecret: old }, () => next);
		expect(adapter.verifyWebhook?.(signedRequest(next))).toEqual({ ok: true });
		expect(adapter.verifyWebhook?.(signedRequest(old))).toMatchObject({ ok: false });
		const broken = adapterOf({ signingSecret: old }, () => 'not-base64!');
		expect(() => broken.verifyWebhook?.(signedRequest(old))).toThrow(
			expect.objectContaining({ code: 'signing_secret_invalid', message: expect.not.stringContaining('not-base64!') }),
		);
	});
});

const right = signedRequest(SECRET);
it.each([
	['another secret', signedRequest(newSecret()), /does not fit/],
	['another body', { ...right, rawBody: Buffer.from(`${JSON.stringify(EVENT)} `) }, /does not fit/],
	['another id', withHeaders({ 'webhook-id': 'msg_2' }), /does not fit/],
	['another time', withHeaders({ 'webhook-timestamp': String(NOW.getTime() / 1_000 + 1) }), /does not fit/],
	['no id', withHeaders({ 'webhook-id': undefined }), /Not signed/],
	['no time', withHeaders({ 'webhook-timestamp': undefined }), /Not signed/],
	['no signature', withHeaders({ 'webhook-signature': undefined }), /Not signed/],
	['an empty signature', withHeaders({ 'webhook-signature': '' }), /Not signed/],
	['a time with a tail', withHeaders({ 'webhook-timestamp': `${NOW.getTime() / 1_000}abc` }), /no number/],
	['a time with a zero before it', withHeaders({ 'webhook-timestamp': `0${NOW.getTime() / 1_000}` }), /no number/],
	['a time in milliseconds', withHeaders({ 'webhook-timestamp': `${NOW.getTime()}` }), /no number/],
	['a version without a signature', withHeaders({ 'webhook-signature': 'v1' }), /no signature of the scheme/],
	['an empty v1', withHeaders({ 'webhook-signature': 'v1,' }), /does not fit/],
	['an unknown version', withHeaders({ 'webhook-signature': 'v2,abc' }), /no signature of the scheme/],
	[
		'another spelling of the same bytes',
		withHeaders({ 'webhook-signature': right.headers['webhook-signature']?.replace('=', '') }),
		/does not fit/,
	],
	['bytes that are no text', { ...right, rawBody: Buffer.from([0x7b, 0xff, 0x7d]) }, /UTF-8/],
	['too many bytes', { ...right, rawBody: Buffer.alloc(1024 * 1024 + 1, ' ') }, /larger/],
])('refuses %s', (_name, request, reason) => {
	expect(verify(request)).toEqual({ ok: false, reason: expect.stringMatching(reason) });
});

it.each([
	['no base64', 'whsec_not-base64!', 'no base64'],
	['nothing behind the prefix', 'whsec_', 'no base64'],
	['too many secrets', Array.from({ length: 5 }, newSecret).join(' '), 'more than 4'],
	['blanks', '   ', 'empty'],
])('refuses a connection whose secret is %s, when it is made', (_name, signingSecret, reason) => {
	const create = () => adapterOf({ signingSecret });
	expect(create).toThrow(expect.objectContaining({ class: 'rejected', code: 'signing_secret_invalid' }));
	expect(create).toThrow(reason);
});

it('agrees with the published library on any text, id and time', () => {
	fc.assert(
		fc.property(
			fc.string({ unit: 'grapheme' }),
			fc.stringMatching(/^[\x21-\x7e]{1,60}$/),
			fc.date({ min: new Date('2001-09-09T01:46:40Z'), max: new Date('2200-01-01'), noInvalidDate: true }),
			(body, id, at) => {
				const request = { ...signedRequest(SECRET, body, id, at), receivedAt: at };
				expect(verify(request)).toEqual({ ok: true });
				const signature = request.headers['webhook-signature'] ?? '';
				expect(new Webhook(SECRET).sign(id, at, body)).toBe(signature);
			},
		),
	);
});
