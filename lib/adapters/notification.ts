import type { FieldValue } from './field-value';
import type { ParameterDescription } from './parameters';

/** A message to people, rendered already, not yet in the channel's own form. */
export interface Notification {
	/** The business event it tells of, e.g. `orderShipped`. */
	event: string;
	/** Where it goes: a Slack channel, mail addresses; empty where the connection itself names the place (a webhook URL). */
	to: string[];
	/** One line without control characters; channels without a subject put it on top. */
	subject: string;
	/** Plain text, never markup: the adapter escapes all of it. */
	text: string;
	/** The text once more in the channel's own markup, its values escaped; left out = the adapter makes it of `text`. */
	rich?: string;
	/** Ours, unique per message, 32 hexadecimal digits: lets the adapter look up whether a message has arrived. */
	key: string;
	/** Values of the channel's own parameters. */
	options: Record<string, FieldValue>;
}

/** `accepted`: taken by a relay that does not tell whether it arrived. */
export interface NotificationAnswer {
	outcome: 'delivered' | 'accepted';
	/** The channel's own id of the message, where it has one. */
	messageId: string | null;
	/** Addressees that were refused while others were not, where the channel tells them apart. */
	refused: RefusedAddressee[];
}

export interface RefusedAddressee {
	to: string;
	reason: string;
}

/** What is known of a message whose answer was lost. `unsure` is no proof of anything: nothing is repeated. */
export type FoundNotification =
	{ found: 'arrived'; answer: NotificationAnswer } | { found: 'nothing' } | { found: 'unsure'; reason: string };

/** How a template's values are escaped. */
export type Markup = 'plain' | 'slack' | 'html' | 'markdown';

export interface NotificationDescription {
	/** What `to` means, as shown in n8n; `most` addressees at once, 0 = the connection names the place and nothing is taken. */
	to: { displayName: string; description: string; required: boolean; most: number };
	parameters: ParameterDescription[];
	/** What `rich` is written in; `plain` = the channel shows plain text only. */
	markup: Markup;
	/** Longest `text` and longest `rich`, in characters. */
	maxLength: number;
}

/**
 * The power behind `event.notify`. Errors: `rejected` (nothing went out, it will not be taken as it is), `transient` and
 * `throttled` (nothing went out), `auth`, `unknown` (it may have gone out). An adapter must never call a lost answer anything
 * but `unknown`: what is not `unknown` may be sent again.
 */
export interface NotificationAdapter {
	/** @throws CrosslinkError as above */
	notify?(message: Notification): Promise<NotificationAnswer>;
	/** Looks by the key whether the message has arrived, sent not before `sentAt`; never changes anything. */
	findNotification?(message: Notification, sentAt: Date): Promise<FoundNotification>;
}
