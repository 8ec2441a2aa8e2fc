import { CrosslinkError } from '../../errors';
import type { Transport, TransportResponse } from '../../transport/transport';
import { escapeFor } from '../markup';
import type { Notification, NotificationAnswer } from '../notification';
import { POST_CHARACTERS } from './limits';

/**
 * Posts by an incoming webhook, which is answered once the post is there (with the bare text `ok`).
 * @throws CrosslinkError, see `NotificationAdapter`
 */
export async function notify(url: URL, transport: Transport, message: Notification): Promise<NotificationAnswer> {
	const [channel] = message.to;
	await transport.request({
		method: 'POST',
		url: url.href,
		headers: { 'content-type': 'application/json; charset=utf-8' },
		// Slack's names; `props` is kept with the post and shown by the API.
		body: JSON.stringify({
			text: textOf(message),
			...(channel !== undefined && { channel }),
			props: { crosslink_key: message.key },
		}),
		budget: 'general',
		purpose: 'post to Mattermost',
		idempotent: false,
		classify,
	});
	return { outcome: 'delivered', messageId: null, refused: [] };
}

function textOf({ subject, text, rich }: Notification): string {
	const title = subject === '' ? '' : `**${escapeFor('markdown', subject)}**\n\n`;
	const whole = `${title}${rich ?? escapeFor('markdown', text)}`;
	if (whole.length <= POST_CHARACTERS) return whole;
	throw new CrosslinkError({
		class: 'rejected',
		code: 'message_too_long',
		message: `The message for Mattermost has ${whole.length} characters with its markup; at most ${POST_CHARACTERS} are taken.`,
		remedy: 'Shorten its template, or the values put into it.',
	});
}

/** Mattermost's own words: https://developers.mattermost.com/integrate/webhooks/incoming/#troubleshooting. */
function classify({ status, body }: TransportResponse): CrosslinkError | undefined {
	const id = idOf(body);
	if (status === 404 && /channel/i.test(id)) {
		return refused(
			'rejected',
			'channel_unknown',
			'does not know the channel',
			'Give its name as in its address, without #, or leave "To" empty.',
			status,
		);
	}
	if (status === 400 && /webhook/i.test(id) && !/text|parse/i.test(id)) {
		return refused(
			'auth',
			'credentials_refused',
			'does not know the webhook',
			'Copy the whole address of the incoming webhook.',
			status,
		);
	}
	if (status === 404 || status === 401) {
		return refused(
			'auth',
			'credentials_refused',
			'does not know the webhook',
			'Copy the whole address of the incoming webhook; incoming webhooks must be enabled in the System Console.',
			status,
		);
	}
	if (status === 403) {
		return refused(
			'rejected',
			'channel_closed',
			'does not let the webhook post there',
			'It is locked to another channel, or whoever made it is not in this one.',
			status,
		);
	}
	return undefined;
}

function refused(
	errorClass: CrosslinkError['class'],
	code: string,
	what: string,
	remedy: string,
	httpStatus: number,
): CrosslinkError {
	return new CrosslinkError({
		class: errorClass,
		code,
		message: `Mattermost ${what} (${httpStatus}).`,
		remedy,
		httpStatus,
	});
}

/** Its errors are `{ id, message, ... }`; the id says what it is about. */
function idOf(body: string): string {
	try {
		return String((JSON.parse(body) as { id?: unknown }).id ?? '');
	} catch {
		return '';
	}
}
