import { createHmac } from 'node:crypto';

/**
 * The three headers of the Standard Webhooks specification, symmetric scheme `v1`.
 * @param secret `whsec_` and the key in base64
 * @see https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 */
export function signatureHeaders(secret: string, id: string, at: Date, body: string): Record<string, string> {
	const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
	const timestamp = String(Math.floor(at.getTime() / 1000));
	const signature = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64');
	return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${signature}` };
}
