import { randomBytes } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import type { Adapter, ConnectionValues, WebhookRequest } from '../../../../lib/adapters/adapter';
import { ownSystem } from '../../../../lib/adapters/own';
import { withFieldDefaults } from '../../../../lib/tenants/connection-values';

export const NOW = new Date('2026-11-23T10:00:00Z');
export const EVENT = { type: 'order.updated', timestamp: '2026-11-23T09:59:58.123Z', data: { id: '1001' } };

export const newSecret = (): string => `whsec_${randomBytes(32).toString('base64')}`;

/** The adapter as a tenant's connection gives it: defaults filled in. */
export function adapterOf(connection: ConnectionValues, webhookSecret?: () => string | undefined): Adapter {
	const transport = { calls: 0, request: () => Promise.reject(new Error('no call expected')) };
	const module = ownSystem.cloud;
	return module.create({ connection: withFieldDefaults(module, connection), transport, webhookSecret });
}

export function requestOf(body: unknown, headers: WebhookRequest['headers'] = {}, receivedAt = NOW): WebhookRequest {
	const rawBody = Buffer.isBuffer(body) ? body : Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
	return { method: 'POST', publicUrl: 'https://n8n.example.com/hook', headers, rawBody, receivedAt };
}

/** As a system signs that uses the published library. */
export function signedRequest(secret: string, body: unknown = EVENT, id = 'msg_1', at = NOW): WebhookRequest {
	const request = requestOf(body);
	return {
		...request,
		headers: {
			'webhook-id': id,
			'webhook-timestamp': String(Math.floor(at.getTime() / 1_000)),
			'webhook-signature': new Webhook(secret).sign(id, at, request.rawBody),
		},
	};
}
