import { CrosslinkError } from '../../errors';
import { WEBHOOK_BYTES, WEBHOOK_DEPTH, WEBHOOK_EVENTS } from './limits';

/**
 * The events of a webhook body: size and nesting are bounded before it is parsed.
 * @throws CrosslinkError `rejected`, `webhook_unreadable`, for what is no list of at most 100 objects
 */
export function readEventList(rawBody: Buffer): Array<Record<string, unknown>> {
	if (rawBody.length > WEBHOOK_BYTES) throw unreadable(`it is larger than ${WEBHOOK_BYTES} bytes`);
	const text = rawBody.toString('utf8');
	if (nesting(text) > WEBHOOK_DEPTH) throw unreadable(`it is nested deeper than ${WEBHOOK_DEPTH} levels`);
	let body: unknown;
	try {
		body = JSON.parse(text);
	} catch {
		throw unreadable('it is no JSON');
	}
	if (!Array.isArray(body)) throw unreadable('it is no list');
	if (body.length > WEBHOOK_EVENTS) throw unreadable(`it has ${body.length} events, more than ${WEBHOOK_EVENTS}`);
	if (!body.every(isObject)) throw unreadable('an entry of the list is no object');
	return body;
}

function isObject(value: unknown): value is Record<string, unknown> {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Deepest level of brackets outside of strings. */
function nesting(text: string): number {
	let level = 0;
	let deepest = 0;
	let inString = false;
	for (let at = 0; at < text.length; at++) {
		const character = text[at];
		if (inString) {
			if (character === '\\') at += 1;
			else if (character === '"') inString = false;
		} else if (character === '"') inString = true;
		else if (character === '[' || character === '{') deepest = Math.max(deepest, ++level);
		else if (character === ']' || character === '}') level -= 1;
	}
	return deepest;
}

function unreadable(why: string): CrosslinkError {
	return new CrosslinkError({
		class: 'rejected',
		code: 'webhook_unreadable',
		message: `The webhook body cannot be taken: ${why}.`,
		remedy: 'Check that the sender is HubSpot and that nothing in between changes the body.',
	});
}
