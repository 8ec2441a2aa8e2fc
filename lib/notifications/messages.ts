import { CrosslinkError } from '../errors';
import { CATALOGUE, EVENT_NAME, findEvent } from './catalogue';
import { nearestName } from '../tenants/nearest-name';
import { shownName } from '../tenants/plain-json';
import type { MessageSettings } from '../tenants/settings';
import { templateFault } from './template';

/** What is said of an event: Liquid templates. */
export interface MessageTemplates {
	subject: string;
	text: string;
	/** In the channel's own markup; left out = made of the text. */
	rich?: string;
}

export type Messages = Readonly<Record<string, MessageSettings>>;

/**
 * The templates in force for an event: the tenant's over the site's over the catalogue's. An own event needs a text in the
 * settings, or one with the message itself.
 * @throws CrosslinkError `rejected` `event_unknown`
 */
export function templatesFor(event: string, messages: Messages, hasText: boolean): MessageTemplates {
	const known = findEvent(event);
	const own = Object.hasOwn(messages, event) ? messages[event] : undefined;
	const text = own?.text ?? known?.text;
	const subject = own?.subject ?? known?.subject ?? wordsOf(event);
	// The rich form of a level below would say something else than the text of the level above.
	if (text !== undefined) return { subject, text, ...(own?.rich !== undefined && { rich: own.rich }) };
	if (hasText && EVENT_NAME.test(event)) return { subject, text: '' };
	const names = [...new Set([...CATALOGUE.map((one) => one.event), ...Object.keys(messages)])];
	const near = nearestName(event, names);
	throw new CrosslinkError({
		class: 'rejected',
		code: 'event_unknown',
		message: `There is no message for the event "${shownName(event)}".`,
		remedy:
			`${near === undefined ? '' : `Did you mean "${near}"? `}For an event of your own write its text into the settings of the ` +
			`integration, under "messages", or into the parameter "Message". There are: ${names.join(', ')}.`,
	});
}

/** `contractSigned` becomes `Contract signed`. */
function wordsOf(event: string): string {
	const words = event.replace(/(?<=[a-z0-9])[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
	return words.charAt(0).toUpperCase() + words.slice(1);
}

/**
 * Refuses settings with a name that is none, or with a template that is wrong.
 * @param whose as in `parseSettings`
 * @throws CrosslinkError `rejected` `settings_invalid`, naming the template, its line and the reason
 */
export async function checkMessages(messages: Messages | undefined, whose: string): Promise<void> {
	for (const [event, templates] of Object.entries(messages ?? {})) {
		if (!EVENT_NAME.test(event)) {
			throw invalid(
				whose,
				`messages.${shownName(event)}`,
				'is no name of an event',
				'Begin with a small letter; letters and digits, at most 64, may follow, for example contractSigned.',
			);
		}
		if (findEvent(event) === undefined && templates.text === undefined) {
			throw invalid(
				whose,
				`messages.${event}.text`,
				'is missing',
				`"${event}" is an event of your own: give its text.`,
			);
		}
		for (const part of ['subject', 'text', 'rich'] as const) {
			const fault = templates[part] === undefined ? undefined : await templateFault(templates[part]);
			if (fault === undefined) continue;
			const where = fault.line > 0 ? ` in line ${fault.line}` : '';
			throw invalid(
				whose,
				`messages.${event}.${part}`,
				`is no usable template: ${fault.reason}${where}`,
				'Correct that line. Values stand in double braces, as in {{ number }}; the language is Liquid (https://liquidjs.com).',
			);
		}
	}
}

function invalid(whose: string, path: string, wrong: string, remedy: string): CrosslinkError {
	return new CrosslinkError({
		class: 'rejected',
		code: 'settings_invalid',
		message: `The settings of integration ${whose} are not valid: ${path} ${wrong}.`,
		remedy,
	});
}
