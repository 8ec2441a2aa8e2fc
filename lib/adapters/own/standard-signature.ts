import { timingSafeEqual } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import type { WebhookRequest, WebhookVerdict } from '../adapter';
import { header, isTimely, timeOfDigits } from './headers';
import { invalidSecret, splitSecrets } from './secrets';

/** Signatures looked at in one request: a sender gives one for each secret it knows. */
const SIGNATURES = 16;

/**
 * The keys of the configured secrets.
 * @throws CrosslinkError `rejected`, `signing_secret_invalid`
 */
export function standardKeys(configured: string): Webhook[] {
	return splitSecrets(configured).map((secret) => {
		try {
			return new Webhook(secret);
		} catch {
			// The library's message is dropped, because it may quote the text.
			throw invalidSecret('is no base64');
		}
	});
}

/**
 * Checks the symmetric scheme `v1` of Standard Webhooks: base64 HMAC-SHA256 of id, timestamp and raw body. The library signs;
 * its `verify` is not used, because it takes the time of day from the process and `12abc` for a timestamp.
 * @see https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 */
export function verifyStandard(request: WebhookRequest, keys: readonly Webhook[]): WebhookVerdict {
	const refuse = (reason: string): WebhookVerdict => ({ ok: false, reason });
	const id = header(request, 'webhook-id');
	const timestamp = header(request, 'webhook-timestamp');
	const signatures = header(request, 'webhook-signature');
	if (id === '' || timestamp === '' || signatures === '') {
		return refuse('Not signed: webhook-id, webhook-timestamp and webhook-signature are all needed.');
	}
	const signedAt = timeOfDigits(timestamp);
	// The library signs the number: another spelling of it would be another text.
	if (signedAt === undefined || String(Math.floor(signedAt.getTime() / 1_000)) !== timestamp) {
		return refuse('The header webhook-timestamp is no number of seconds.');
	}
	if (!isTimely(request, signedAt)) {
		return refuse('Signed more than 5 minutes ago or ahead: a replay, or a clock that is wrong.');
	}
	const given = signatures.split(' ', SIGNATURES).filter((one) => one.startsWith('v1,'));
	if (given.length === 0) return refuse('The header webhook-signature has no signature of the scheme v1.');
	for (const key of keys) {
		const expected = Buffer.from(key.sign(id, signedAt, request.rawBody));
		if (given.some((one) => equal(Buffer.from(one), expected))) return { ok: true };
	}
	return refuse('The signature does not fit: check the signing secret, and that nothing in between changes the body.');
}

function equal(given: Buffer, expected: Buffer): boolean {
	return given.length === expected.length && timingSafeEqual(given, expected);
}
