import { CrosslinkError } from '../../errors';
import type { Transport } from '../../transport/transport';
import type { FoundNotification, Notification } from '../notification';
import { callSlack } from './client';
import type { SlackConnection } from './connection';
import { HISTORY_LEEWAY_MS, HISTORY_PAGE, HISTORY_PAGES } from './limits';
import { channelOf, EVENT_TYPE } from './notify';

/**
 * Looks through the channel's history for a message with our key in its metadata. Needs the ID of the channel and the scope
 * channels:history (private channels: groups:history).
 */
export async function findNotification(
	connection: SlackConnection,
	transport: Transport,
	message: Notification,
	sentAt: Date,
): Promise<FoundNotification> {
	if (connection.by === 'webhook') return unsure('Slack does not say what came of a message by an incoming webhook.');
	const channel = channelOf(message);
	if (!/^[CG][A-Z0-9]{6,}$/.test(channel)) {
		return unsure('Slack shows the history of a channel by its ID only: give "To" as C... instead of a name.');
	}
	const thread = message.options['threadTs'];
	const oldest = String((sentAt.getTime() - HISTORY_LEEWAY_MS) / 1000);
	const call = { budget: 'general', purpose: `look through ${channel}`, idempotent: true } as const;
	try {
		let cursor: string | undefined;
		for (let page = 0; page < HISTORY_PAGES; page++) {
			const given = { channel, oldest, limit: HISTORY_PAGE, include_all_metadata: true, ...(cursor && { cursor }) };
			const answer = await callSlack(connection, transport, call, (client) =>
				typeof thread === 'string'
					? client.conversations.replies({ ...given, ts: thread })
					: client.conversations.history(given),
			);
			const messages = (answer.messages ?? []) as HistoryMessage[];
			const found = messages.find((one) => isOurs(one, message.key));
			if (found !== undefined) {
				return { found: 'arrived', answer: { outcome: 'delivered', messageId: found.ts ?? null, refused: [] } };
			}
			cursor = answer.response_metadata?.next_cursor || undefined;
			if (cursor === undefined) return { found: 'nothing' };
		}
		return unsure(`The channel has had more than ${HISTORY_PAGES * HISTORY_PAGE} messages since.`);
	} catch (thrown) {
		if (thrown instanceof CrosslinkError && thrown.class !== 'transient' && thrown.class !== 'throttled') {
			return unsure(
				`${thrown.message} Looking a message up needs the scope channels:history, for private channels groups:history.`,
			);
		}
		throw thrown;
	}
}

interface HistoryMessage {
	ts?: string;
	metadata?: { event_type?: string; event_payload?: { key?: unknown } };
}

function isOurs({ metadata }: HistoryMessage, key: string): boolean {
	return metadata?.event_type === EVENT_TYPE && metadata.event_payload?.key === key;
}

const unsure = (reason: string): FoundNotification => ({ found: 'unsure', reason });
