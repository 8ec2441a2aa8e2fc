import type { KnownBlock } from '@slack/types';
import { CrosslinkError } from '../../errors';
import { escapeFor } from '../markup';
import type { FieldValue } from '../field-value';
import type { Notification } from '../notification';
import { piecesOf } from '../text-pieces';
import {
	FIELD_CHARACTERS,
	HEADER_CHARACTERS,
	MAX_BLOCKS,
	SECTION_CHARACTERS,
	SECTION_FIELDS,
	TEXT_CHARACTERS,
} from './limits';

/** What a message consists of for Slack: blocks, and the text for notifications and screen readers. */
export interface SlackMessage {
	text: string;
	blocks: KnownBlock[];
}

/**
 * A header with the subject, sections with the text; or the user's own blocks. Everything is within Slack's limits, which it
 * would otherwise tell by a bare `invalid_blocks`.
 * @throws CrosslinkError `rejected`: `blocks_invalid`, `message_too_long`
 */
export function slackMessage({ subject, text, rich, options }: Notification): SlackMessage {
	const fallback = escapeFor('slack', `${subject}\n${text}`);
	const shown = fallback.length > TEXT_CHARACTERS ? `${fallback.slice(0, TEXT_CHARACTERS - 1)}…` : fallback;
	const given = options['blocks'];
	if (given !== undefined) return { text: shown, blocks: checkedBlocks(given) };
	const header: KnownBlock[] = subject === '' ? [] : [headerOf(subject)];
	const body = rich ?? linked(escapeFor('slack', text));
	const sections = piecesOf(body, SECTION_CHARACTERS).map((piece): KnownBlock => ({
		type: 'section',
		text: { type: 'mrkdwn', text: piece, verbatim: true },
	}));
	if (header.length + sections.length > MAX_BLOCKS) throw tooMany(header.length + sections.length);
	return { text: shown, blocks: [...header, ...sections] };
}

/** Addresses can be clicked on; names of channels and people stay text, which Slack would otherwise make links of as well. */
function linked(escaped: string): string {
	return escaped.replace(/https?:\/\/[^\s|]+?(?=[.,;:!?)]*(\s|$))/g, '<$&>');
}

/** Plain text is not escaped: nothing in it means anything. */
function headerOf(subject: string): KnownBlock {
	const line = subject.length > HEADER_CHARACTERS ? `${subject.slice(0, HEADER_CHARACTERS - 1)}…` : subject;
	return { type: 'header', text: { type: 'plain_text', text: line, emoji: false } };
}

interface LooseBlock {
	type?: unknown;
	text?: { text?: unknown };
	fields?: Array<{ text?: unknown }>;
}

function checkedBlocks(given: FieldValue): KnownBlock[] {
	const blocks = (Array.isArray(given) ? given : []) as unknown as LooseBlock[];
	if (blocks.length === 0)
		throw invalid('are no list of blocks', 'Give the list that the Block Kit Builder shows under "blocks".');
	if (blocks.length > MAX_BLOCKS) throw tooMany(blocks.length);
	for (const [index, block] of blocks.entries()) {
		if (typeof block !== 'object' || block === null || typeof block.type !== 'string') {
			throw invalid(`have no "type" in number ${index + 1}`, 'Give each block its type, for example section.');
		}
		const most = block.type === 'header' ? HEADER_CHARACTERS : SECTION_CHARACTERS;
		if (lengthOf(block.text?.text) > most) {
			throw invalid(
				`have a text of more than ${most} characters in number ${index + 1}`,
				'Shorten it, or split it over several blocks.',
			);
		}
		const fields = Array.isArray(block.fields) ? block.fields : [];
		if (fields.length > SECTION_FIELDS || fields.some((field) => lengthOf(field?.text) > FIELD_CHARACTERS)) {
			throw invalid(
				`have too many or too long fields in number ${index + 1}`,
				`A section takes ${SECTION_FIELDS} fields of ${FIELD_CHARACTERS} characters.`,
			);
		}
	}
	return blocks as unknown as KnownBlock[];
}

const lengthOf = (text: unknown): number => (typeof text === 'string' ? text.length : 0);

function tooMany(count: number): CrosslinkError {
	return invalid(`are ${count}, more than the ${MAX_BLOCKS} that Slack takes`, 'Shorten the message.');
}

function invalid(reason: string, remedy: string): CrosslinkError {
	return new CrosslinkError({
		class: 'rejected',
		code: 'blocks_invalid',
		message: `The blocks for Slack ${reason}.`,
		remedy,
	});
}
