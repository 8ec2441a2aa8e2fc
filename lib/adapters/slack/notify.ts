import type { ChatPostMessageArguments } from '@slack/web-api';
import type { Transport } from '../../transport/transport';
import type { Notification, NotificationAnswer } from '../notification';
import { slackMessage } from './blocks';
import { callSlack } from './client';
import type { SlackConnection } from './connection';
import { channelMissing, placeIsFixed, slackError } from './errors';

/** Names our key in a message's metadata. */
export const EVENT_TYPE = 'crosslink_notification';

/** @throws CrosslinkError, see `NotificationAdapter` */
export async function notify(
	connection: SlackConnection,
	transport: Transport,
	message: Notification,
): Promise<NotificationAnswer> {
	return connection.by === 'token'
		? await byToken(connection, transport, message)
		: await byWebhook(connection.url, transport, message);
}

async function byToken(
	connection: Extract<SlackConnection, { by: 'token' }>,
	transport: Transport,
	message: Notification,
): Promise<NotificationAnswer> {
	const channel = channelOf(message);
	const { text, blocks } = slackMessage(message);
	const thread = message.options['threadTs'];
	const given: ChatPostMessageArguments = {
		channel,
		text,
		blocks,
		metadata: { event_type: EVENT_TYPE, event_payload: { key: message.key, event: message.event } },
		unfurl_links: false,
		unfurl_media: false,
		...(typeof thread === 'string' && { thread_ts: thread }),
	};
	const call = {
		budget: 'post',
		share: channel,
		purpose: `post to ${channel}`,
		idempotent: false,
	} as const;
	const answer = await callSlack(connection, transport, call, (client) => client.chat.postMessage(given));
	return { outcome: 'delivered', messageId: answer.ts ?? null, refused: [] };
}

/** It answers with the bare text `ok`, and has no id for the message. */
async function byWebhook(url: URL, transport: Transport, message: Notification): Promise<NotificationAnswer> {
	if (message.to.length > 0) throw placeIsFixed();
	const purpose = 'post by the incoming webhook';
	await transport.request({
		method: 'POST',
		url: url.href,
		headers: { 'content-type': 'application/json; charset=utf-8' },
		body: JSON.stringify(slackMessage(message)),
		budget: 'post',
		share: 'webhook',
		purpose,
		idempotent: false,
		classify: ({ status, body }) => {
			const error = body.trim();
			return status >= 400 && status < 500 && status !== 429 && /^[a-z_]+$/.test(error)
				? slackError(error, purpose, true)
				: undefined;
		},
	});
	return { outcome: 'delivered', messageId: null, refused: [] };
}

/** A webhook knows its channel; by a token it must be named. */
export function channelOf({ to }: Notification): string {
	const [channel] = to;
	if (channel === undefined) throw channelMissing();
	return channel;
}
