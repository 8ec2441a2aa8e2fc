import { randomUUID } from 'node:crypto';
import type { Notification } from '../adapters/notification';
import { requireCapability } from '../adapters/capability';
import { hashOf } from '../canonical-json';
import { CrosslinkError } from '../errors';
import type { NotificationKey } from '../store/notification-log';
import { checkId } from '../store/ids';
import type { Lease } from '../store/store';
import { addresseesOf, compose, valuesOf, type NotificationAsked } from './compose';
import { decide } from './decide';
import { keep } from './kept';
import { outcomeOf, type NotificationOutcome } from './outcome';
import { pruneNotifications } from './prune';
import { referenceOf } from './reference';
import type { NotificationRun } from './run';
import { lookUpAndSettle, sendAgain, sendAndSettle, type Sending, type Step } from './send';

export type { NotificationAsked } from './compose';

/**
 * Tells people of an event, at most once for each event key and place. That it goes out is committed before it does; what
 * may have gone out is looked up where the channel can say, and otherwise never repeated.
 * @throws CrosslinkError `rejected`: `capability_missing`, `event_unknown`, `template_…`, `message_…`, `addressee_…`,
 * `values_invalid`, `parameters_invalid`, `id_invalid`; of the store before anything was sent
 */
export async function notify(run: NotificationRun, asked: NotificationAsked): Promise<NotificationOutcome> {
	requireCapability(run.integration, run.adapter, 'notify');
	const { notification } = run.module;
	if (notification === undefined) throw noMessages(run);
	const values = valuesOf(asked.values);
	const to = addresseesOf(notification, run.module.displayName, asked.to);
	const eventKey = asked.eventKey || hashOf([asked.event, values]).slice(0, 32);
	const fault = checkId('event key', eventKey);
	if (fault !== undefined) throw fault;
	// Sent whether it was sent before or not: a message of its own.
	const once = asked.repeat ? `${eventKey} ${randomUUID()}` : eventKey;
	const reference = referenceOf({ ...run, event: asked.event, eventKey: once, to });
	const channel = { displayName: run.module.displayName, notification };
	const message = await compose(channel, run.settings.messages, asked, { values, to, key: reference });
	const step = await bringAbout(run, message, eventKey);
	await pruneNotifications(run);
	return outcomeOf(run, step.row, step.replayed);
}

async function bringAbout(run: NotificationRun, message: Notification, eventKey: string): Promise<Step> {
	const { tenant, integration, runId } = run;
	const key: NotificationKey = { tenant, integration, reference: message.key };
	const lease: Lease = { owner: `${runId}:${randomUUID()}`, seconds: run.settings.leaseSeconds };
	const sealed = keep(run.vault, message);
	const sending: Sending = { key, lease, message };
	const begun = await run.log.begin({ ...key, event: message.event, eventKey, run: runId, message: sealed }, lease);
	if (begun.begun) return await sendAndSettle(run, sending, begun.row);
	const { row } = begun;
	const decision = decide(row, run.adapter.findNotification !== undefined);
	if (decision === 'replay') return { row, replayed: true };
	const taken = await run.log.take(key, row.version, lease);
	// Somebody was quicker: what they find is the outcome.
	if (taken === undefined) return { row: (await run.log.get(key)) ?? row, replayed: true };
	if (decision === 'lookUp') return await lookUpAndSettle(run, sending, taken, { sealed });
	return await sendAgain(run, sending, taken, { sealed });
}

function noMessages({ module }: NotificationRun): CrosslinkError {
	return new CrosslinkError({
		class: 'rejected',
		code: 'capability_missing',
		message: `No messages to people go over ${module.displayName}.`,
		remedy: 'Choose Slack, email or another channel.',
	});
}
