import { createHmac, timingSafeEqual } from 'node:crypto';
import type { WebhookRequest, WebhookVerdict } from '../adapter';
import type { HmacFormat } from './connection';
import { header, isTimely, timeOfDigits } from './headers';

/**
 * Checks an HMAC of the raw body, or of `${timestamp}.${body}` where a header brings the time.
 * Without a time a recorded request stays valid: it can do no more than name the same events again.
 */
export function verifyHmac(request: WebhookRequest, format: HmacFormat, secrets: readonly string[]): WebhookVerdict {
	const refuse = (reason: string): WebhookVerdict => ({ ok: false, reason });
	const signature = header(request, format.signatureHeader);
	if (signature === '') return refuse(`Not signed: the header ${format.signatureHeader} is missing.`);
	if (!signature.startsWith(format.prefix)) {
		return refuse(`The header ${format.signatureHeader} does not begin with the configured prefix.`);
	}
	let signedTime = '';
	if (format.timestampHeader !== undefined) {
		const timestamp = header(request, format.timestampHeader);
		const signedAt = timeOfDigits(timestamp);
		if (signedAt === undefined) return refuse(`The header ${format.timestampHeader} is missing or no number.`);
		if (!isTimely(request, signedAt)) {
			return refuse('Signed more than 5 minutes ago or ahead: a replay, or a clock that is wrong.');
		}
		signedTime = `${timestamp}.`;
	}
	const given = Buffer.from(spelled(signature.slice(format.prefix.length), format));
	for (const secret of secrets) {
		const hmac = createHmac(format.algorithm, secret).update(signedTime).update(request.rawBody);
		const expected = Buffer.from(hmac.digest(format.encoding));
		if (given.length === expected.length && timingSafeEqual(given, expected)) return { ok: true };
	}
	return refuse(
		'The signature does not fit: check secret, algorithm and encoding, and that nothing in between changes the body.',
	);
}

/** Hexadecimal digits are written in either case. */
function spelled(signature: string, { encoding }: HmacFormat): string {
	return encoding === 'hex' ? signature.toLowerCase() : signature;
}
