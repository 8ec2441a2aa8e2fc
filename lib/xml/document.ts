import { CrosslinkError } from '../errors';

/** An element with its namespace resolved: prefixes say nothing, every server picks its own. */
export interface XmlElement {
	/** Local name. */
	name: string;
	/** Namespace URI; '' for none. */
	namespace: string;
	/** By local name. */
	attributes: Record<string, string>;
	children: XmlElement[];
	/** Text directly inside, joined. */
	text: string;
}

/** Elements of one document; SAP's largest $metadata has about 15,000. */
const MAX_ELEMENTS = 200_000;
/** Nesting; error bodies and SOAP answers have under 10 levels. */
const MAX_DEPTH = 64;

/**
 * Reads a document with a strict parser. A DOCTYPE is refused, so that there are no entities but XML's own five: nothing
 * can be expanded, and nothing outside is ever opened.
 * @throws CrosslinkError `rejected`, `xml_unreadable`
 */
export async function parseXml(text: string): Promise<XmlElement> {
	const { SaxesParser } = await import('saxes');
	const parser = new SaxesParser({ xmlns: true });
	const open: XmlElement[] = [];
	let root: XmlElement | undefined;
	let count = 0;
	parser.on('error', (error) => {
		throw unreadable(error.message);
	});
	parser.on('doctype', () => {
		throw unreadable('it has a DOCTYPE');
	});
	parser.on('opentag', (tag) => {
		count += 1;
		if (count > MAX_ELEMENTS || open.length >= MAX_DEPTH) throw unreadable('it is too large');
		const attributes: Record<string, string> = {};
		for (const attribute of Object.values(tag.attributes)) attributes[attribute.local] = attribute.value;
		const element: XmlElement = { name: tag.local, namespace: tag.uri, attributes, children: [], text: '' };
		open.at(-1)?.children.push(element);
		root ??= element;
		open.push(element);
	});
	const addText = (piece: string) => {
		const parent = open.at(-1);
		if (parent) parent.text += piece;
	};
	parser.on('text', addText);
	parser.on('cdata', addText);
	parser.on('closetag', () => void open.pop());
	parser.write(text).close();
	if (!root) throw unreadable('it is empty');
	return root;
}

/** The first child of that local name, in any namespace. */
export function child(element: XmlElement | undefined, name: string): XmlElement | undefined {
	return element?.children.find((one) => one.name === name);
}

/** Children of that local name. */
export function childrenOf(element: XmlElement | undefined, name: string): XmlElement[] {
	return element?.children.filter((one) => one.name === name) ?? [];
}

/** Trimmed text of a child; '' where there is none. */
export function textOf(element: XmlElement | undefined, name: string): string {
	return child(element, name)?.text.trim() ?? '';
}

/** Every element of that local name at any depth, in document order. */
export function descendants(element: XmlElement, name: string): XmlElement[] {
	return element.children.flatMap((one) => [...(one.name === name ? [one] : []), ...descendants(one, name)]);
}

/** Characters that XML 1.0 cannot hold at all, not even escaped. */
const NOT_XML = /[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]/g;

/** A text as element content or attribute value; what XML cannot hold is left out. */
export function escapeXml(text: string): string {
	return text
		.replace(NOT_XML, '')
		.replaceAll('&', '&amp;')
		.replaceAll('<', '&lt;')
		.replaceAll('>', '&gt;')
		.replaceAll('"', '&quot;')
		.replaceAll('\r', '&#13;');
}

function unreadable(reason: string): CrosslinkError {
	return new CrosslinkError({
		class: 'rejected',
		code: 'xml_unreadable',
		message: `An XML document cannot be read: ${reason}.`,
		remedy: 'Check that the address is the service’s own, and that no proxy answers in its place.',
	});
}
