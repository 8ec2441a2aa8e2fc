import type { FieldValue } from './field-value';
import type { ParameterDescription } from './parameters';

/** A message to people, rendered and escaped for this channel already. */
export interface Notification {
	/** Where it goes: a Slack channel, mail addresses; '' where the connection itself names the place (a webhook URL). */
	to: string[];
	/** One line; channels without a subject put it on top. */
	subject: string;
	/** Plain text: what is read where nothing richer can be shown. */
	text: string;
	/** The rich form, in the channel's own markup; left out = made from `text`. */
	rich?: FieldValue;
	/** Ours, unique per message: lets the adapter look up whether a message whose answer was lost has arrived. */
	key: string;
	/** Values of the channel's own parameters. */
	options: Record<string, FieldValue>;
}

/** `accepted`: taken by a relay that does not tell whether it arrived. */
export interface NotificationAnswer {
	outcome: 'delivered' | 'accepted';
	/** The channel's own id of the message, where it has one. */
	messageId: string | null;
	/** Per addressee, where the channel tells them apart. */
	refused: Array<{ to: string; reason: string }>;
}

export interface NotificationDescription {
	/** What `to` means, as shown in n8n. */
	to: { displayName: string; description: string; required: boolean };
	parameters: ParameterDescription[];
	/** How values are escaped in a template, and what the message may be at most. */
	markup: 'plain' | 'slack' | 'adaptiveCard' | 'html' | 'markdown';
	/** Longest text in characters. */
	maxLength: number;
}

/** The power behind `event.notify`. */
export interface NotificationAdapter {
	/** @throws CrosslinkError; `unknown` when the message may have gone out */
	notify?(message: Notification): Promise<NotificationAnswer>;
	/** Whether a message with this key has arrived, after a lost answer; undefined = cannot be told. */
	findNotification?(message: Notification): Promise<NotificationAnswer | 'nothing' | undefined>;
}
