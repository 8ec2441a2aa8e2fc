import type { Fields } from '../adapters/field-value';
import type { Notification, NotificationDescription } from '../adapters/notification';
import { CrosslinkError } from '../errors';
import { boundedJson } from '../tenants/plain-json';
import { templatesFor, type Messages } from './messages';
import { checkOptions } from './options';
import { renderTemplate } from './template';

/** Largest set of values for one message, in characters of JSON. */
const MAX_VALUES = 256 * 1024;
const MAX_SUBJECT = 250;
const MAX_ADDRESSEE = 512;

/** One message as a flow asks for it. */
export interface NotificationAsked {
	/** Of the catalogue, or an own one. */
	event: string;
	/** The flow's own name of what has happened; '' = made of event and values. */
	eventKey: string;
	/** Said instead of the event's text, as it stands: no template. */
	message: string;
	/** Said instead of the event's subject, as it stands. */
	subject: string;
	/** What templates are filled in with: an object, or the same as JSON text. */
	values: unknown;
	to: string[];
	/** The channel's own parameters: an object, or the same as JSON text. */
	options: unknown;
	/** Sent whether it has gone out before or not. */
	repeat: boolean;
}

/** The values of a message as plain JSON. @throws CrosslinkError `rejected` `values_invalid` */
export function valuesOf(given: unknown): Fields {
	const json = boundedJson(given, { what: 'values of the message', code: 'values_invalid', maxCharacters: MAX_VALUES });
	if (json === undefined) return {};
	if (typeof json === 'object' && json !== null && !Array.isArray(json)) return json;
	throw rejected(
		'values_invalid',
		'The values of the message are no object.',
		'Give one object with a key for each value.',
	);
}

/** @throws CrosslinkError `rejected` `addressee_missing`, `addressee_invalid` */
export function addresseesOf({ to }: NotificationDescription, channel: string, given: readonly string[]): string[] {
	const named = [...new Set(given.map((one) => one.trim()).filter((one) => one !== ''))];
	if (named.length === 0 && to.required) {
		throw rejected('addressee_missing', `A message over ${channel} needs "${to.displayName}".`, to.description);
	}
	if (named.length > to.most) {
		const allowed = to.most === 0 ? 'none: its connection names the place' : `at most ${to.most}`;
		throw rejected(
			'addressee_invalid',
			`A message over ${channel} takes ${allowed}; ${named.length} were given.`,
			to.most === 0 ? 'Leave "To" empty.' : 'Split them over several items.',
		);
	}
	if (named.some((one) => one.length > MAX_ADDRESSEE || /[\u0000-\u001f\u007f]/.test(one))) {
		throw rejected(
			'addressee_invalid',
			`An addressee is longer than ${MAX_ADDRESSEE} characters or has a line break or another control character in it.`,
			'Correct "To".',
		);
	}
	return named;
}

/** Fills in what is said of an event. @throws CrosslinkError `rejected`: `event_unknown`, `template_…`, `message_…`, `parameters_invalid` */
export async function compose(
	channel: { displayName: string; notification: NotificationDescription },
	messages: Messages,
	asked: NotificationAsked,
	message: { values: Fields; to: string[]; key: string },
): Promise<Notification> {
	const { event } = asked;
	const { markup, maxLength, parameters } = channel.notification;
	const options = checkOptions(channel.displayName, parameters, asked.options);
	const templates = templatesFor(event, messages, asked.message !== '');
	const fill = async (part: 'subject' | 'text' | 'rich', template: string, as = markup) =>
		await renderTemplate(template, message.values, as, `${part} of "${event}"`);
	const subject = oneLine(asked.subject || (await fill('subject', templates.subject, 'plain')));
	const text = tidy(asked.message || (await fill('text', templates.text, 'plain')));
	const rich =
		templates.rich === undefined || asked.message !== '' || markup === 'plain'
			? undefined
			: tidy(await fill('rich', templates.rich));
	if (text === '') {
		throw rejected(
			'message_empty',
			`The message for "${event}" is empty.`,
			'Give a text, or the values its template uses.',
		);
	}
	const longest = Math.max(text.length, rich?.length ?? 0);
	if (longest > maxLength) {
		throw rejected(
			'message_too_long',
			`The message for "${event}" has ${longest} characters; ${channel.displayName} takes at most ${maxLength}.`,
			'Shorten its template, or the values put into it (the filter truncate does that).',
		);
	}
	return { event, to: message.to, subject, text, key: message.key, options, ...(rich !== undefined && { rich }) };
}

function oneLine(text: string): string {
	const line = text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, ' ').trim();
	return line.length > MAX_SUBJECT ? `${line.slice(0, MAX_SUBJECT - 1).trimEnd()}…` : line;
}

/** Control characters, other than line breaks and tabs, are in nobody's interest. */
function tidy(text: string): string {
	return text
		.replace(/\r\n?/g, '\n')
		.replace(/[\u0000-\u0008\u000b-\u001f\u007f]/g, '\uFFFD')
		.trim();
}

function rejected(code: string, message: string, remedy: string): CrosslinkError {
	return new CrosslinkError({ class: 'rejected', code, message, remedy });
}
