import { CrosslinkError, type ErrorClass } from '../../errors';

interface Meaning {
	class: ErrorClass;
	code: string;
	what: string;
	remedy: string;
}

const AUTH = (what: string, remedy: string): Meaning => ({ class: 'auth', code: 'credentials_refused', what, remedy });
const REJECTED = (code: string, what: string, remedy: string): Meaning => ({ class: 'rejected', code, what, remedy });

const NEW_TOKEN = 'Install the app again and copy its Bot User OAuth Token into the connection.';
const INVITE = 'Invite the app to the channel (/invite @app), or give it the scope chat:write.public for public ones.';
const RIGHT_CHANNEL =
	'Give the ID of the channel (C..., shown at the bottom of its details) or its name with #; a private channel is seen only by an app that is in it.';

/** Slack's error codes of `chat.postMessage`, `conversations.history`, `auth.test` and of incoming webhooks. */
const MEANINGS: Readonly<Record<string, Meaning>> = {
	channel_not_found: REJECTED('channel_unknown', 'does not know this channel', RIGHT_CHANNEL),
	not_in_channel: REJECTED('channel_closed', 'says that the app is not in this channel', INVITE),
	is_archived: REJECTED(
		'channel_archived',
		'says that the channel is archived',
		'Choose another channel, or restore it.',
	),
	channel_is_archived: REJECTED(
		'channel_archived',
		'says that the channel is archived',
		'Choose another channel, or restore it.',
	),
	restricted_action: REJECTED(
		'posting_restricted',
		'says that a setting of the workspace forbids posting there',
		'Ask whoever administers the workspace.',
	),
	action_prohibited: REJECTED(
		'posting_restricted',
		'says that a setting of the workspace forbids posting there',
		'Ask whoever administers the workspace.',
	),
	posting_to_general_channel_denied: REJECTED(
		'posting_restricted',
		'says that the app may not post to #general',
		'Choose another channel.',
	),
	msg_too_long: REJECTED('message_too_long', 'says that the message is too long', 'Shorten it.'),
	msg_blocks_too_long: REJECTED('message_too_long', 'says that the blocks are too long', 'Shorten them.'),
	invalid_blocks: REJECTED(
		'blocks_invalid',
		'does not take the blocks',
		'Try them in the Block Kit Builder (https://app.slack.com/block-kit-builder).',
	),
	invalid_blocks_format: REJECTED(
		'blocks_invalid',
		'does not take the blocks',
		'Try them in the Block Kit Builder (https://app.slack.com/block-kit-builder).',
	),
	no_text: REJECTED('message_empty', 'says that the message is empty', 'Give it a text.'),
	invalid_payload: REJECTED('blocks_invalid', 'does not take the message', 'Correct its blocks.'),
	invalid_thread_ts: REJECTED(
		'thread_unknown',
		'does not know the thread',
		'Give the "messageId" of the message that began it.',
	),
	thread_not_found: REJECTED(
		'thread_unknown',
		'does not know the thread',
		'Give the "messageId" of the message that began it.',
	),
	metadata_must_be_sent_from_app: AUTH('takes our key from apps only', 'Use the bot token (xoxb-...) of an app.'),
	missing_scope: {
		class: 'auth',
		code: 'permission_missing',
		what: 'says that the app lacks a scope',
		remedy: 'Add it under OAuth & Permissions and install the app again.',
	},
	not_authed: AUTH('got no token', NEW_TOKEN),
	invalid_auth: AUTH('does not take the token', NEW_TOKEN),
	token_revoked: AUTH('says that the token was revoked', NEW_TOKEN),
	token_expired: AUTH('says that the token has expired', 'Switch token rotation off for the app, or renew the token.'),
	account_inactive: AUTH('says that the account of the token is no more', NEW_TOKEN),
	no_permission: {
		class: 'auth',
		code: 'permission_missing',
		what: 'says that the token lacks a permission',
		remedy: INVITE,
	},
	ekm_access_denied: {
		class: 'auth',
		code: 'permission_missing',
		what: 'says that its administrators have stopped access',
		remedy: 'Ask whoever administers the workspace.',
	},
	no_service: AUTH('says that the webhook is no more', 'Make a new incoming webhook and store its address.'),
	no_service_id: AUTH('does not know the webhook', 'Copy the whole address of the webhook.'),
	no_team: AUTH('does not know the workspace of the webhook', 'Copy the whole address of the webhook.'),
	team_disabled: AUTH('says that the workspace is switched off', 'Ask whoever administers the workspace.'),
	invalid_token: AUTH('does not take the webhook', 'Copy the whole address of the webhook.'),
	ratelimited: {
		class: 'throttled',
		code: 'rate_limited',
		what: 'asks for a pause',
		remedy: 'It goes on by itself, more slowly.',
	},
	rate_limited: {
		class: 'throttled',
		code: 'rate_limited',
		what: 'asks for a pause',
		remedy: 'It goes on by itself, more slowly.',
	},
	message_limit_exceeded: {
		class: 'throttled',
		code: 'rate_limited',
		what: 'says that the workspace posts too much',
		remedy: 'It is tried again later.',
	},
};

/** Slack's own trouble after the call had arrived: for a message it may have been done. */
const TROUBLE = new Set(['internal_error', 'fatal_error', 'service_unavailable', 'request_timeout']);

/**
 * What an `ok: false` or a webhook's refusal means.
 * @param posting a message may have gone out
 * @param needed the scope Slack names, if it does
 */
export function slackError(error: string, purpose: string, posting: boolean, needed?: string): CrosslinkError {
	const shown = /^[a-z0-9_]{1,64}$/.test(error) ? error : 'an error it does not name';
	if (TROUBLE.has(error)) {
		return new CrosslinkError({
			class: posting ? 'unknown' : 'transient',
			code: posting ? 'answer_lost' : 'server_trouble',
			message: `Slack had trouble of its own (${shown}), asked to ${purpose}.${posting ? ' It may have been done.' : ''}`,
			remedy: posting ? 'It is not repeated blindly: look into the channel first.' : 'It is tried again by itself.',
		});
	}
	const meaning = MEANINGS[error] ?? {
		class: 'rejected' as const,
		code: 'refused',
		what: 'refused it',
		remedy: `Look up "${shown}" in Slack’s documentation of the method.`,
	};
	const scope = needed !== undefined && /^[a-z:.,_]{1,200}$/i.test(needed) ? ` It needs ${needed}.` : '';
	return new CrosslinkError({
		class: meaning.class,
		code: meaning.code,
		message: `Slack ${meaning.what} (${shown}), asked to ${purpose}.${scope}`,
		remedy: meaning.remedy,
	});
}

/** With a token the place must be named. */
export function channelMissing(): CrosslinkError {
	return new CrosslinkError({
		class: 'rejected',
		code: 'addressee_missing',
		message: 'A message by a bot token needs the channel it goes to.',
		remedy: RIGHT_CHANNEL,
	});
}

/** Said instead of posting somewhere else than was asked for. */
export function placeIsFixed(): CrosslinkError {
	return new CrosslinkError({
		class: 'rejected',
		code: 'addressee_invalid',
		message: 'An incoming webhook posts to the channel it was made for, and to no other.',
		remedy: 'Leave "To" empty, or give the connection a bot token.',
	});
}
