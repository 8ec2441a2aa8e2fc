import { CrosslinkError } from '../errors';

/** What a webhook body may be. */
export interface EventListBounds {
	/** Who sends it, as a remedy calls it. */
	sender: string;
	bytes: number;
	/** Levels of brackets. */
	depth: number;
	events: number;
	/** One event may come by itself, without a list around it. */
	single?: true;
}

/**
 * The events of a webhook body: size, nesting and number are bounded before it is parsed.
 * @throws CrosslinkError `rejected`, `webhook_unreadable`, for what is no list of so many objects
 */
export function readEventList(rawBody: Buffer, bounds: EventListBounds): Array<Record<string, unknown>> {
	const refuse = (why: string): CrosslinkError => unreadable(why, bounds.sender);
	if (rawBody.length > bounds.bytes) throw refuse(`it is larger than ${bounds.bytes} bytes`);
	const text = rawBody.toString('utf8');
	const { depth, entries } = shapeOf(text);
	if (depth > bounds.depth) throw refuse(`it is nested deeper than ${bounds.depth} levels`);
	if (entries > bounds.events) throw refuse(`it has ${entries} events, more than ${bounds.events}`);
	let body: unknown;
	try {
		body = JSON.parse(text);
	} catch {
		throw refuse('it is no JSON');
	}
	if (bounds.single && isObject(body)) return [body];
	if (!Array.isArray(body))
		throw refuse(bounds.single ? 'it is neither an event nor a list of events' : 'it is no list');
	if (!body.every(isObject)) throw refuse('an entry of the list is no object');
	return body;
}

function isObject(value: unknown): value is Record<string, unknown> {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Deepest level of brackets, and entries of the outermost list, both outside of strings. */
function shapeOf(text: string): { depth: number; entries: number } {
	const isList = text.trimStart().startsWith('[');
	let level = 0;
	let depth = 0;
	let entries = 1;
	let inString = false;
	for (let at = 0; at < text.length; at++) {
		const character = text[at];
		if (inString) {
			if (character === '\\') at += 1;
			else if (character === '"') inString = false;
		} else if (character === '"') inString = true;
		else if (character === '[' || character === '{') depth = Math.max(depth, ++level);
		else if (character === ']' || character === '}') level -= 1;
		else if (character === ',' && level === 1 && isList) entries += 1;
	}
	return { depth, entries };
}

function unreadable(why: string, sender: string): CrosslinkError {
	return new CrosslinkError({
		class: 'rejected',
		code: 'webhook_unreadable',
		message: `The webhook body cannot be taken: ${why}.`,
		remedy: `Check that the sender is ${sender} and that nothing in between changes the body.`,
	});
}
