import type { IWebhookFunctions } from 'n8n-workflow';
import type { WebhookRequest } from '../../lib/adapters/adapter';
import { optionsOf } from './parameters';

/** The request as the adapters take it. */
export function requestOf(context: IWebhookFunctions, rawBody: Buffer): WebhookRequest {
	const headers: WebhookRequest['headers'] = {};
	for (const [name, value] of Object.entries(context.getHeaderData())) {
		headers[name.toLowerCase()] = Array.isArray(value) ? value.join(', ') : (value as string | undefined);
	}
	return {
		method: context.getRequestObject().method,
		publicUrl: publicUrlOf(context),
		headers,
		rawBody,
		receivedAt: new Date(),
	};
}

/** n8n keeps the bytes it read; without them no signature can be checked. */
export async function rawBodyOf(context: IWebhookFunctions): Promise<Buffer> {
	const request = context.getRequestObject() as { rawBody?: Buffer; readRawBody?: () => Promise<void> };
	if (request.rawBody === undefined) await request.readRawBody?.();
	return request.rawBody ?? Buffer.alloc(0);
}

/** The URL the vendor was given: never rebuilt from the request, whose Host header anybody can set. */
function publicUrlOf(context: IWebhookFunctions): string {
	const configured = optionsOf(context).publicUrl?.trim();
	return configured || (context.getWebhookResourceUrl('default') ?? '');
}
