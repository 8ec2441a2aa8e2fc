import { CrosslinkError } from '../../errors';
import type { Fields, FieldValue } from '../field-value';
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

/** Text runs show what they are given, where text blocks would read it as Markdown: those are for the rich form alone. */
export function cardOf({ subject, text, rich, options }: Notification): Fields {
	const url = options['url'];
	return {
		$schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
		type: 'AdaptiveCard',
		version: VERSION,
		body: [
			...(subject === '' ? [] : [plainLine(subject, { weight: 'Bolder', size: 'Medium' })]),
			...(rich === undefined ? linesOf(text) : blocksOf(rich)),
		],
		...(typeof url === 'string' && { actions: [{ type: 'Action.OpenUrl', title: 'Open', url: checkedUrl(url) }] }),
	};
}

function plainLine(text: string, look: Fields = {}): Fields {
	return { type: 'RichTextBlock', inlines: [{ type: 'TextRun', text, ...look }] };
}

/** One block for each line: a run knows no line breaks. */
function linesOf(text: string): Fields[] {
	return text
		.split('\n')
		.filter((line) => line.trim() !== '')
		.map((line, index) => ({ ...plainLine(line), ...(index > 0 && { spacing: 'Small' }) }));
}

/** In Markdown a line break alone is none. */
function blocksOf(rich: string): Fields[] {
	const paragraphs = rich.replace(/\n(?!\n)/g, '\n\n');
	return piecesOf(paragraphs, BLOCK_CHARACTERS).map((piece) => ({ type: 'TextBlock', text: piece, wrap: true }));
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
