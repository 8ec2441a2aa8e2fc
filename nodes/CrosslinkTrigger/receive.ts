import type { IWebhookFunctions, IWebhookResponseData } from 'n8n-workflow';
import { asCrosslinkError, CrosslinkError } from '../../lib/errors';
import { warnCounted } from '../../lib/host/counted-log';
import { AGAIN_SECONDS, receiverOf } from '../../lib/host/deliveries';
import { openSession, type Session } from '../../lib/host/session';
import type { Target } from '../../lib/host/target';
import { MAX_WEBHOOK_BYTES } from '../../lib/inbox/bounds';
import type { LinkedEvent } from '../../lib/inbox/event-items';
import type { Ingress, Reception } from '../../lib/inbox/receive';
import { gather } from './gathering';
import { gathers, itemOptionsOf, ownTenantOnly, targetOf, wantedOf } from './parameters';
import { rawBodyOf, requestOf } from './request';

/**
 * Answers a webhook request: 200 once its events are kept, 401 for a wrong signature, 413 for too large a body, 400 for a
 * body that is no list of events, 503 for everything that may pass (a store that is down), so that the vendor sends it again.
 * The caller is told no more than the status; the reason goes to the log.
 */
export async function receive(this: IWebhookFunctions): Promise<IWebhookResponseData> {
	try {
		const rawBody = await rawBodyOf(this);
		if (rawBody.length > MAX_WEBHOOK_BYTES) {
			return refuse(this, 413, `the body is larger than ${MAX_WEBHOOK_BYTES} bytes`);
		}
		const { reception, events } = await received(this, rawBody);
		if (reception.outcome === 'unverified') return refuse(this, 401, reception.reason);
		// The vendor will send it again just the same; 400 only says more clearly whose turn it is.
		if (reception.outcome === 'malformed') return refuse(this, 400, reception.reason);
		for (const reason of reception.aside) warn(this, `Crosslink Trigger keeps events and starts nothing: ${reason}.`);
		if (events.length === 0 || gathered(this, events)) return { webhookResponse: 'OK' };
		const { itemsOf } = await import('../../lib/inbox/event-items');
		const items = itemsOf(events, itemOptionsOf(this));
		return { webhookResponse: 'OK', workflowData: [items.map((item) => ({ json: { ...item } }))] };
	} catch (thrown) {
		const error = asCrosslinkError(thrown);
		return refuse(this, 503, `${error.message} ${error.remedy}`);
	}
}

async function received(
	context: IWebhookFunctions,
	rawBody: Buffer,
): Promise<{ reception: Reception; events: LinkedEvent[] }> {
	const session = await openSession(context);
	try {
		const target = targetOf(context);
		const connected = await session.connect(target, 0);
		if (connected.disabledReason !== undefined) throw switchedOff(connected.disabledReason);
		// Loaded on first use, as the store is.
		const { receiveWebhook } = await import('../../lib/inbox/receive');
		const { withLocalIds } = await import('../../lib/inbox/event-items');
		const ingress = await ingressOf(context, session, target);
		const reception = await receiveWebhook(connected, session.store, requestOf(context, rawBody), ingress);
		if (reception.outcome !== 'received') return { reception, events: [] };
		return { reception, events: withLocalIds(reception.linkOf, reception.fresh) };
	} finally {
		session.close();
	}
}

async function ingressOf(context: IWebhookFunctions, session: Session, target: Target): Promise<Ingress> {
	const { keepEvents } = await import('../../lib/inbox/keep');
	const receiver = receiverOf(context);
	return {
		wanted: wantedOf(context),
		...(ownTenantOnly(context) ? {} : { accessOf: (tenant) => session.access({ ...target, tenant }, 0) }),
		byHand: context.getMode() === 'manual',
		store: (events) => keepEvents(session.store, receiver, events, AGAIN_SECONDS),
	};
}

/** True when the published trigger starts the workflow with these events; else this request does. */
function gathered(context: IWebhookFunctions, events: LinkedEvent[]): boolean {
	return context.getMode() !== 'manual' && gathers(context) && gather(receiverOf(context), events);
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

function refuse(context: IWebhookFunctions, status: number, reason: string): IWebhookResponseData {
	warn(context, `Crosslink Trigger answered ${status} to a webhook request: ${reason}`);
	context.getResponseObject().status(status).end();
	return { noWebhookResponse: true };
}

function warn(context: IWebhookFunctions, text: string): void {
	const details = { nodeName: context.getNode().name, workflowId: context.getWorkflow().id };
	warnCounted(context.logger, receiverOf(context), text, details);
}
