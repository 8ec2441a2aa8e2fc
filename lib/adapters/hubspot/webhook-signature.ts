import { createHmac, timingSafeEqual } from 'node:crypto';
import type { WebhookRequest, WebhookVerdict } from '../adapter';
import { SIGNATURE_AGE_MS, WEBHOOK_BYTES } from './limits';

/**
 * The escapes HubSpot decodes in the URI before it signs, and no others
 * (developers.hubspot.com, "Validating requests", signature v3).
 */
const DECODED: Record<string, string> = {
	'%3A': ':',
	'%2F': '/',
	'%3F': '?',
	'%40': '@',
	'%21': '!',
	'%24': '$',
	'%27': "'",
	'%28': '(',
	'%29': ')',
	'%2A': '*',
	'%2C': ',',
	'%3B': ';',
};

/**
 * Checks signature v3: base64 HMAC-SHA256 of method + URI + raw body + timestamp under the app's client secret.
 * v1 and v2 carry no time, so a recorded request would be good for ever: they are refused.
 */
export function verifySignature(request: WebhookRequest, clientSecret: string | undefined): WebhookVerdict {
	const refuse = (reason: string): WebhookVerdict => ({ ok: false, reason });
	if (!clientSecret) {
		const reason = 'No client secret is configured: put the HubSpot app’s client secret into the connection.';
		return { ok: false, reason, noSecret: true };
	}
	const signature = header(request, 'x-hubspot-signature-v3');
	if (!signature) {
		return header(request, 'x-hubspot-signature')
			? refuse('Signed with HubSpot’s v1 or v2 only, which can be replayed; v3 is required.')
			: refuse('Not signed: the header X-HubSpot-Signature-v3 is missing.');
	}
	const timestamp = header(request, 'x-hubspot-request-timestamp') ?? '';
	if (!/^\d{1,16}$/.test(timestamp)) return refuse('The header X-HubSpot-Request-Timestamp is missing or no number.');
	if (Math.abs(request.receivedAt.getTime() - Number(timestamp)) > SIGNATURE_AGE_MS) {
		return refuse('Signed more than 5 minutes ago or ahead: a replay, or a clock that is wrong.');
	}
	if (request.rawBody.length > WEBHOOK_BYTES) return refuse(`The body is larger than ${WEBHOOK_BYTES} bytes.`);
	const expected = createHmac('sha256', clientSecret)
		.update(request.method.toUpperCase() + decodeUri(request.publicUrl))
		.update(request.rawBody)
		.update(timestamp)
		.digest();
	const given = Buffer.from(signature, 'base64');
	// The text is compared too: base64 has several spellings of the same bytes.
	const equal = given.length === expected.length && timingSafeEqual(given, expected);
	if (equal && signature === expected.toString('base64')) return { ok: true };
	return refuse('The signature does not fit: check the client secret and the public URL configured in HubSpot.');
}

export function decodeUri(uri: string): string {
	return uri.replace(/%[0-9a-f]{2}/gi, (escape) => DECODED[escape.toUpperCase()] ?? escape);
}

function header(request: WebhookRequest, name: string): string | undefined {
	const found = Object.entries(request.headers).find(([key]) => key.toLowerCase() === name);
	return found?.[1];
}
