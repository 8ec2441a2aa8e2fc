import type { IWebhookFunctions, IWebhookResponseData } from 'n8n-workflow';
import type { WebhookEvent, WebhookRequest } from '../../lib/adapters/adapter';
import { asCrosslinkError, CrosslinkError } from '../../lib/errors';
import { openSession } from '../../lib/host/session';
import type { Target } from '../../lib/host/target';
import { MAX_WEBHOOK_BYTES, receiveWebhook, type EventFilter, type Reception } from '../../lib/inbox/receive';

interface Options {
	includeRaw?: boolean;
	accountId?: string;
	publicUrl?: string;
}

/**
 * Answers a webhook request: 200 once its events are kept, 401 for a wrong signature, 413 for too large a body, 400 for a
 * body that is no list of events, 503 for everything that may pass (a store that is down), so that the vendor sends it again.
 * The caller is told no more than the status; the reason goes to the log.
 */
export async function receive(this: IWebhookFunctions): Promise<IWebhookResponseData> {
	const rawBody = await rawBodyOf(this);
	if (rawBody.length > MAX_WEBHOOK_BYTES) {
		return refuse(this, 413, `a body of ${rawBody.length} bytes; ${MAX_WEBHOOK_BYTES} are allowed`);
	}
	const target = targetOf(this);
	try {
		const reception = await received(this, target, rawBody);
		if (reception.outcome === 'unverified') return refuse(this, 401, reception.reason);
		// The vendor will send it again just the same; 400 only says more clearly whose turn it is.
		if (reception.outcome === 'malformed') return refuse(this, 400, reception.reason);
		if (reception.emitted.length === 0) return { webhookResponse: 'OK' };
		return { webhookResponse: 'OK', workflowData: [reception.emitted.map((event) => ({ json: { ...event } }))] };
	} catch (thrown) {
		const error = asCrosslinkError(thrown);
		return refuse(this, 503, `${error.message} ${error.remedy}`);
	}
}

async function received(context: IWebhookFunctions, target: Target, rawBody: Buffer): Promise<Reception> {
	const session = await openSession(context);
	try {
		const connected = await session.connect(target, 0);
		if (connected.disabledReason !== undefined) throw switchedOff(connected.disabledReason);
		return await receiveWebhook(connected, session.store, requestOf(context, rawBody), filterOf(context));
	} finally {
		session.close();
	}
}

/** Without the integration's secrets no signature can be checked; the vendor tries again for a day or so. */
function switchedOff(message: string): CrosslinkError {
	return new CrosslinkError({
		class: 'rejected',
		code: 'integration_disabled',
		message,
		remedy: 'Or deactivate this workflow, and stop the webhooks in the external system.',
	});
}

function targetOf(context: IWebhookFunctions): Target {
	return {
		tenant: String(context.getNodeParameter('tenant', 'default')).trim(),
		integration: String(context.getNodeParameter('integration', '')).trim(),
		connection: context.getNodeParameter('connection', 'auto') as Target['connection'],
	};
}

function requestOf(context: IWebhookFunctions, rawBody: Buffer): WebhookRequest {
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

/** The URL the vendor was given: never rebuilt from the request, whose Host header anybody can set. */
function publicUrlOf(context: IWebhookFunctions): string {
	const configured = optionsOf(context).publicUrl?.trim();
	return configured || (context.getWebhookResourceUrl('default') ?? '');
}

function filterOf(context: IWebhookFunctions): EventFilter {
	const { includeRaw, accountId } = optionsOf(context);
	const entities = context.getNodeParameter('entities', []) as string[];
	return {
		events: new Set(context.getNodeParameter('events', []) as Array<WebhookEvent['event']>),
		entities: entities.length === 0 ? undefined : new Set(entities),
		accountId: accountId?.trim() || undefined,
		includeRaw: includeRaw === true,
	};
}

function optionsOf(context: IWebhookFunctions): Options {
	return context.getNodeParameter('options', {}) as Options;
}

/** n8n keeps the bytes it read; without them no signature can be checked. */
async function rawBodyOf(context: IWebhookFunctions): Promise<Buffer> {
	const request = context.getRequestObject() as { rawBody?: Buffer; readRawBody?: () => Promise<void> };
	if (request.rawBody === undefined) await request.readRawBody?.();
	return request.rawBody ?? Buffer.alloc(0);
}

function refuse(context: IWebhookFunctions, status: number, reason: string): IWebhookResponseData {
	context.logger.warn(`Crosslink Trigger answered ${status} to a webhook request: ${reason}`, {
		nodeName: context.getNode().name,
		workflowId: context.getWorkflow().id,
	});
	context.getResponseObject().status(status).end();
	return { noWebhookResponse: true };
}
