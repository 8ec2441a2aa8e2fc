import { CrosslinkError } from '../../errors';
import type { Fields, FieldValue } from '../field-value';
import { escapeFor } from '../markup';
import type { Notification } from '../notification';
import { piecesOf } from '../text-pieces';
import { BLOCK_CHARACTERS, MESSAGE_BYTES } from './limits';

/** 1.4 is what every client of Teams shows; newer parts are left out in silence by some. */
const VERSION = '1.4';

/**
 * The body of a call: one adaptive card, made of subject and text or given by the user.
 * @throws CrosslinkError `rejected`: `card_invalid`, `message_too_long`
 */
export function teamsMessage(message: Notification): string {
	const card = message.options['card'];
	const content = card === undefined ? cardOf(message) : checkedCard(card);
	const body = JSON.stringify({
		type: 'message',
		attachments: [{ contentType: 'application/vnd.microsoft.card.adaptive', contentUrl: null, content }],
	});
	const bytes = Buffer.byteLength(body);
	if (bytes <= MESSAGE_BYTES) return body;
	throw new CrosslinkError({
		class: 'rejected',
		code: 'message_too_long',
		message: `The message for Teams has ${bytes} bytes; at most ${MESSAGE_BYTES} are taken.`,
		remedy: 'Shorten its template, or the values put into it.',
	});
}

/** Text blocks understand some Markdown, so that plain text is escaped; a line break alone is none. */
export function cardOf({ subject, text, rich, options }: Notification): Fields {
	const shown = (rich ?? escapeFor('markdown', text)).replace(/\n(?!\n)/g, '\n\n');
	const url = options['url'];
	return {
		$schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
		type: 'AdaptiveCard',
		version: VERSION,
		body: [
			...(subject === ''
				? []
				: [{ type: 'TextBlock', text: escapeFor('markdown', subject), weight: 'Bolder', size: 'Medium', wrap: true }]),
			...piecesOf(shown, BLOCK_CHARACTERS).map((piece) => ({ type: 'TextBlock', text: piece, wrap: true })),
		],
		...(typeof url === 'string' && { actions: [{ type: 'Action.OpenUrl', title: 'Open', url: checkedUrl(url) }] }),
	};
}

function checkedUrl(url: string): string {
	if (URL.canParse(url) && /^https?:$/.test(new URL(url).protocol)) return url;
	throw invalid('has a link that is no http or https address', 'Correct "url".');
}

function checkedCard(card: FieldValue): Fields {
	const given = card as Fields;
	if (given['type'] !== 'AdaptiveCard' || !Array.isArray(given['body'])) {
		throw invalid(
			'is no adaptive card',
			'Give { "type": "AdaptiveCard", "version": "1.4", "body": [...] }; https://adaptivecards.io/designer makes one.',
		);
	}
	if (JSON.stringify(given).includes('"Action.Submit"')) {
		throw invalid('has a button that sends something back', 'A workflow cannot take it: use Action.OpenUrl only.');
	}
	return { version: VERSION, ...given };
}

function invalid(reason: string, remedy: string): CrosslinkError {
	return new CrosslinkError({
		class: 'rejected',
		code: 'card_invalid',
		message: `The card for Teams ${reason}.`,
		remedy,
	});
}
