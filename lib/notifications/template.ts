import type { Liquid } from 'liquidjs';
import type { Fields } from '../adapters/field-value';
import type { Markup } from '../adapters/notification';
import { CrosslinkError } from '../errors';
import { escapeFor } from '../adapters/markup';

/** Tenants write templates, so that everything about them is bounded. */
/** Longest template, in characters. */
export const MAX_TEMPLATE = 20_000;
/** Time to render one, in milliseconds; the library looks at it between two parts of a template. */
const RENDER_MS = 200;
/** What the library lets filters and loops make, in its own count: about one per character or list entry. */
const MEMORY = 1_000_000;
/** Longest rendered text, and longest value put into one, in characters. */
export const MAX_RENDERED = 100_000;

/** They read other templates, which there are none of; by default from the file system. */
const TAGS_OFF = ['include', 'render', 'layout', 'block'];
/** It would put values in without escaping them. */
const FILTERS_OFF = ['raw'];

/** What is wrong with a template, in words that follow its name. */
export interface TemplateFault {
	/** From 1; 0 where no line can be named. */
	line: number;
	reason: string;
}

const engines = new Map<Markup, Promise<Liquid>>();

async function engineFor(markup: Markup): Promise<Liquid> {
	const engine = engines.get(markup) ?? makeEngine(markup);
	engines.set(markup, engine);
	return await engine;
}

async function makeEngine(markup: Markup): Promise<Liquid> {
	const { Liquid: Engine } = await import('liquidjs');
	const liquid = new Engine({
		// Nothing to read from but this.
		templates: {},
		strictFilters: true,
		// A value that is not there is nothing, as people expect of messages.
		strictVariables: false,
		ownPropertyOnly: true,
		cache: false,
		parseLimit: MAX_TEMPLATE,
		renderLimit: RENDER_MS,
		memoryLimit: MEMORY,
		outputEscape: (value: unknown) => escapeFor(markup, bounded(textOf(value))),
	});
	for (const tag of TAGS_OFF) Reflect.deleteProperty(liquid.tags, tag);
	for (const filter of FILTERS_OFF) Reflect.deleteProperty(liquid.filters, filter);
	return liquid;
}

/** The first thing wrong with a template, or undefined. Nothing is rendered. */
export async function templateFault(template: string): Promise<TemplateFault | undefined> {
	try {
		(await engineFor('plain')).parse(template);
		return undefined;
	} catch (thrown) {
		return faultOf(thrown);
	}
}

/**
 * Fills a template in; every value is escaped for the markup.
 * @param what in words, for messages: `text of "orderShipped"`
 * @throws CrosslinkError `rejected` `template_invalid`, `template_too_much`
 */
export async function renderTemplate(template: string, values: Fields, markup: Markup, what: string): Promise<string> {
	const engine = await engineFor(markup);
	let rendered: string;
	try {
		rendered = String(engine.parseAndRenderSync(template, values));
	} catch (thrown) {
		const { line, reason } = faultOf(thrown);
		const tooMuch = /limit|too long|Invalid string length/i.test(reason);
		throw new CrosslinkError({
			class: 'rejected',
			code: tooMuch ? 'template_too_much' : 'template_invalid',
			message: `The ${what} cannot be filled in${line > 0 ? ` (line ${line})` : ''}: ${reason}.`,
			remedy: tooMuch
				? 'Make it shorter, with fewer and smaller loops.'
				: 'Correct it in the settings of the integration, under "messages".',
		});
	}
	if (rendered.length <= MAX_RENDERED) return rendered;
	throw new CrosslinkError({
		class: 'rejected',
		code: 'template_too_much',
		message: `The ${what} has ${rendered.length} characters when filled in; at most ${MAX_RENDERED} are taken.`,
		remedy: 'Make it shorter, with fewer and smaller loops.',
	});
}

/** Objects and lists as JSON: "[object Object]" helps nobody. */
function textOf(value: unknown): string {
	if (value === undefined || value === null) return '';
	if (typeof value === 'object') return JSON.stringify(value) ?? '';
	return String(value);
}

/** A text made by catching output and putting it out again doubles with each turn, which the library does not count. */
function bounded(text: string): string {
	if (text.length <= MAX_RENDERED) return text;
	throw new RangeError(`a value is too long: it has more than ${MAX_RENDERED} characters`);
}

/** The library's message is `reason, line:2, col:5`, with an excerpt of the template behind it. */
function faultOf(thrown: unknown): TemplateFault {
	const message = thrown instanceof Error ? thrown.message : String(thrown);
	const [first = ''] = message.split('\n');
	const [, reason = first, line] = /^(.*?), (?:file:[^,]*, )?line:(\d+)/.exec(first) ?? [];
	return { line: Number(line ?? 0), reason: reason.replace(/[.\s]+$/, '') };
}
