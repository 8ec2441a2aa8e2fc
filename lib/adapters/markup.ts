import type { Markup } from './notification';

const HTML: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/**
 * Makes a text harmless in a channel's markup: it is shown as it is, and neither formats anything nor calls anybody.
 * - `slack`: `&`, `<` and `>` are all that control sequences (`<!channel>`, `<@U1>`, links) are made of; `*bold*` of a value is
 *   shown bold, which does no harm (https://docs.slack.dev/messaging/formatting-message-text#escaping)
 * - `markdown`: what begins formatting, links, quotes and headings, and an `@` is kept from calling people; no more, because
 *   older readers show the backslash before a character that means nothing
 */
export function escapeFor(markup: Markup, text: string): string {
	switch (markup) {
		case 'plain':
			return text;
		case 'slack':
			return text.replace(/[&<>]/g, (character) => HTML[character] ?? '');
		case 'html':
			return text.replace(/[&<>"']/g, (character) => HTML[character] ?? '');
		case 'markdown':
			return (
				text
					.replace(/[\\`*_[\]()#|~>]/g, '\\$&')
					// A zero-width space: Mattermost calls people by a bare @name, escaped or not.
					.replace(/@(?=\w)/g, '@\u200B')
			);
	}
}
