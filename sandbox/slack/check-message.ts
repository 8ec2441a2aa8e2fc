/** Slack's limits for blocks, see https://docs.slack.dev/reference/block-kit/blocks; `invalid_blocks` where they are passed. */
export function blocksProblem(blocks: unknown): string | undefined {
	if (blocks === undefined) return undefined;
	if (!Array.isArray(blocks)) return 'invalid_blocks_format';
	if (blocks.length > 50) return 'invalid_blocks';
	return blocks.every(isBlock) ? undefined : 'invalid_blocks';
}

interface Block {
	type?: unknown;
	text?: { type?: unknown; text?: unknown };
	fields?: unknown[];
}

function isBlock(given: unknown): boolean {
	if (typeof given !== 'object' || given === null) return false;
	const { type, text, fields } = given as Block;
	if (type === 'divider') return true;
	if (type === 'header') return text?.type === 'plain_text' && fits(text.text, 150);
	if (type !== 'section') return typeof type === 'string';
	if (text === undefined && fields === undefined) return false;
	if (text !== undefined && !fits(text.text, 3_000)) return false;
	return (
		fields === undefined ||
		(fields.length <= 10 && fields.every((field) => fits((field as Block['text'])?.text, 2_000)))
	);
}

function fits(text: unknown, most: number): boolean {
	return typeof text === 'string' && text.length > 0 && text.length <= most;
}
